"""What a term says about a part of the request."""

from typing import Any

import pytest

from gateway.cel.meaning.plan import Plan
from gateway.cel.version1 import policy_environment
from gateway.policy.lints.demands import constant_of, demand_of, structure

ENVIRONMENT = policy_environment(vars_={}, const={}, roles=True)


def plan(source: str) -> Plan:
    return ENVIRONMENT.compile(source).plan


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("request.ip == 'a'", "request.ip == 'b'"),
        ("'a' == request.ip", "request.ip == 'b'"),
        ("request.ip == 'a'", "request.ip != 'a'"),
        ("request.ip == 'a'", "!(request.ip == 'a')"),
        ("request.ip in ['a', 'b']", "request.ip in ['c']"),
        ("request.ip in ['a', 'b']", "!(request.ip in ['a', 'b', 'c'])"),
        ("request.tls", "!request.tls"),
        ("request.tls", "request.tls == false"),
        ("'a' in roles", "!('a' in roles)"),
        ("has(claims.a)", "!has(claims.a)"),
        ("claims.a == 1", "claims['a'] == 2"),
        ("claims.a == 1", "claims.a == 'x'"),
        ("claims.a == 1", "claims.a == true"),
        ("roles == ['a']", "roles == ['b']"),
        ("size(roles) < 3", "size(roles) > 3"),
        ("size(roles) < 3", "size(roles) >= 3"),
        ("size(roles) <= 3", "size(roles) > 3"),
        ("3 > size(roles)", "3 <= size(roles)"),
        ("size(roles) == 4", "size(roles) < 4"),
        ("size(roles) == 4", "size(roles) > 4"),
        ("size(roles) == 5", "size(roles) <= 4"),
        ("size(roles) == 3", "size(roles) >= 4"),
        ("request.ip < 'a'", "request.ip > 'b'"),
        ("claims.a < 1", "claims.a == 'x'"),
        ("[request.ip] == ['a']", "[request.ip] == ['b']"),
    ],
)
def test_two_demands_exclude_each_other(one: str, two: str) -> None:
    """In either order."""
    first, second = demand_of(plan(one)), demand_of(plan(two))

    assert first is not None
    assert second is not None
    assert first.subject == second.subject
    assert first.excludes(second)
    assert second.excludes(first)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("request.ip == 'a'", "request.ip == 'a'"),
        ("request.ip != 'a'", "request.ip != 'b'"),
        ("request.ip == 'a'", "request.ip != 'b'"),
        ("request.ip in ['a', 'b']", "request.ip in ['b', 'c']"),
        ("size(roles) <= 3", "size(roles) >= 3"),
        ("size(roles) < 4", "size(roles) > 3"),
        ("size(roles) < 4", "size(roles) < 3"),
        ("size(roles) == 4", "size(roles) >= 4"),
        ("size(roles) == 4", "size(roles) < 5"),
        ("claims.a < 1", "claims.a > 'x'"),
        ("claims.a == 1", "claims.a == 1.0"),
    ],
)
def test_two_demands_can_be_met(one: str, two: str) -> None:
    """By one value at least, or nobody can tell."""
    first, second = demand_of(plan(one)), demand_of(plan(two))

    assert first is not None
    assert second is not None
    assert not first.excludes(second)
    assert not second.excludes(first)


@pytest.mark.parametrize(
    "term",
    [
        "request.ip == identity.id",
        "request.ip in [identity.id]",
        "!(size(roles) < 3)",
        "request.time < now",
        "request.tls < true",
        "roles.all(r, r == 'a')",
        "(request.tls ? 1 : 2) == 1",
        "[request.tls ? 1 : 2] == [1]",
        "b'a' == b'b'",
    ],
)
def test_what_is_not_understood_says_nothing(term: str) -> None:
    """Rather silent than wrong."""
    assert demand_of(plan(term)) is None


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("true", ("bool", True)),
        ("1", ("number", 1)),
        ("1.0", ("number", 1)),
        ("'a'", ("text", "a")),
        ("[1, 'a']", ("list", (("number", 1), ("text", "a")))),
        ("[request.ip]", None),
        ("request.ip", None),
    ],
)
def test_a_constant_knows_its_kind(source: str, value: Any) -> None:
    """`1` is not `true`."""
    assert constant_of(plan(source)) == value


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("claims.a", "claims['a']"),
        ("(request.ip)", "request.ip"),
        ("request.tls && has(claims.a)", "request.tls&&has(claims.a)"),
        ("[request.ip, 'a']", "[ request.ip,'a' ]"),
    ],
)
def test_what_means_the_same_has_one_structure(one: str, two: str) -> None:
    """However it is spaced and spelt."""
    assert structure(plan(one)) == structure(plan(two)) is not None


def test_the_variable_of_a_macro_has_a_structure() -> None:
    """Two bodies of macros can be compared, as long as nobody takes them apart."""
    body = plan("roles.exists(r, r == 'a')").children[1]

    assert structure(body) is not None
