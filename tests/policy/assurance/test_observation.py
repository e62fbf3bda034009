"""What the tests have seen, by the closures that decide."""

from gateway.model.decision import Reason
from gateway.policy.assurance.observation import Observation, Sight, Tally
from tests.policy.assurance.proving import (
    DELETE,
    FEED,
    OTHER,
    PEOPLE,
    READ,
    assess,
    expect,
    expression,
    nothing,
)
from tests.policy.files import mint, role, rule

OWN = rule("own", "route.params.order_id.startsWith(identity.id)", routes="*-read")


def observe(text: str) -> Observation:
    return assess(text).observe(advance=nothing)


def sight(text: str, name: str) -> Sight:
    """What was seen of one expression, by the place where it stands."""
    keys = expression(text, name).place.keys
    (found,) = [
        one for place, one in observe(text).sights.items() if place.place.keys == keys
    ]
    return found


def counts(tally: Tally) -> tuple[int, int, int, int]:
    return (tally.true, tally.false, tally.error, tally.other)


def test_an_expression_is_counted_as_often_as_it_is_consulted() -> None:
    """True and false."""
    tests = expect("allow = true") + expect("allow = false", OTHER) * 2

    assert counts(sight(OWN + PEOPLE + tests, "own").whole) == (1, 2, 0, 0)


def test_it_is_known_which_tests_came_to_it() -> None:
    """So that a mutant is tried with these alone."""
    text = OWN + rule("feed", "request.tls", routes="*-feed") + PEOPLE
    text += expect("allow = true") + expect("allow = true", FEED) + expect("allow=true")

    assert sight(text, "own").whole.trials == {0, 2}
    assert sight(text, "feed").whole.trials == {1}


def test_places_that_say_the_same_are_counted_apart() -> None:
    """They share a program, and not what was seen of it."""
    text = rule("one", "request.tls", routes="*-read")
    text += rule("two", "request.tls", routes="*-feed")
    text += PEOPLE + expect("allow = true")

    assert counts(sight(text, "one").whole) == (1, 0, 0, 0)
    assert counts(sight(text, "two").whole) == (0, 0, 0, 0)


def test_terms_that_were_not_needed_were_not_seen() -> None:
    """`false && ...` looks no further."""
    text = rule("x", "identity.disabled && request.tls") + PEOPLE
    text += expect("allow = false")

    first, second = sight(text, "x").conditions.values()
    assert counts(first) == (0, 1, 0, 0)
    assert counts(second) == (0, 0, 0, 0)


def test_what_one_closure_computes_at_once_is_seen_in_its_parts() -> None:
    """`!field` and `exists` over a list are single closures where they decide."""
    text = rule(
        "x",
        "!identity.disabled && identity.groups.exists(g, g == 'staff')",
    )
    text += PEOPLE + expect("allow = true", identity='"sam"') + expect("allow = false")

    disabled, exists, body = sight(text, "x").conditions.values()
    assert counts(disabled) == (0, 2, 0, 0)
    assert counts(exists) == (1, 1, 0, 0)
    assert counts(body) == (1, 0, 0, 0)


def test_a_loop_is_seen_with_each_element() -> None:
    """The predicate is a condition like any other."""
    who = '{ fixture = "u1", groups = ["a", "b", "c"] }'
    text = rule("x", "identity.groups.filter(g, g != 'b').size() == 2") + PEOPLE
    text += expect("allow = true", identity=who)

    (body,) = sight(text, "x").conditions.values()
    assert counts(body) == (2, 1, 0, 0)


def test_errors_are_counted_where_they_were() -> None:
    """And where they were absorbed, they were not seen any more."""
    text = rule("x", "request.query['c'] == ['y'] || request.tls") + PEOPLE
    text += expect("allow = true")

    found = sight(text, "x")
    first, second = found.conditions.values()
    assert counts(first) == (0, 0, 1, 0)
    assert counts(second) == (1, 0, 0, 0)
    assert counts(found.whole) == (1, 0, 0, 0)
    assert first.trials == {0}


def test_a_negated_field_that_fails_is_counted_once() -> None:
    """The part is evaluated beside the closure, and fails on its own as well."""
    text = '[vars]\nx = "claims.admin == true"\n' + rule("r", "!vars.x && request.tls")
    text += PEOPLE + expect("allow = false")

    first, second = sight(text, "r").conditions.values()
    assert counts(first) == (0, 0, 1, 0)
    assert counts(second) == (1, 0, 0, 0)


def test_values_are_counted_as_what_they_are() -> None:
    """A claim's, a variable's."""
    text = '[vars]\nname = "identity.name"\nadmin = "request.tls"\n'
    text += rule("all", "request.tls") + mint(a="vars.name", b="vars.admin", c="1")
    text += PEOPLE + expect("allow = true")

    assert counts(sight(text, "name").whole) == (0, 0, 0, 1)
    assert counts(sight(text, "admin").whole) == (1, 0, 0, 0)
    assert counts(sight(text, "c").whole) == (0, 0, 0, 1)


def test_a_variable_is_counted_once_in_a_decision() -> None:
    """However often it is read."""
    text = '[vars]\ntls = "request.tls"\n' + rule("x", "vars.tls && vars.tls")
    text += PEOPLE + expect("allow = true")

    assert counts(sight(text, "tls").whole) == (1, 0, 0, 0)


def test_requirements_are_counted_as_met_or_not() -> None:
    """By the name of the rule."""
    strong = '{ fixture = "u1", acr = "mfa" }'
    text = rule("x", require={"acr": "mfa"}) + rule("y", "request.tls") + PEOPLE
    text += expect("allow = true", identity=strong) + expect("allow = true") * 2

    found = observe(text)

    assert found.requirements.keys() == {"orders/x"}
    assert counts(found.requirements["orders/x"]) == (1, 2, 0, 0)
    assert found.decided_by("orders/x") == 1
    assert found.decided_by("orders/y") == 2


def test_being_watched_changes_no_decision() -> None:
    """Reasons, roles, claims, failures and what the shadow rules say."""
    text = (
        "[vars]\nstaff = \"'staff' in identity.groups\"\n"
        + role("staff", "vars.staff")
        + role("person", "!identity.disabled")
        + rule("deny", "request.query['x'] == ['1']", effect="deny", routes="*-feed")
        + OWN
        + rule("strong", roles=["staff"], require={"acr": "mfa"}, routes="*-admin")
        + rule("dark", "now.getDayOfWeek() in [0, 6]", mode="shadow")
        + mint(roles="roles", deep="{'a': [1, 2.5]}")
        + PEOPLE
        + expect("allow = true")
        + expect("allow = false", OTHER)
        + expect("allow = false", FEED)
        + expect("allow = false", DELETE, '"sam"')
        + expect("allow = false", READ, '{ fixture = "u1", disabled = true }')
    )
    assessment = assess(text)
    engine = assessment.engine

    seen = assessment.observe(advance=nothing)

    assert list(seen.decisions) == [
        engine.decide(trial.access) for trial in assessment.trials
    ]
    assert [decision.reason for decision in seen.decisions] == [
        Reason.ALLOWED,
        Reason.NO_ALLOW,
        Reason.POLICY_ERROR,
        Reason.STEP_UP,
        Reason.NO_ROLE,
    ]


def test_the_progress_is_told() -> None:
    """After each test."""
    told: list[None] = []
    text = OWN + PEOPLE + expect("allow = true") * 3

    assess(text).observe(advance=lambda: told.append(None))

    assert len(told) == 3
