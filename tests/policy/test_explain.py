"""An explanation shows each step, and agrees with the decision."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, cast

import pytest
from typing_extensions import override

from gateway.cel.errors import WithheldError
from gateway.model.decision import Reason
from gateway.model.identity import Identity
from gateway.model.route import Route
from gateway.policy.explain import explain, explain_recorded
from gateway.policy.explanation import (
    Entry,
    Explanation,
    Outcome,
    Read,
    Step,
    to_json,
    to_text,
)
from tests.policy.files import (
    ADMIN,
    ALLOW_ALL,
    FEED,
    GUEST,
    PERSON,
    READ,
    ROBOT,
    ROUTES,
    access,
    engine,
    identity,
    mint,
    role,
    rule,
)

FAILING = "claims.nobody == 'x'"
POLICY = (
    '[roles]\non_none = "default"\ndefault = "basic"\n'
     "[vars]\nstaff = \"'staff' in identity.groups && !identity.disabled\"\n"
    + role("basic", "false")
    + role("staff", "vars.staff")
    + rule("stop", "'blocked' in identity.labels", effect="deny", reason="blocked")
    + rule("own", "route.params.order_id.startsWith(identity.id) && !identity.disabled",
           routes="*-read")
    + rule("staff", "vars.staff && request.method == 'GET'", roles=["staff"])
    + rule("robots", for_="service")
    + rule("strong", "true", routes="*-admin", require={"acr": "mfa"})
    + rule("dark", "identity.authenticated", effect="deny", mode="shadow")
    + mint(roles="roles")
)  # fmt: skip


def told(text: str, who: Identity = PERSON, to: Route = READ) -> Explanation:
    return explain(engine(text), access(who, to))


def step(explanation: Explanation, name: str) -> Step:
    return next(each for each in explanation.steps if each.name == name)


def outcomes(explanation: Explanation, name: str) -> dict[str, str]:
    return {each.name: each.outcome.value for each in step(explanation, name).entries}


def entry(explanation: Explanation, name: str, of: str) -> Entry:
    return next(each for each in step(explanation, name).entries if each.name == of)


def needs(explanation: Explanation) -> dict[str, str]:
    return {miss.rule: miss.needs for miss in explanation.nearest}


def test_the_steps_come_in_the_order_of_the_reference() -> None:
    """Section f."""
    found = told(POLICY)

    assert [each.name for each in found.steps] == [
        *("route", "identity", "roles", "deny", "allow", "mint", "shadow")
    ]
    assert found.request == "GET https://api.example.com/v1/orders/u1-7"
    assert "orders-read" in step(found, "route").note
    assert "tags pii" in step(found, "route").note
    assert step(found, "identity").note == "u1, authenticated, of provider corp"


def test_the_deciding_rule_is_named_with_its_place() -> None:
    """Where to look."""
    found = told(POLICY)

    assert found.verdict.startswith("allowed by orders/own (policies/orders.toml:")
    assert found.nearest == ()


def test_every_rule_that_could_matter_is_shown() -> None:
    """Also those behind the one that decided, and those for other roles."""
    found = told(POLICY)

    assert outcomes(found, "deny") == {"orders/stop": "false"}
    assert outcomes(found, "allow") == {"orders/own": "true", "orders/staff": "skipped"}
    assert outcomes(found, "shadow") == {"orders/dark": "true"}
    assert step(found, "allow").note == "1 of 2 match"
    skipped = entry(found, "allow", "orders/staff")
    assert skipped.note == "needs one of the roles staff"
    assert skipped.values is None


def test_values_of_the_parts_are_shown() -> None:
    """Of rules, roles and claims."""
    found = told(POLICY)

    values = entry(found, "allow", "orders/own").values
    assert values is not None
    assert [part.value for part in values.parts] == [True, True]
    assert outcomes(found, "mint") == {"roles": "value"}
    claim = entry(found, "mint", "roles").values
    assert claim is not None
    assert claim.value == ["basic"]


class TestRoles:
    """What role mapping did."""

    def test_each_role_is_shown_and_the_default(self) -> None:
        """With the file that maps it."""
        found = told(POLICY)

        assert [(each.name, each.outcome) for each in step(found, "roles").entries] == [
            ("basic", Outcome.FALSE),
            ("staff", Outcome.FALSE),
            ("basic", Outcome.TRUE),
        ]
        assert step(found, "roles").note == "basic"

    def test_a_role_that_is_held_leaves_no_default(self) -> None:
        """The pair of the above."""
        found = told(POLICY, identity(groups=("staff",)))

        assert outcomes(found, "roles") == {"basic": "false", "staff": "true"}

    def test_in_mode_first_the_rest_is_skipped(self) -> None:
        """One role only."""
        text = '[roles]\nmode = "first"\n' + role("a") + role("b") + ALLOW_ALL

        assert outcomes(told(text), "roles") == {"a": "true", "b": "skipped"}

    def test_without_any_there_are_none(self) -> None:
        """A file need not have roles."""
        assert step(told(ALLOW_ALL), "roles").note == "none"

    def test_a_mapping_that_fails_ends_it(self) -> None:
        """Nothing behind it was looked at by the engine, either."""
        found = told(role("a", FAILING) + ALLOW_ALL)

        assert outcomes(found, "roles") == {"a": "error"}
        assert [each.name for each in found.steps][-1] == "roles"
        assert found.decision.reason is Reason.POLICY_ERROR
        assert "error at policies/orders.toml:" in to_text(found)


class TestNearest:
    """What would have to be otherwise."""

    def test_each_rule_says_what_it_lacks(self) -> None:
        """With the value that would do; through the mapping of a role."""
        found = told(POLICY, identity(id="u2"))

        assert needs(found) == {
            "orders/own": "route.params.order_id is 'u1-7', needs to begin with 'u2'",
            "orders/staff": (
                "identity.groups is [], needs 'staff' in it (for the role staff)"
            ),
            "orders/robots": "is for service only",
        }

    def test_a_change_is_told_for_programs_as_well(self) -> None:
        """What to do to which value, and whether the engine agrees."""
        own, staff, robots = told(POLICY, identity(id="u2")).nearest

        assert own.tried
        assert [asdict(change) for change in staff.changes] == [
            {
                "text": "identity.groups is [], needs 'staff' in it",
                "where": "policies/orders.toml:7:21",
                "path": "identity.groups",
                "action": "add",
                "value": ["staff"],
                "purpose": "for the role staff",
            }
        ]
        assert (robots.changes, robots.tried) == ((), False)

    def test_the_smallest_change_is_the_first(self) -> None:
        """Over all rules."""
        text = rule("two", "identity.disabled && identity.acr == 'mfa'")
        found = told(text + rule("one", "size(identity.groups) == 1"))

        assert [miss.rule for miss in found.nearest] == ["orders/one", "orders/two"]
        assert found.nearest[0].changes[0].path == ""
        assert found.nearest[1].where == found.nearest[1].changes[0].where
        assert needs(found)["orders/two"] == (
            "identity.disabled is false, needs true; identity.acr is '', needs 'mfa'"
        )

    def test_a_rule_that_can_never_allow_says_so(self) -> None:
        """At its own place."""
        (miss,) = told(rule("x", "identity.id in []")).nearest

        assert miss.needs == "nothing that a request has would do"
        assert miss.where == "policies/orders.toml:5:6"

    def test_a_deny_rule_that_matches_is_in_the_way(self) -> None:
        """Of every allow rule, also of one whose condition is true."""
        found = told(POLICY, identity(labels=("blocked",)))

        assert needs(found)["orders/own"] == (
            "identity.labels is ['blocked'], must not hold 'blocked' "
            "(orders/stop denies)"
        )
        assert '"blocked"' in found.verdict

    def test_a_sign_in_that_is_too_weak_is_told(self) -> None:
        """In a step of its own."""
        found = told(POLICY, PERSON, ADMIN)

        assert outcomes(found, "require") == {"orders/strong": "false"}
        assert needs(found)["orders/strong"] == (
            "identity.acr is '', needs 'mfa' (orders/strong requires it)"
        )
        assert "mint" not in [each.name for each in found.steps]

    def test_a_sign_in_that_is_strong_enough_is_told_as_well(self) -> None:
        """The pair of the above."""
        found = told(POLICY, identity(acr="mfa"), ADMIN)

        assert outcomes(found, "require") == {"orders/strong": "true"}
        assert found.decision.allowed

    def test_a_claim_that_fails_is_nobodys_lack(self) -> None:
        """All rules are fine; the claim is not."""
        found = told(ALLOW_ALL + mint(x="claims.nobody"))

        assert outcomes(found, "mint") == {"x": "error"}
        assert found.nearest == ()


@pytest.mark.parametrize("who", [PERSON, GUEST, ROBOT, identity(groups=("staff",))])
@pytest.mark.parametrize("to", [*ROUTES, FEED])
def test_an_explanation_agrees_with_the_decision(who: Identity, to: Route) -> None:
    """It is the engine's own; and both forms can always be written."""
    judge = engine(POLICY)
    question = access(who, to)

    found = explain(judge, question)
    assert found.decision == judge.decide(question)
    assert found.verdict in to_text(found)
    assert to_json(found)["allowed"] == found.decision.allowed


def read(policy: str, **asked: Any) -> dict[str, Read]:
    found = explain(engine(policy), access(**asked))
    return {each.path: each for each in found.reads}


def test_all_that_a_decision_may_depend_on_is_told() -> None:
    """With its value, whether anything is there, and whether anything asked for it."""
    found = read(
        "[vars]\nv = \"identity . email == 'x' || identity.phone == ''\"\n"
        + rule("own", "identity.disabled && claims.never || vars . v")
        + rule("there", "has(claims.hd) || claims.n == 1")
        + rule("other", "request.ip == 'x'", for_="guest"),
        claims={"n": 1},
    )

    assert {
        path: (each.value, each.present, each.used) for path, each in found.items()
    } == {
        "identity.disabled": (False, True, True),
        "claims.never": (None, False, False),
        "identity.email": ("", True, True),
        "identity.phone": ("", True, True),
        "claims.hd": (None, False, True),
        "claims.n": (1, True, True),
    }


@pytest.mark.parametrize(("when", "used"), [("true", True), ("false", False)])
def test_what_a_rule_requires_is_read_if_its_condition_is_true(
    when: str, *, used: bool
) -> None:
    """In `require`, without an expression."""
    found = read(rule("strong", when, require={"acr": "mfa", "auth_age": "5m"}))

    assert {path: each.used for path, each in found.items()} == dict.fromkeys(
        ("identity.acr", "identity.auth_time", "now"), used
    )


def test_credentials_are_not_shown_as_reads() -> None:
    """An explanation is pasted into tickets."""
    found = read(
        rule("a", "request.headers['x-api-key'] == [] || 'cookie' in request.headers"),
        headers=[(b"x-api-key", b"k1")],
    )

    assert found["request.headers.x-api-key"].value == "***"
    assert found["request.headers.cookie"].value is None


class Partly(Mapping[str, Any]):
    """Claims of which nothing is known, and that say so."""

    @override
    def __getitem__(self, key: str) -> Any:
        raise WithheldError("`claims` was not recorded")

    @override
    def __iter__(self) -> Iterator[str]:
        raise WithheldError("`claims` was not recorded")

    @override
    def __len__(self) -> int:
        raise WithheldError("`claims` was not recorded")

    @override
    def __contains__(self, key: object) -> bool:
        raise WithheldError("`claims` was not recorded")


class Nameless:
    """Somebody of whom the kind and the provider alone are known."""

    kind = PERSON.kind
    provider = PERSON.provider

    def __getattr__(self, name: str) -> Any:
        raise WithheldError(f"`identity.{name}` was not recorded")


def test_what_is_not_known_of_a_recorded_request_is_told_as_such() -> None:
    """Wherever it is asked for."""
    judge = engine(
        rule("own", "claims.hd == 'x'")
        + rule("all", "claims == {}")
        + rule("strong", require={"acr": "mfa"})
    )
    asked = access()
    who = cast("Identity", Nameless())
    question = replace(
        asked, subject=replace(asked.subject, identity=who, claims=Partly())
    )
    decision = judge.decide(asked)

    found = explain_recorded(judge, question, decision)

    assert found.decision is decision
    assert found.nearest == ()
    assert step(found, "identity").note.startswith("id not recorded")
    assert outcomes(found, "require") == {"orders/strong": "error"}
    assert {read.path: (read.value, read.known) for read in found.reads} == {
        "claims": ("<not recorded as a whole>", True),
        "identity.acr": (None, False),
    }
