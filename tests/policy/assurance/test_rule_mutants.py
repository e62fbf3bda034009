"""Mistakes in what a rule says beside its condition."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.model.decision import Decision
from gateway.model.identity import Identity, IdentityKind
from gateway.model.route import Route
from gateway.policy.assurance.items import find_items
from gateway.policy.assurance.mutants import Mutant, Question
from gateway.policy.assurance.rule_mutants import Surroundings, rule_mutants
from gateway.policy.patterns import RoutePatterns
from tests.policy.assurance.proving import assess
from tests.policy.files import (
    FEED,
    GUEST,
    GUESTS,
    PERSON,
    ROBOT,
    ROUTES,
    access,
    engine,
    files,
    identity,
    role,
    rule,
)

STAFF = role("staff", "'staff' in identity.groups") + role("person", "request.tls")
SAM = identity(groups=("staff",))


class Setting:
    """Some files, and the mistakes in one of their rules."""

    def __init__(self, *texts: str, name: str = "x", guests: bool = True) -> None:
        self.policies = files(*texts)
        settings = GUESTS.model_copy(update={"enabled": guests})
        self.engine = engine(*texts, guest=settings)
        patterns = RoutePatterns(route_ids=[route.id for route in ROUTES])
        items = find_items(self.policies, self.engine, ROUTES)
        self.mutants: Mapping[str, Mutant] = {
            one.after: one
            for one in rule_mutants(
                items, Surroundings(self.engine, patterns, self.policies)
            )
            if one.item == f"rule {name}"
        }

    def decide(
        self, after: str, who: Identity = PERSON, to: Route = FEED
    ) -> tuple[Decision, Decision]:
        """The decision, and the one with a mistake."""
        mutant = self.mutants[after]
        question = Question(to.id, who.kind)
        assert mutant.questions is not None
        assert question in mutant.questions
        plan = self.engine.plan_of(to.id, who.kind)
        changed = self.engine.with_plans(
            {to.id: {who.kind: mutant.change(question, plan)}}
        )
        asked = access(who, to, target=to.path.encode())
        return self.engine.decide(asked), changed.decide(asked)


def test_an_effect_may_be_the_other_one() -> None:
    """An allow that denies, and a deny that allows."""
    open_, closed = Setting(rule("x")).decide('effect = "deny"')
    denied, allowed = Setting(rule("x", effect="deny")).decide('effect = "allow"')

    assert (open_.allowed, closed.allowed) == (True, False)
    assert closed.rule == "orders/x"
    assert (denied.allowed, allowed.allowed) == (False, True)
    assert allowed.rule == "orders/x"


def test_a_deny_that_allows_asks_for_the_roles_of_its_file() -> None:
    """As the planner has it for rules that name none."""
    setting = Setting(
        STAFF.replace("request.tls", "identity.disabled") + rule("x", effect="deny")
    )

    assert setting.decide('effect = "allow"', SAM)[1].allowed
    assert not setting.decide('effect = "allow"', PERSON)[1].allowed


def test_an_allow_that_denies_denies_those_whom_it_names() -> None:
    """Without roles of its own it denies everybody."""
    setting = Setting(STAFF.replace("request.tls", "identity.disabled") + rule("x"))

    before, after = setting.decide('effect = "deny"', PERSON)
    assert before.rule == ""
    assert after.rule == "orders/x"


def test_the_place_of_a_rule_among_the_others_is_kept() -> None:
    """The first that allows decides, in the order of the files."""
    setting = Setting(rule("a", "false") + rule("x", effect="deny") + rule("z"))

    assert setting.decide('effect = "allow"')[1].rule == "orders/x"


def test_a_shadow_may_be_in_force() -> None:
    """What is only watched would decide."""
    setting = Setting(rule("all") + rule("x", effect="deny", mode="shadow"))

    before, after = setting.decide('mode = "enforce"')
    assert (before.allowed, after.allowed) == (True, False)
    assert after.shadow == ()
    assert setting.mutants.keys() == {'mode = "enforce"'}
    assert setting.mutants['mode = "enforce"'].expect == "`shadow`"


def test_a_shadow_without_a_role_is_still_a_shadow() -> None:
    """It is asked of more people, and decides nothing."""
    setting = Setting(STAFF + rule("all") + rule("x", mode="shadow", roles=["staff"]))

    before, after = setting.decide("roles = []")
    assert [one.rule for one in before.shadow] == []
    assert [one.rule for one in after.shadow] == ["orders/x"]


def test_an_audience_may_be_missing() -> None:
    """Each for itself; one of one is the whole rule."""
    setting = Setting(rule("x", for_=["authenticated", "service"]))

    before, after = setting.decide('for = ["service"]')
    assert (before.allowed, after.allowed) == (True, False)
    assert not setting.decide('for = ["authenticated"]', ROBOT)[1].allowed
    single = Setting(rule("x", for_="guest"))
    assert not any(after.startswith("for") for after in single.mutants)


def test_an_audience_may_be_too_many() -> None:
    """Only such as the files speak of."""
    text = rule("x", for_="authenticated")
    robots = rule("other", "false", for_="service")

    setting = Setting(text, robots)
    before, after = setting.decide('for = ["authenticated", "service"]', ROBOT)
    assert (before.allowed, after.allowed) == (False, True)
    assert [one for one in Setting(text).mutants if one.startswith("for")] == []


@pytest.mark.parametrize("guests", [True, False])
def test_guests_that_do_not_exist_are_not_let_in(*, guests: bool) -> None:
    """Nor tested for."""
    text = rule("x", for_="authenticated") + rule("other", "false", for_="guest")
    setting = Setting(text, guests=guests)

    after = 'for = ["authenticated", "guest"]'
    assert (after in setting.mutants) == guests
    if guests:
        assert setting.decide(after, GUEST)[1].allowed


@pytest.mark.parametrize(
    ("granted", "can_hold"),
    [("guest", True), ("service", False)],
)
def test_whoever_can_hold_no_role_of_a_rule_is_not_let_in(
    granted: str, *, can_hold: bool
) -> None:
    """A rule for guests as well makes no difference then."""
    text = role("trial", "true", for_=["authenticated", granted])
    text += rule("x", for_="authenticated", roles=["trial"])
    text += rule("other", "false", for_="guest")

    after = 'for = ["authenticated", "guest"]'
    assert (after in Setting(text).mutants) == can_hold


def test_a_role_may_be_missing() -> None:
    """Each for itself."""
    setting = Setting(STAFF + rule("x", roles=["staff", "person"]))

    before, after = setting.decide('roles = ["staff"]')
    assert (before.allowed, after.allowed) == (True, False)
    assert setting.decide('roles = ["person"]')[1].allowed


def test_no_role_at_all_lets_more_people_in() -> None:
    """If there are more."""
    text = STAFF.replace("request.tls", "identity.disabled")
    some = Setting(text + rule("x", roles=["staff"]))
    every = Setting(STAFF + rule("x", roles=["person", "staff"], for_="authenticated"))
    denies = Setting(STAFF + rule("x", roles=["person", "staff"], effect="deny"))

    assert "roles = []" in some.mutants
    assert some.decide("roles = []", identity(disabled=True))[1].allowed
    assert "roles = []" not in every.mutants
    assert denies.decide("roles = []", ROBOT)[1].rule == "orders/x"


@pytest.mark.parametrize(
    ("require", "less"),
    [
        ({"acr": "mfa"}, {"{}"}),
        ({"sender": "dpop"}, {"{}"}),
        ({"auth_age": "15m"}, {"{}"}),
        (
            {"acr": "mfa", "auth_age": "15m"},
            {'{ acr = "mfa" }', '{ auth_age = "15m" }'},
        ),
        ({"sender": "none"}, set()),
    ],
)
def test_a_requirement_may_be_missing(require: dict[str, Any], less: set[str]) -> None:
    """Each part for itself: who loses both loses each."""
    setting = Setting(rule("x", require=require))
    mutants = {
        after.removeprefix("require = "): one
        for after, one in setting.mutants.items()
        if after.startswith("require")
    }

    assert mutants.keys() == less
    assert all(one.expect == "`challenge`" for one in mutants.values())
    if less == {"{}"}:
        before, after = setting.decide("require = {}")
        assert (before.allowed, after.allowed) == (False, True)


def test_a_route_may_be_missing() -> None:
    """If a pattern alone names it."""
    setting = Setting(rule("x", routes=["orders-feed", "orders-*", "bills-*"]))
    routes = {one for one in setting.mutants if one.startswith("routes")}

    assert routes == {
        'routes = ["orders-feed", "bills-*"]',
        'routes = ["orders-feed", "orders-*"]',
    }
    questions = setting.mutants['routes = ["orders-feed", "orders-*"]'].questions
    assert questions == frozenset(Question("bills-read", kind) for kind in IdentityKind)
    lost = setting.decide('routes = ["orders-feed", "orders-*"]', to=ROUTES[3])
    assert (lost[0].allowed, lost[1].allowed) == (True, False)


def test_a_mutant_is_where_it_is_written() -> None:
    """An implied value at the rule's id."""
    text = rule("x", mode="enforce", roles=["staff"])
    mutants = Setting(STAFF + text).mutants

    assert mutants['effect = "deny"'].where == "policies/orders.toml:16:10"
    assert mutants['effect = "deny"'].before == 'effect = "allow"'
    assert mutants["roles = []"].where == "policies/orders.toml:21:9"
    assert mutants['effect = "deny"'].hint == "a test in which the condition is true"


def test_other_items_have_other_mistakes() -> None:
    """Of roles, for instance."""
    assessment = assess(STAFF)
    items = find_items(assessment.policies, assessment.engine, ROUTES)
    patterns = RoutePatterns(route_ids=["orders-read"])
    around = Surroundings(assessment.engine, patterns, assessment.policies)

    assert list(rule_mutants(items, around)) == []
