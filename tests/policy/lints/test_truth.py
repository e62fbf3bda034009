"""Which conditions are true for every request, and which for none."""

import pytest

from gateway.policy.lints.truth import Truth
from tests.policy.lints.test_parts import condition

VARIABLES = """
yes = "true"
no = "false"
corp = "identity.provider == 'corp' && request.tls"
open = "request.tls"
"""


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("true", True),
        ("false", False),
        ("!false", True),
        ("!request.tls", None),
        ("true && request.tls", None),
        ("false && request.tls", False),
        ("true && vars.yes", True),
        ("true || request.tls", True),
        ("false || request.tls", None),
        ("false || vars.no", False),
        ("true ? false : request.tls", False),
        ("vars.no ? request.tls : true", True),
        ("request.tls ? true : true", None),
        ("'a' == 'a'", True),
        ("'a' == 'b'", False),
        ("'a' != 'b'", True),
        ("request.ip == 'b'", None),
        ("request.ip == identity.id", None),
        ("vars.open", None),
        ("1 > 2", False),
        ("2 > 1", True),
        ("1 / 0 == 1", False),
    ],
)
def test_the_value_of_a_condition(when: str, *, value: bool | None) -> None:
    """If it has one, whatever the request."""
    assert Truth().value(condition(when, VARIABLES)) is value


@pytest.mark.parametrize(
    "when",
    [
        "false",
        "request.tls && !request.tls",
        "request.tls && vars.no",
        "(request.tls && !request.tls) || vars.no",
        "request.tls ? vars.no : request.ip in []",
        "vars.yes ? vars.no : request.tls",
        "vars.corp && identity.provider == 'google'",
        "vars.corp && !vars.open",
        "vars.open && !vars.open",
        "request.tls && (request.tls && !request.tls)",
    ],
)
def test_never_true(when: str) -> None:
    """For no request."""
    truth, expression = Truth(), condition(when, VARIABLES)

    assert truth.is_never_true(expression)
    assert truth.is_never_true(expression)


@pytest.mark.parametrize(
    "when",
    [
        "true",
        "request.tls || vars.no",
        "request.tls ? vars.no : vars.corp",
        "vars.corp && vars.open",
        "request.ip in ['a']",
        "!vars.open && !vars.corp",
    ],
)
def test_sometimes_true(when: str) -> None:
    """Or nobody can tell."""
    assert not Truth().is_never_true(condition(when, VARIABLES))


def test_a_clash_names_both_terms() -> None:
    """The second at its place."""
    when = "request.tls && (identity.id == 'a' && identity.id == 'b')"
    expression = condition(when)

    clash, *again = Truth().find_clashes(expression)

    assert expression.program.text(clash.part) == "identity.id == 'b'"
    assert clash.other == "identity.id == 'a'"
    # The inner `&&` is looked at by itself as well.
    assert all(each.part is clash.part for each in again)


@pytest.mark.parametrize(
    ("when", "count"),
    [
        ("request.tls || (identity.id == 'a' && identity.id == 'b')", 1),
        ("!(identity.id == 'a' && identity.id == 'b')", 1),
        ("request.tls ? (identity.id == 'a' && identity.id == 'b') : true", 1),
        ("request.ip == identity.id && request.ip != identity.id", 0),
        ("roles.exists(r, r == 'a' && r == 'b')", 0),
        ("identity.id == 'a' || identity.id == 'b'", 0),
    ],
)
def test_clashes_are_found_at_any_depth(when: str, count: int) -> None:
    """Of logic; what a loop does is its own business."""
    assert len(list(Truth().find_clashes(condition(when)))) == count


def test_a_long_list_of_exceptions_takes_its_time_and_no_more() -> None:
    """Each is compared with some of the others, not with all."""
    terms = [f"request.ip != '{n}'" for n in range(400)]

    assert list(Truth().find_clashes(condition(" && ".join(terms)))) == []


def test_variables_that_read_two_others_each_are_looked_at_once() -> None:
    """Two ways at each of 15 levels are thirty thousand ways."""
    lines = ["v0 = 'request.tls'"]
    lines += [f"v{n} = 'vars.v{n - 1} && !!vars.v{n - 1}'" for n in range(1, 16)]
    expression = condition("vars.v15 && vars.v15", "\n".join(lines))

    truth = Truth()
    assert truth.value(expression) is None
    assert not truth.is_never_true(expression)
    assert list(truth.find_clashes(expression)) == []
