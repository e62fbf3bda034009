"""Mistakes in how roles and claims are given."""

from collections.abc import Mapping

from gateway.model.decision import Decision
from gateway.model.identity import Identity, IdentityKind
from gateway.policy.assurance.items import find_items
from gateway.policy.assurance.mapping_mutants import mapping_mutants
from gateway.policy.assurance.mutants import Mutant, Question
from gateway.policy.patterns import RoutePatterns
from tests.policy.files import (
    FEED,
    PERSON,
    ROBOT,
    ROUTES,
    access,
    engine,
    files,
    identity,
    mint,
    role,
    rule,
)

STAFF = role("staff", "'staff' in identity.groups")
TWO = STAFF + role("person", "request.tls")
SAM = identity(groups=("staff",))


class Setting:
    def __init__(self, *texts: str) -> None:
        policies = files(*texts)
        self.engine = engine(*texts)
        patterns = RoutePatterns(route_ids=[route.id for route in ROUTES])
        items = find_items(policies, self.engine, ROUTES)
        self.mutants: Mapping[str, Mutant] = {
            f"{one.item}: {one.after}": one
            for one in mapping_mutants(items, policies, self.engine, patterns)
        }

    def decide(self, name: str, who: Identity = PERSON) -> tuple[Decision, Decision]:
        mutant = self.mutants[name]
        question = Question(FEED.id, who.kind)
        assert mutant.questions is not None
        assert question in mutant.questions
        plan = self.engine.plan_of(FEED.id, who.kind)
        plans = {FEED.id: {who.kind: mutant.change(question, plan)}}
        asked = access(who, FEED)
        return self.engine.decide(asked), self.engine.with_plans(plans).decide(asked)


def test_all_roles_may_be_given_for_one() -> None:
    """Where there are two to be had."""
    first = '[roles]\nmode = "first"\n'

    before, after = Setting(first + TWO).decide('roles: mode = "all"', SAM)

    assert (before.roles, after.roles) == (("staff",), ("person", "staff"))
    assert Setting(first + STAFF).mutants == {}


def test_one_role_is_not_given_for_all() -> None:
    """Of roles that exclude each other, nobody could tell."""
    assert Setting(TWO).mutants == {}
    assert Setting('[roles]\nmode = "all"\n' + TWO).mutants == {}


def test_a_default_may_be_missing() -> None:
    """Who holds none holds none."""
    text = '[roles]\non_none = "default"\ndefault = "staff"\n' + STAFF

    before, after = Setting(text).decide('roles: on_none = "deny"')
    assert (before.roles, after.roles) == (("staff",), ())


def test_an_audience_of_a_role_may_be_missing() -> None:
    """With the default, if it is that role."""
    text = '[roles]\non_none = "default"\ndefault = "any"\n'
    text += role("any", "false", for_=["authenticated", "service"])
    setting = Setting(text)

    before, after = setting.decide('role any: for = ["service"]')
    assert (before.roles, after.roles) == (("any",), ())
    before, after = setting.decide('role any: for = ["authenticated"]', ROBOT)
    assert (before.roles, after.roles) == (("any",), ())


def test_a_role_that_is_not_the_default_leaves_it() -> None:
    """One mistake at a time."""
    text = '[roles]\non_none = "default"\ndefault = "staff"\n' + STAFF
    text += role("more", "true", for_=["authenticated", "service"])

    before, after = Setting(text).decide('role more: for = ["service"]')
    assert (before.roles, after.roles) == (("more",), ("staff",))


def test_a_claim_may_be_missing() -> None:
    """That one alone."""
    setting = Setting(rule("x") + mint(a="1", b="2"))

    before, after = setting.decide("claim a: no claim")
    assert (before.claims, after.claims) == ({"a": 1, "b": 2}, {"b": 2})
    mutant = setting.mutants["claim b: no claim"]
    assert (mutant.before, mutant.expect) == ("2", "`mint`")
    assert mutant.hint == "a test that is allowed and expects the claim `b`"


def test_other_files_keep_their_roles_and_claims() -> None:
    """A mistake is made in one place."""
    second = '[policy]\nid = "second"\n' + role("other", "true") + mint(c="3")
    first = '[roles]\nmode = "first"\n'
    setting = Setting(first + TWO + rule("x") + mint(a="1"), second)

    before, after = setting.decide('roles: mode = "all"', SAM)
    assert before.roles == ("other", "staff")
    assert after.roles == ("other", "person", "staff")
    assert setting.decide("claim a: no claim")[1].claims == {"c": 3}


def test_what_nobody_can_come_to_is_left_out() -> None:
    """A claim for routes of guests alone is asked for all the same."""
    setting = Setting(rule("x") + mint(["orders-feed"], a="1"))

    questions = setting.mutants["claim a: no claim"].questions
    assert questions == frozenset(
        Question("orders-feed", kind) for kind in IdentityKind
    )
    assert Setting('[vars]\nidle = "1"\n').mutants == {}


def test_a_mutant_is_where_it_is_written() -> None:
    """With what it is about."""
    mutant = Setting('[roles]\nmode = "first"\n' + TWO).mutants['roles: mode = "all"']

    assert mutant.where == "policies/orders.toml:4:8"
    assert mutant.hint == "a test in which two of the roles match"
    assert mutant.expect == "`roles`"
