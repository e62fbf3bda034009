"""One file is compiled whole, whatever is wrong with it."""

import pytest

from gateway.model.identity import IdentityKind
from gateway.policy.expressions import Programs
from gateway.policy.files import CompiledFile, compile_file
from gateway.policy.patterns import RoutePatterns
from gateway.policy.plan import Effect, Requirement
from tests.policy.files import ROUTES, marked, mint, policy, role, rule

FULL = (
    '[roles]\non_none = "default"\ndefault = "basic"\n'
    '[vars]\nv = "true"\n'
    + role("basic", "false", for_=["authenticated", "service"])
    + role("robot", for_="service")
    + rule("a", require={"acr": "mfa", "auth_age": "1m"}, reason="why")
    + rule("b", "vars.v", effect="deny", mode="shadow", routes="orders-*", roles=["x"])
    + mint(["orders-read"], x="1", y="'2'")
)


def _compile(text: str) -> CompiledFile:
    return compile_file(
        policy(text),
        programs=Programs(),
        patterns=RoutePatterns(route_ids=[route.id for route in ROUTES]),
    )


def test_roles_are_grouped_by_kind() -> None:
    """With the default of those whom it is for."""
    groups = _compile(FULL).groups

    assert groups.keys() == {IdentityKind.AUTHENTICATED, IdentityKind.SERVICE}
    people = groups[IdentityKind.AUTHENTICATED]
    robots = groups[IdentityKind.SERVICE]
    assert [one.id for one in people.roles] == ["basic"]
    assert [one.id for one in robots.roles] == ["basic", "robot"]
    assert people.default == robots.default == "basic"
    assert not people.first_only


def test_a_default_is_for_whom_it_is_declared() -> None:
    """And `mode` is the file's."""
    text = '[roles]\nmode = "first"\non_none = "default"\ndefault = "basic"\n'

    groups = _compile(text + role("basic") + role("robot", for_="service")).groups
    assert groups[IdentityKind.AUTHENTICATED].default == "basic"
    assert groups[IdentityKind.SERVICE].default == ""
    assert groups[IdentityKind.SERVICE].first_only


def test_a_default_without_on_none_is_for_nobody() -> None:
    """Holding no role stays holding none."""
    groups = _compile('[roles]\ndefault = "basic"\n' + role("basic")).groups

    assert groups[IdentityKind.AUTHENTICATED].default == ""


def test_rules_are_as_they_are_written() -> None:
    """In file order."""
    first, second = _compile(FULL).rules

    assert first.name == "orders/a"
    assert first.effect is Effect.ALLOW
    assert first.require is not None
    assert first.require.acr == "mfa"
    assert first.require != Requirement("mfa")
    assert first.message == "why"
    assert not first.shadow
    assert second.id == "b"
    assert second.effect is Effect.DENY
    assert second.shadow
    assert second.patterns == ("orders-*",)
    assert second.roles == {"x"}
    assert second.require is None
    assert second.where.startswith("policies/orders.toml:")


def test_the_file_is_at_hand() -> None:
    """For faults between files."""
    compiled = _compile(FULL)

    assert compiled.id == "orders"
    assert compiled.settings.policy.id == "orders"
    assert compiled.document.name == "policies/orders.toml"


def test_a_role_that_reads_what_reads_the_roles_is_refused() -> None:
    """Role mapping makes them."""
    text = '[vars]\nstaff = "roles == []"\nok = "true"\n'

    (fault,) = _compile(text + role("a", "vars.staff && vars.ok")).faults
    assert fault.code == "E224"
    assert "`vars.staff`" in fault.message


def test_claims_are_as_they_are_written() -> None:
    """With the file that gives them."""
    (only,) = _compile(FULL).mints

    assert only.patterns == ("orders-read",)
    assert [(claim.name, claim.policy) for claim in only.claims] == [
        ("x", "orders"),
        ("y", "orders"),
    ]


def test_all_expressions_are_known_by_what_they_belong_to() -> None:
    """Lints go through them."""
    names = [name for name, _ in _compile(FULL).expressions()]

    assert sorted(names) == [
        *("claim `x`", "claim `y`"),
        *("role `basic`", "role `robot`"),
        *("rule `a`", "rule `b`"),
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """Each at its place."""
    text = (
        '[vars]\nx = "1 +"\n'
        + role("a", "identity.emial == 'x'")
        + rule("b", "identity.nmae == 'x'", routes=["nothing-*"])
        + mint(["order"], c="identity.created", d="claims")
        + mint(["orders-read"], e="claim(")
    )

    compiled = _compile(text)
    found = {(fault.code, marked(fault)) for fault in compiled.faults}
    assert found >= {
        ("E201", "emial"),
        ("E201", "nmae"),
        ("E311", "'nothing-*'"),
        ("E311", "'order'"),
        ("E225", '"identity.created"'),
    }
    assert {code for code, _ in found} == {"E200", "E201", "E311", "E225"}
    assert len(compiled.faults) == 7
    assert compiled.groups == {}
    assert compiled.rules == []


@pytest.mark.parametrize(
    ("scope", "pattern", "code"),
    [
        ('["orders-*"]', '["orders-read", "orders-feed"]', None),
        ('["orders-*"]', '["orders-*"]', None),
        ('"orders-read"', '"orders-read"', None),
        ('["orders-*"]', '["*"]', "E312"),
        ('["orders-read"]', '["orders-*"]', "E312"),
        ('["orders-*"]', '["orders-read", "bills-read"]', "E312"),
        ('["other-*"]', '["orders-read"]', "E311"),
    ],
)
def test_a_rule_stays_in_the_scope_of_its_file(
    scope: str, pattern: str, code: str | None
) -> None:
    """So that a team cannot affect another team's routes."""
    head = f'[policy]\nid = "orders"\nscope = {scope}\n'
    text = f'\n[[mint]]\nroutes = {pattern}\nclaims = {{ x = "1" }}\n'

    codes = {fault.code for fault in _compile(head + text).faults}
    assert codes == ({code} if code != "E311" else {"E311", "E312"}) - {None}


def test_the_place_is_the_pattern_also_if_it_stands_alone() -> None:
    """Without brackets there is no list to point into."""
    text = rule("x", routes="order-read")

    (fault,) = _compile(text).faults
    assert marked(fault) == '"order-read"'
    assert fault.help == "did you mean `orders-read`?"
