"""`gateway.policy.comparison.goals`."""

from gateway.model.identity import IdentityKind
from gateway.policy.comparison.goals import Half, goals
from gateway.policy.comparison.normal import Forms
from gateway.policy.comparison.searching.search import Either, Want
from tests.policy.comparison.pairs import FILES, Files, rule_of
from tests.policy.comparison.sides import side

ROLE = '[[role]]\nid = "{}"\nfor = "authenticated"\nwhen = "{}"\n'
DENY = rule_of("identity.disabled", name="no", effect="deny", routes="files")


def half(*texts: str, name: str = "old") -> Half:
    made = side(Files(texts), name)
    return Half(made, made.engine.plan_of(FILES.id, IdentityKind.AUTHENTICATED))


def told(goal: object) -> object:
    """A goal in words: the side, the text, the value."""
    if isinstance(goal, Want):
        plan, source = goal.term.plan, goal.term.expression.program.source
        return (goal.side.name, source[plan.start : plan.end], goal.value)
    assert isinstance(goal, Either)
    return tuple(tuple(map(told, way)) for way in goal.ways)


def of(ours: Half, theirs: Half) -> list[tuple[object, ...]]:
    return [tuple(map(told, goal)) for goal in goals(ours, theirs, Forms())]


RULE = rule_of("request.tls", routes="files")


def test_a_rule_is_to_hold_and_its_counterpart_is_not() -> None:
    """Term by term."""
    other = rule_of("request.tls && identity.acr == 'x'", routes="files")

    found = of(half(RULE, name="new"), half(other))

    assert (
        ("new", "request.tls", True),
        ("old", "identity.acr == 'x'", False),
    ) in found
    assert (("new", "request.tls", True),) in found


def test_a_deny_rule_that_is_gone_is_to_be_true() -> None:
    """While somebody is let in without it."""
    roled = DENY.replace("when = ", 'roles = ["r"]\nwhen = ')
    role = ROLE.format("r", "true")

    found = of(half(RULE, name="new"), half(RULE + DENY))
    through = of(half(role + RULE, name="new"), half(role + RULE + roled))

    assert (("new", "request.tls", True), ("old", "identity.disabled", True)) in found
    assert any(
        goal[-2:] == (((("old", "true", True),),), ("old", "identity.disabled", True))
        for goal in through
    )


def test_what_keeps_a_rule_from_being_asked_is_out_of_the_way() -> None:
    """Deny rules, and rules before it that fail."""
    first = rule_of("claims.hd == 'x'", name="first", routes="files")

    found = of(half(first + RULE + DENY, name="new"), half(first + RULE + DENY))

    assert (
        ("new", "request.tls", True),
        ("new", "identity.disabled", False),
        ("new", "claims.hd == 'x'", None),
    ) in found


def test_a_role_is_to_be_held_on_one_side_alone() -> None:
    """If its condition is another, or the order in which the first one counts."""
    needs = rule_of("request.tls", routes="files", more='roles = ["r"]')
    old, new = ROLE.format("r", "request.tls"), ROLE.format("r", "!request.tls")
    other = ROLE.format("s", "identity.disabled")
    first = '[roles]\nmode = "first"\n'

    found = of(half(new + needs, name="new"), half(old + needs))
    order = of(
        half(first + old + other + needs, name="new"),
        half(first + other + old + needs),
    )

    assert any(goal[0] == ("old", "request.tls", False) for goal in found)
    assert any(goal[0] == ("old", "identity.disabled", True) for goal in order)


def test_a_role_that_no_rule_asks_for_leads_nowhere() -> None:
    """Only to the rules that anybody may use."""
    needs = rule_of("request.tls", routes="files", more='roles = ["s"]')
    roles = ROLE.format("s", "true")

    found = of(
        half(ROLE.format("r", "true") + roles + needs, name="new"),
        half(ROLE.format("r", "false") + roles + needs),
    )

    assert not any(("old", "false", False) in goal for goal in found)


def test_a_rule_in_shadow_mode_is_to_be_true() -> None:
    """If only one side has it."""
    shadow = DENY.replace('effect = "deny"', 'effect = "deny"\nmode = "shadow"')

    found = of(half(RULE + shadow, name="new"), half(RULE))

    assert (("new", "identity.disabled", True),) in found
