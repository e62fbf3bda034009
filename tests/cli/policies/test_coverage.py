"""Coverage, printed."""

from fractions import Fraction

import pytest

from gateway.cli.policies.coverage import (
    as_json,
    gaps_of,
    print_coverage,
    rounded,
    summary,
)
from gateway.policy.assurance.coverage import (
    Coverage,
    FileCoverage,
    ItemCoverage,
    Point,
)
from gateway.policy.assurance.items import ItemKind

BOTH = ("true", "false")


def point(**fields: object) -> Point:
    usual = {"where": "p.toml:3:5", "text": "a &&\n  b", "demands": BOTH, "lacks": ()}
    return Point(**(usual | fields))  # type: ignore[arg-type]


RULE = ItemCoverage(
    ItemKind.RULE,
    "own",
    point(lacks=("false",), true=3, error=1),
    (point(text="a", lacks=BOTH),),
    point(text="require", demands=("met", "not met"), lacks=("met",), false=1),
    decided=2,
)
IDLE = ItemCoverage(ItemKind.CLAIM, "c", point(demands=("value",), lacks=("value",)))
SEEN = ItemCoverage(ItemKind.ROLE, "r", point(true=1, false=1))
FILE = FileCoverage("p", "p.toml", (RULE, IDLE, SEEN))


def test_each_gap_is_a_line_with_its_place() -> None:
    """On one line, whatever the expression looks like."""
    assert list(gaps_of(FILE)) == [
        "p.toml:3:5: rule own: `a && b` was never false (1 error)",
        "p.toml:3:5: rule own: `a` was never evaluated",
        "p.toml:3:5: rule own: `require` was never met",
        "p.toml:3:5: claim c: `a && b` was never evaluated",
    ]


def test_what_only_failed_was_never_anything() -> None:
    """It was reached, so it is not said to be unknown."""
    only = ItemCoverage(ItemKind.RULE, "x", point(lacks=BOTH, error=2))
    value = ItemCoverage(
        ItemKind.CLAIM, "y", point(demands=("value",), lacks=("value",), error=1)
    )

    assert list(gaps_of(FileCoverage("p", "p.toml", (only, value)))) == [
        "p.toml:3:5: rule x: `a && b` was never true or false (2 errors)",
        "p.toml:3:5: claim y: `a && b` was never evaluated (1 error)",
    ]


def test_a_report_has_a_table_and_the_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    """What was never consulted has no numbers."""
    print_coverage(Coverage((FILE, FileCoverage("q", "q.toml", ()))))

    assert capsys.readouterr().out.splitlines()[:5] == [
        "p.toml: 44.4 % (4 of 9)",
        "          true  false  error  value  decided",
        "rule own  3     0      1      0      2",
        "claim c   -     -      -      -      -",
        "role r    1     1      0      0",
    ]


def test_files_without_anything_are_covered(capsys: pytest.CaptureFixture[str]) -> None:
    """And have no table."""
    print_coverage(Coverage((FileCoverage("q", "q.toml", ()),)))

    assert capsys.readouterr().out == "q.toml: 100.0 % (0 of 0)\n\n"
    assert summary(Coverage((FILE,))) == "coverage 44.4 % (4 of 9)"


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Fraction(100), 100.0),
        (Fraction(99999, 1000), 99.9),
        (Fraction(200, 3), 66.6),
        (Fraction(0), 0.0),
    ],
)
def test_only_all_of_it_is_a_hundred(figure: Fraction, shown: float) -> None:
    """Nothing is rounded up."""
    assert rounded(figure) == shown


def test_programs_get_everything() -> None:
    """A contract: keys are added, never renamed."""
    told = as_json(Coverage((FILE,)))

    assert (told["percent"], told["covered"], told["demanded"]) == (44.4, 4, 9)
    (file,) = told["files"]
    assert file.keys() == {
        *("policy", "file", "percent", "covered", "demanded", "items"),
    }
    own, claim, _ = file["items"]
    assert own == {
        "kind": "rule",
        "name": "own",
        "decided": 2,
        "where": "p.toml:3:5",
        "text": "a &&\n  b",
        "demands": BOTH,
        "lacks": ("false",),
        "true": 3,
        "false": 0,
        "error": 1,
        "other": 0,
        "conditions": own["conditions"],
        "require": own["require"],
    }
    assert own["conditions"][0]["text"] == "a"
    assert own["require"]["lacks"] == ("met",)
    assert claim["require"] is None
