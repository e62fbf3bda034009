"""Mistakes in expressions, as mutants of the plans."""

from gateway.model.identity import IdentityKind
from gateway.policy.assurance.items import find_items
from gateway.policy.assurance.mutants import Mutant, Question, expression_mutants
from tests.policy.assurance.proving import assess
from tests.policy.files import FEED, access, mint, role, rule


def found(text: str) -> list[Mutant]:
    assessment = assess(text)
    items = find_items(assessment.policies, assessment.engine, assessment.routes)
    return list(expression_mutants(items))


def test_a_mutant_says_what_it_is() -> None:
    """Where, what, before and after, and what to expect to notice it."""
    mutants = found(rule("x", "request.tls && identity.disabled"))
    (one,) = [each for each in mutants if each.after == "request.tls"]

    assert one.policy == "orders"
    assert one.where == "policies/orders.toml:9:24"
    assert one.item == "rule x"
    assert one.before == "request.tls && identity.disabled"
    assert one.hint == (
        "a test in which `identity.disabled` is false and all beside it is true"
    )
    assert one.expect == "`rule` or `reason`"
    assert one.questions is None


def test_a_mutant_decides_otherwise() -> None:
    """In the plan that it gives, and in no other."""
    text = rule("x", "identity.disabled")
    assessment = assess(text)
    items = find_items(assessment.policies, assessment.engine, assessment.routes)
    always = next(iter(expression_mutants(items)))
    question = Question(FEED.id, IdentityKind.AUTHENTICATED)
    plan = assessment.engine.plan_of(question.route, question.kind)

    changed = always.change(question, plan)

    engine = assessment.engine.with_plans({question.route: {question.kind: changed}})
    assert engine.decide(access(to=FEED)).allowed
    assert not assessment.engine.decide(access(to=FEED)).allowed


def test_what_a_test_has_to_expect_depends_on_what_is_changed() -> None:
    """A claim is seen in the token, a shadow in nothing but itself."""
    text = '[vars]\nv = "request.tls"\n' + role("r", "vars.v") + rule("x")
    text += rule("dark", mode="shadow") + mint(c="'r' in roles")

    expected = {one.item: one.expect for one in found(text)}

    assert expected == {
        "variable v": "`rule`, `reason`, `roles` or `mint`",
        "role r": "`roles`",
        "rule x": "`rule` or `reason`",
        "rule dark": "`shadow`",
        "claim c": "`mint`",
    }


def test_a_mistake_that_is_refused_at_load_is_none() -> None:
    """Nobody can make it."""
    mutants = found(rule("x", "now.getHours('Europe/Berlin') == 12"))

    assert {one.after for one in mutants} == {
        "true",
        "false",
        "now.getHours('Europe/Berlin') != 12",
    }


def test_what_no_request_can_come_to_has_no_mistakes() -> None:
    """A variable that nobody reads."""
    assert found('[vars]\nidle = "request.tls"\n') == []
