"""What was asked for is found out, printed and judged."""

import pytest

from gateway.app.loading import load, policy_tests
from gateway.cli.policies.proof import Chosen, Proof, prove
from gateway.policy.assurance.coverage import (
    Coverage,
    FileCoverage,
    ItemCoverage,
    Point,
)
from gateway.policy.assurance.items import ItemKind
from gateway.policy.assurance.mutation import Mutation, Survivor
from gateway.policy.testing import cases_of
from tests.cli.desk import Desk
from tests.policy.files import NOON

THIRD = Coverage(
    (
        FileCoverage(
            "p",
            "p.toml",
            (
                ItemCoverage(
                    ItemKind.CLAIM,
                    "c",
                    Point("p.toml:1:1", "a", ("a", "b", "c"), ("b", "c")),
                ),
            ),
        ),
    )
)
KILLED = Mutation(2, ())
SURVIVED = Mutation(2, (Survivor("p", "p.toml:1:1", "rule x", "a", "b", "add it"),))


def chosen(desk: Desk) -> Chosen:
    loaded = load(desk.config)
    policies = loaded.configuration.policies
    cases = [case for policy in policies for case in cases_of(policy)]
    tests = policy_tests(loaded, clock=lambda: NOON)
    return Chosen(loaded, tests, cases, policies)


@pytest.mark.parametrize("cover", [True, False])
@pytest.mark.parametrize("mutate", [True, False])
def test_only_what_is_asked_for_is_found_out(
    desk: Desk, *, cover: bool, mutate: bool
) -> None:
    """The other costs its time."""
    proof = prove(chosen(desk), cover=cover, mutate=mutate)

    assert (proof.coverage is not None) == cover
    assert (proof.mutation is not None) == mutate
    assert proof.as_json().keys() == {
        name for name, asked in (("coverage", cover), ("mutation", mutate)) if asked
    }


@pytest.mark.parametrize(
    ("proof", "cover_min", "enough"),
    [
        (Proof(THIRD, None), None, True),
        (Proof(THIRD, None), 33.3, True),
        (Proof(THIRD, None), 33.4, False),
        (Proof(None, None), 100, True),
        (Proof(THIRD, KILLED), 33, True),
        (Proof(THIRD, SURVIVED), 33, False),
        (Proof(None, SURVIVED), None, False),
    ],
)
def test_enough_is_what_was_asked_for(
    proof: Proof, cover_min: float | None, *, enough: bool
) -> None:
    """A survivor is always one too many."""
    assert proof.is_enough(cover_min) is enough


def test_details_and_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of what was asked for."""
    proof = Proof(THIRD, SURVIVED)
    proof.print_details()
    details = capsys.readouterr().out
    proof.print_summary()

    assert "p.toml:1:1: claim c: `a` was never evaluated" in details
    assert "p.toml:1:1: survived: rule x" in details
    assert capsys.readouterr().out.splitlines() == [
        "coverage 33.3 % (1 of 3)",
        "2 mutants, 1 killed, 1 survived",
    ]


def test_nothing_is_printed_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It was not asked for."""
    proof = Proof(None, None)
    proof.print_details()
    proof.print_summary()

    assert capsys.readouterr().out == ""
