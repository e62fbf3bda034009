"""What can matter for a route is found at load, and shared where it is the same."""

from gateway.model.identity import IdentityKind
from gateway.policy.plan import Plan
from tests.policy.files import (
    ALLOW_ALL,
    GUESTS,
    engine,
    mint,
    role,
    route,
    rule,
)

PEOPLE = IdentityKind.AUTHENTICATED


def test_a_plan_holds_what_is_for_its_route_and_kind() -> None:
    """And nothing else."""
    judge = engine(
        rule("a", routes=["orders-read"])
        + rule("b", routes=["orders-feed"])
        + rule("c", for_="service")
        + rule("d", effect="deny")
        + rule("e", mode="shadow")
        + mint(["orders-*"], x="1")
        + mint(["bills-*"], y="1")
    )

    plan = judge.plan_of("orders-read", PEOPLE)
    assert [one.id for one in plan.allows.rules] == ["a"]
    assert [one.id for one in plan.denies.rules] == ["d"]
    assert [one.id for one in plan.shadows.rules] == ["e"]
    assert [claim.name for claim in plan.claims] == ["x"]
    assert plan.ceiling is None


def test_rules_come_in_the_order_of_the_files() -> None:
    """Also where different patterns lead to them."""
    one = rule("a") + rule("b", routes=["orders-*"]) + rule("c")
    two = rule("d", routes=["orders-*"]) + rule("e")

    plan = engine(one, two).plan_of("orders-read", PEOPLE)
    assert [each.id for each in plan.allows.rules] == ["a", "b", "c", "d", "e"]


def test_deny_rules_come_cheapest_first() -> None:
    """Section f, rule 4."""
    dear = "identity.groups.exists(g, g.startsWith('x'))"
    text = rule("dear", dear, effect="deny") + rule("cheap", "false", effect="deny")

    plan = engine(text).plan_of("orders-read", PEOPLE)
    assert [each.id for each in plan.denies.rules] == ["cheap", "dear"]


def test_an_allow_rule_without_roles_needs_one_of_its_file() -> None:
    """Of those that its file grants to that kind."""
    judge = engine(
        role("a") + role("b") + role("c", for_="service") + ALLOW_ALL,
        rule("open"),
    )

    own, other = judge.plan_of("orders-read", PEOPLE).allows.rules
    assert own.roles == {"a", "b"}
    assert other.roles == frozenset()
    robots = judge.plan_of("orders-read", IdentityKind.SERVICE).allows.rules
    assert robots[0].roles == {"c"}
    guests = judge.plan_of("orders-read", IdentityKind.GUEST).allows.rules
    assert guests[0].roles == frozenset()


def test_a_deny_rule_without_roles_stays_for_everybody() -> None:
    """It must not need a role that was not granted."""
    judge = engine(role("a") + rule("stop", effect="deny"))

    (stop,) = judge.plan_of("orders-read", PEOPLE).denies.rules
    assert stop.roles == frozenset()


def test_a_mapping_counts_on_the_routes_of_its_scope() -> None:
    """Role mappings of other teams are not even evaluated."""
    judge = engine(
        '[policy]\nid = "orders"\nscope = ["orders-*"]\n' + role("a"), role("b")
    )

    assert [group.policy for group in judge.plan_of("orders-read", PEOPLE).groups] == [
        "orders",
        "second",
    ]
    assert [group.policy for group in judge.plan_of("bills-read", PEOPLE).groups] == [
        "second"
    ]


def test_guests_have_a_plan_only_if_there_are_guests() -> None:
    """With the ceiling in it."""
    without = GUESTS.model_copy(update={"enabled": False})

    plan = engine(ALLOW_ALL).plan_of("orders-read", IdentityKind.GUEST)
    assert plan.ceiling == frozenset({"guest", "trial"})
    closed = engine(ALLOW_ALL, guest=without)
    assert closed.plan_of("orders-read", IdentityKind.GUEST) == Plan()


def test_routes_that_the_same_patterns_match_share_their_plans() -> None:
    """Ten thousand routes under one pattern take the room of one."""
    routes = [route(f"orders-{n}") for n in range(100)] + [route("bills")]
    judge = engine(rule("a", routes=["orders-*"]) + rule("b"), routes=routes)

    plans = {id(judge.plan_of(each.id, PEOPLE)) for each in routes}
    assert len(plans) == 2
