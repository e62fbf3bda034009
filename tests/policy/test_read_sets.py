"""What decisions read, found at load."""

import pytest

from gateway.model.identity import IdentityKind
from gateway.policy.engine import Engine
from gateway.policy.read_sets import INPUTS, inputs_among, reads_of, with_variables
from gateway.policy.recording.lookup import TYPES
from tests.policy.files import engine, mint, role, rule

PEOPLE = IdentityKind.AUTHENTICATED


def reads(policies: Engine, route: str = "orders-read") -> set[str]:
    found = policies.plan_of(route, PEOPLE).reads
    assert list(found) == sorted(found)
    return set(found)


def test_all_that_could_be_consulted_counts() -> None:
    """Roles, rules of all three kinds and claims; of this route and kind, no others."""
    policies = engine(
        role("a", "identity.groups == []")
        + role("trial", "identity.phone == ''", for_="guest")
        + rule("deny", "identity.disabled", effect="deny")
        + rule("allow", "claims.hd == 'x' && 'a' in roles")
        + rule("dark", "request.ip == 'x'", mode="shadow")
        + rule("other", "request.path == 'x'", routes=["bills-read"])
        + rule("guests", "request.host == 'x'", for_="guest")
        + mint(["*"], x="identity.name", y="identity.attributes.team")
    )

    assert reads(policies) == {
        "identity.groups",
        "identity.disabled",
        "claims.hd",
        "request.ip",
        "identity.name",
        "identity.attributes.team",
    }


def test_variables_stand_for_what_they_read() -> None:
    """One by way of another; constants are no inputs."""
    policies = engine(
        "[const]\nmine = 'x'\n[vars]\na = \"vars.b || identity.disabled\"\n"
        'b = "identity.name == const.mine && size(roles) > 0"\n'
        + rule("r", "vars.a")
        + rule("s", "vars.a && vars.b", effect="deny")
    )

    assert reads(policies) == {"identity.disabled", "identity.name"}


@pytest.mark.parametrize(
    ("require", "paths"),
    [
        ({"acr": "mfa"}, {"identity.acr"}),
        ({"sender": "dpop"}, {"identity.sender"}),
        ({"auth_age": "15m"}, {"identity.auth_time", "now"}),
        (
            {"acr": "mfa", "auth_age": "15m"},
            {"identity.acr", "identity.auth_time", "now"},
        ),
    ],
)
@pytest.mark.parametrize("mode", ["enforce", "shadow"])
def test_what_a_rule_requires_is_read(
    mode: str, require: dict[str, str], paths: set[str]
) -> None:
    """Whether it is enforced or watched."""
    assert reads(engine(rule("r", mode=mode, require=require))) == paths


def test_a_path_stands_for_those_below_it() -> None:
    """Also where two rules name them."""
    policies = engine(
        rule("a", "claims.a.b == 1") + rule("b", "claims.a == 1 || claims.c.d == 2")
    )

    assert reads(policies) == {"claims.a", "claims.c.d"}


def test_plans_that_read_the_same_share_the_set() -> None:
    """Ten thousand routes do not take the room of ten thousand sets."""
    policies = engine(
        rule("a", "identity.disabled", routes=["orders-read"])
        + rule("b", "!identity.disabled", routes=["bills-read"])
    )

    first, second = (
        policies.plan_of(name, PEOPLE) for name in ("orders-read", "bills-read")
    )
    assert first is not second
    assert first.reads is second.reads
    assert not policies.plan_of("nowhere", PEOPLE).reads


def test_an_expression_is_gone_through_with_its_variables() -> None:
    """Also those that variables read, and each once."""
    policies = engine(
        "[vars]\na = 'vars.b && request.tls'\nb = 'identity.disabled'\n"
        + rule("x", "vars.a && vars.b")
    )
    when = policies.plan_of("orders-read", PEOPLE).allows.rules[0].when

    assert reads_of(when) == {"request.tls", "identity.disabled", "vars.a", "vars.b"}
    assert len(list(with_variables(when))) == 3


def test_inputs_are_what_a_decision_is_given() -> None:
    """`vars`, `const` and `roles` are made from them."""
    paths = {"vars.a", "const.b", "roles", "now", "identity.id", "claims.x"}

    assert inputs_among(paths) == {("now",), ("identity", "id"), ("claims", "x")}
    assert set(TYPES) == INPUTS
