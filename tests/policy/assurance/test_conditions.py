"""What counts as a condition, and what cannot be both true and false."""

import pytest

from gateway.policy.assurance.conditions import (
    conditions_of,
    fixed_variables,
    varies,
)
from tests.policy.assurance.proving import expression
from tests.policy.files import rule

CONST = '[const]\nlimit = 3\nnames = ["a"]\n'
VARS = (
    '[vars]\nopen = "const.limit > 2"\nlate = "!vars.open"\n'
    "staff = \"'staff' in identity.groups\"\n"
)


def conditions(when: str) -> list[str]:
    found = expression(CONST + VARS + rule("x", when), "x")
    source = found.program.source
    return [source[part.start : part.end] for part in conditions_of(found)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("identity.disabled", []),
        (
            "identity.disabled && identity.acr == 'a'",
            ["identity.disabled", "identity.acr == 'a'"],
        ),
        (
            "identity.disabled || (identity.linked == [] && request.tls)",
            [
                "identity.disabled",
                "(identity.linked == [] && request.tls)",
                "identity.linked == []",
                "request.tls",
            ],
        ),
        (
            "identity.disabled ? request.tls : now > identity.created",
            ["identity.disabled", "request.tls", "now > identity.created"],
        ),
        ("(request.tls ? 1 : 2) == 1", ["request.tls"]),
        ("identity.groups.exists(g, g == 'a')", ["g == 'a'"]),
        ("identity.groups.map(g, g + 'x') == ['y']", []),
        (
            "identity.groups.filter(g, g.startsWith('a')).size() > 1",
            ["g.startsWith('a')"],
        ),
        ("has(claims.a) && claims.a.b", ["has(claims.a)", "claims.a.b"]),
        ("claims.a ? claims.b : claims.c", ["claims.a"]),
        ("identity.groups.all(g, claims[g])", ["claims[g]"]),
        ("fresh(identity.auth_time, duration('1m')) || request.tls", None),
    ],
)
def test_every_part_that_is_a_condition_counts(
    when: str, expected: list[str] | None
) -> None:
    """However deep; the top is the rule's own."""
    if expected is None:
        expected = when.split(" || ")

    assert conditions(when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("!identity.disabled", []),
        ("!identity.disabled && request.tls", ["identity.disabled", "request.tls"]),
        ("!(identity.disabled || !request.tls)", ["identity.disabled", "request.tls"]),
        ("!claims.a || request.tls", ["claims.a", "request.tls"]),
        ("!!identity.disabled", []),
    ],
)
def test_a_negation_says_no_more_than_what_it_negates(
    when: str, expected: list[str]
) -> None:
    """Who has seen one of them both ways has seen the other."""
    assert conditions(when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("true", []),
        ("request.tls && true", ["request.tls"]),
        ("request.tls && const.limit == 3", ["request.tls"]),
        ("request.tls || vars.open || vars.late", ["request.tls"]),
        ("request.tls || vars.staff", ["request.tls", "vars.staff"]),
        ("request.tls && ['a', 'b'].exists(x, x == 'a')", ["request.tls"]),
        (
            "request.tls && const.names.exists(x, x in roles)",
            ["request.tls", "const.names.exists(x, x in roles)", "x in roles"],
        ),
    ],
)
def test_what_never_changes_cannot_be_both(when: str, expected: list[str]) -> None:
    """Nobody can write a test that sees the other one."""
    assert conditions(when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("true", False),
        ("const.limit > 1", False),
        ("vars.late", False),
        ("vars.staff", True),
        ("request.tls", True),
        ("has_scope('a')", True),
        ("identity.groups.all(g, true)", True),
    ],
)
def test_an_expression_varies_with_what_it_reads(when: str, *, expected: bool) -> None:
    """Constants and what is made of them do not."""
    assert varies(expression(CONST + VARS + rule("x", when), "x")) is expected


def test_variables_that_read_nothing_that_changes_are_known() -> None:
    """Through each other; a file without variables has none."""
    with_vars = expression(CONST + VARS + rule("x", "vars.open"), "x")
    without = expression(rule("x", "request.tls"), "x")

    assert fixed_variables(with_vars.frame) == {"open", "late"}
    assert fixed_variables(without.frame) == set()
