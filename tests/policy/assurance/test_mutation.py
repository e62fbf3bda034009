"""Which mistakes no test notices, and which tests are asked."""

from dataclasses import replace

import pytest

from gateway.policy.assurance.mutants import Mutant, Question
from gateway.policy.assurance.mutation import Arena, mutate
from gateway.policy.plan import Plan
from tests.policy.assurance import proving
from tests.policy.assurance.proving import (
    DELETE,
    FEED,
    OTHER,
    PEOPLE,
    READ,
    ROBOT,
    assess,
    expect,
    nothing,
    survivors,
)
from tests.policy.files import HEAD, mint, role, rule

OWN = rule(
    "own",
    "route.params.order_id == identity.id + '-7'",
    routes="*-read",
    for_="authenticated",
)
YES = expect('allow = true, rule = "own"')
NO = expect('allow = false, reason = "no_allow"', OTHER)
CONDITION = "route.params.order_id == identity.id + '-7'"
DISABLED = '{ fixture = "sam", disabled = true }'


def test_tests_that_look_at_everything_leave_nothing() -> None:
    """The answer, and who gave it."""
    bare = expect("allow = false", '{ path = "/v1/orders/u1" }')

    assert survivors(OWN + PEOPLE + YES + NO + bare) == set()


def test_without_tests_every_mistake_survives() -> None:
    """All that there are."""
    found = proving.mutate(OWN)

    assert found.tried == len(found.survivors) > 4
    assert found.killed == 0


def test_a_mistake_that_nobody_looks_for_survives() -> None:
    """A refusal was never tested."""
    assert (CONDITION, "true") in survivors(OWN + PEOPLE + YES)
    assert (CONDITION, "true") not in survivors(OWN + PEOPLE + YES + NO)


@pytest.mark.parametrize(
    ("text", "mistake", "more"),
    [
        # What a role is worth is seen where somebody does not hold it.
        (
            role("staff", "'staff' in identity.groups")
            + rule("x", roles=["staff"], routes="*-feed")
            + PEOPLE
            + expect("allow = true", FEED, '"sam"'),
            ("'staff' in identity.groups", "true"),
            expect("allow = false, roles = []", FEED),
        ),
        # A shadow decides nothing.
        (
            rule("all")
            + rule("dark", "request.tls", mode="shadow", effect="deny")
            + PEOPLE
            + expect("allow = true"),
            ("request.tls", "false"),
            expect("allow = true, shadow = { dark = true }"),
        ),
        # A claim is seen by whoever expects it.
        (
            rule("all") + mint(a="identity.id") + PEOPLE + expect("allow = true"),
            ("identity.id", "no claim"),
            expect('allow = true, mint = { a = "u1" }'),
        ),
        # Through a variable.
        (
            "[vars]\nstaff = \"'staff' in identity.groups\"\n"
            + rule("x", "vars.staff", routes="*-feed")
            + PEOPLE
            + expect("allow = true", FEED, '"sam"'),
            ("'staff' in identity.groups", "true"),
            expect("allow = false", FEED),
        ),
        # What a sign-in has to be is seen where it is less.
        (
            rule("x", require={"acr": "mfa", "auth_age": "15m"})
            + PEOPLE
            + expect("allow = false"),
            (
                'require = { acr = "mfa", auth_age = "15m" }',
                'require = { auth_age = "15m" }',
            ),
            expect('allow = false, challenge = { acr = "mfa" }'),
        ),
        # An audience that is let in by mistake.
        (
            rule("x", for_="authenticated")
            + rule("y", "identity.disabled", for_="service")
            + PEOPLE
            + ROBOT
            + expect("allow = true"),
            ('for = ["authenticated"]', 'for = ["authenticated", "service"]'),
            expect("allow = false", identity='"r1"'),
        ),
        # Who holds no role is told whether there was a rule to ask.
        (
            role("staff", "'staff' in identity.groups")
            + rule("x", "identity.disabled", roles=["staff"])
            + rule("y", "true", roles=["staff"], routes="*-feed")
            + PEOPLE
            + expect("allow = false")
            + expect("allow = true", FEED, '"sam"'),
            ('effect = "allow"', 'effect = "deny"'),
            expect('allow = false, reason = "no_role"')
            + expect('allow = false, reason = "no_role"', FEED)
            + expect('allow = true, rule = "x"', READ, DISABLED),
        ),
        # A shadow that is false, and one that was not asked.
        (
            role("staff", "'staff' in identity.groups")
            + rule(
                *("dark", "identity.disabled"),
                mode="shadow",
                effect="deny",
                roles=["staff"],
            )
            + PEOPLE
            + expect("allow = false"),
            ('roles = ["staff"]', "roles = []"),
            expect('allow = false, shadow = { dark = "none" }'),
        ),
        # A comparison at its edge.
        (
            rule("x", "now < timestamp('2026-05-04T20:00:00Z')", effect="deny")
            + rule("all")
            + PEOPLE
            + expect("allow = false")
            + expect("allow = true", now='"2026-05-04T21:00:00Z"'),
            (
                "now < timestamp('2026-05-04T20:00:00Z')",
                "now <= timestamp('2026-05-04T20:00:00Z')",
            ),
            expect("allow = true", now='"2026-05-04T20:00:00Z"'),
        ),
    ],
)
def test_each_mistake_is_killed_by_the_test_that_it_needs(
    text: str, mistake: tuple[str, str], more: str
) -> None:
    """And lives without."""
    assert mistake in survivors(text)
    assert mistake not in survivors(text + more)


def test_a_survivor_says_which_test_would_notice() -> None:
    """Where no test sees a difference."""
    found = proving.mutate(OWN + PEOPLE + YES)
    (one,) = [each for each in found.survivors if each.after == "true"]

    assert one.policy == "orders"
    assert one.item == "rule own"
    assert one.where == "policies/orders.toml:9:9"
    assert one.hint == f"add a test in which `{CONDITION}` is false"


def test_a_survivor_says_what_to_expect() -> None:
    """Where tests come out otherwise and do not look."""
    lax = expect("allow = true") * 2
    found = proving.mutate(rule("all") + mint(a="identity.id") + PEOPLE + lax)
    (one,) = [each for each in found.survivors if each.after == "no claim"]

    assert one.hint == (
        "2 of the tests come out otherwise, `orders/a case` for one, and none says so: "
        "expect `mint`"
    )


def test_a_failing_value_is_another_one() -> None:
    """`policy_error` is not `no_allow`."""
    text = rule(
        "x", "'c' in request.query && request.query.c == ['a']", routes="*-feed"
    )
    text += PEOPLE + expect("allow = true", '{ path = "/v1/feed?c=a" }')
    text += expect("allow = false", '{ path = "/v1/feed?c=b" }')
    mistake = (
        "'c' in request.query && request.query.c == ['a']",
        "request.query.c == ['a']",
    )

    lax = expect("allow = false", FEED)
    strict = expect('allow = false, reason = "no_allow"', FEED)
    assert mistake in survivors(text + lax)
    assert mistake not in survivors(text + strict)


def test_another_message_of_a_failure_is_seen_by_who_expects_it() -> None:
    """Where a test says what fails."""
    text = rule("x", "request.query['a'] == request.query['b']", routes="*-feed")
    text += PEOPLE
    test = expect('allow = false, faults = ["no such key"]', FEED)

    assert ("request.query['a'] == request.query['b']", "false") not in survivors(
        text + test
    )


def test_only_the_tests_that_can_notice_are_asked() -> None:
    """Those that come to the rule, and in which it has another value."""
    text = OWN + rule("feed", "request.tls", routes="*-feed") + PEOPLE
    text += YES + NO + expect("allow = true", FEED) * 50
    assessment = assess(text)
    seen = assessment.observe(advance=nothing)
    asked: list[Question] = []

    def counted(mutant: Mutant) -> Mutant:
        def change(question: Question, plan: Plan) -> Plan:
            asked.append(question)
            return mutant.change(question, plan)

        return replace(mutant, change=change)

    arena = Arena(assessment.engine, assessment.trials, seen)
    mutants = [counted(one) for one in assessment.mutants() if one.item == "rule own"]

    found = mutate(mutants, arena, advance=nothing)

    assert found.tried == len(mutants)
    # Never on another route, and once for each mutant at most.
    assert {question.route for question in asked} == {"orders-read"}
    assert len(asked) <= len(mutants)


def test_mutants_come_in_the_order_of_the_files() -> None:
    """To be read beside them."""
    first = OWN + role("staff", "request.tls") + mint(a="1")
    second = '[policy]\nid = "second"\n' + rule("x", "request.tls", for_="guest")

    places = [
        (one.policy, *map(int, one.where.rsplit(":", 2)[1:]))
        for one in assess(first, second).mutants()
    ]

    assert places == sorted(places)
    assert {place[0] for place in places} == {"orders", "second"}


def test_files_without_anything_have_no_mistakes() -> None:
    """Nothing is written, so nothing is wrong."""
    assert proving.mutate(HEAD).tried == 0


def test_the_progress_is_told() -> None:
    """After each mutant."""
    told: list[None] = []
    assessment = assess(OWN + PEOPLE + YES)
    seen = assessment.observe(advance=nothing)
    mutants = assessment.mutants()

    assessment.mutate(mutants, seen, advance=lambda: told.append(None))

    assert len(told) == len(mutants)


def test_a_step_that_needs_another_route_is_found_there() -> None:
    """Requests to one route say nothing of another."""
    text = rule("x", "request.tls", routes=["orders-feed", "orders-admin"]) + PEOPLE
    mistake = (
        'routes = ["orders-feed", "orders-admin"]',
        'routes = ["orders-feed"]',
    )

    assert mistake in survivors(text + expect("allow = true", FEED))
    assert mistake not in survivors(text + expect("allow = true", DELETE))
