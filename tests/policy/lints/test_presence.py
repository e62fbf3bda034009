"""W122: what may be missing is read, and nobody has asked."""

import pytest

from tests.policy.files import marked, mint, role, rule
from tests.policy.lints.warned import FOR_PEOPLE, only

CODE = "W122"


@pytest.mark.parametrize(
    ("when", "part"),
    [
        ("claims.hd == 'x'", "claims.hd"),
        ("claims['hd'] == 'x'", "claims['hd']"),
        ("claims.a.b == 'x'", "claims.a.b"),
        ("identity.attributes.unit == 'x'", "identity.attributes.unit"),
        ("'x' in claims.list", "claims.list"),
        ("has(claims.a.b)", "claims.a"),
        ("has(claims.a) && claims.a.b == 1", "claims.a.b"),
        ("has(claims.a) && claims.b == 1", "claims.b"),
        ("has(claims.a) || claims.a == 1", "claims.a"),
        ("!has(claims.a) && claims.a == 1", "claims.a"),
        ("has(claims.a) ? request.tls : claims.a == 1", "claims.a"),
        ("(has(claims.a) || has(claims.b)) && claims.a == 1", "claims.a"),
        ("request.tls && claims.a == 1", "claims.a"),
        ("roles.exists(r, r == claims.a)", "claims.a"),
        ("claim('a', '') == '' && claims.a == 'x'", "claims.a"),
        ("claim('a', '') != 'x' && claims.a == 'x'", "claims.a"),
        ("claim('a', request.ip) == 'x' && claims.a == 'x'", "claims.a"),
        ("'a' in roles && claims.a == 'x'", "claims.a"),
        ("request.ip in claims && claims.a == 'x'", "claims.a"),
        ("'a' in ['a'] && claims.a == 'x'", "claims.a"),
        ("has(claims[request.ip].a) && claims.a == 'x'", "claims.a"),
    ],
)
def test_an_unguarded_read_is_told(when: str, part: str) -> None:
    """At its own place."""
    (found,) = only(CODE, rule("x", when, **FOR_PEOPLE))

    assert marked(found) == part
    assert found.message.startswith("rule `x` reads ")
    assert found.help


@pytest.mark.parametrize(
    "when",
    [
        "has(claims.hd) && claims.hd == 'x'",
        "claims.hd == 'x' && has(claims.hd)",
        "'hd' in claims && claims.hd == 'x'",
        "!has(claims.hd) || claims.hd == 'x'",
        "!(has(claims.hd) && request.tls) || claims.hd == 'x'",
        "has(claims.hd) ? claims.hd == 'x' : true",
        "!has(claims.hd) ? true : claims.hd == 'x'",
        "has(claims.a) && has(claims.a.b) && claims.a.b == 1",
        "(has(claims.a) && request.tls) && claims.a == 1",
        "((has(claims.a) && request.tls) || has(claims.a)) && claims.a == 1",
        "claim('hd', '') != '' && claims.hd == 'x'",
        "claim('hd', '') == 'x' && claims.hd.startsWith('x')",
        "'x' == claim('hd', '') && claims.hd.startsWith('x')",
        "claim('hd', '') == 'x'",
        "has(identity.attributes.unit) && identity.attributes.unit == 'x'",
        "claims == {}",
        "claims.exists(name, name == 'hd')",
        "claims[request.ip] == 'x'",
        "request.tls",
    ],
)
def test_a_guarded_read_is_fine(when: str) -> None:
    """In each of the ways in which one may ask."""
    assert only(CODE, rule("x", when, **FOR_PEOPLE)) == []


def test_variables_ask_and_are_asked_for() -> None:
    """A guard may stand in a variable, or before one."""
    variables = """
[vars]
known = "has(claims.hd)"
ours = "claims.hd == 'x'"
"""

    guarded = rule("x", "vars.known && vars.ours", **FOR_PEOPLE)
    assert only(CODE, variables + guarded) == []

    both = rule("y", "vars.ours && !vars.known", **FOR_PEOPLE)
    (found,) = only(CODE, variables + guarded + both + rule("z", "vars.ours"))
    assert found.message.startswith("`vars.ours` reads claims.hd")
    assert found.line == 6


def test_roles_and_claims_are_searched_as_well() -> None:
    """Whatever has an expression."""
    text = role("a", "claims.hd == 'x'") + mint(hd="claims.hd")

    names = [each.message.split(" reads")[0] for each in only(CODE, text)]
    assert names == ["role `a`", "claim `hd`"]


def test_a_thicket_of_variables_is_given_up() -> None:
    """Two ways at each of 15 levels are thirty thousand ways."""
    lines = ["v0 = 'claims.z == 1'"]
    lines += [
        f"v{n} = '(has(claims.a{n}) && vars.v{n - 1}) || vars.v{n - 1}'"
        for n in range(1, 16)
    ]
    text = "[vars]\n" + "\n".join(lines) + rule("x", "vars.v15", **FOR_PEOPLE)

    assert len(only(CODE, text)) <= 1
