"""`gateway.policy.comparison.normal`."""

import pytest

from gateway.model.identity import IdentityKind
from gateway.policy.comparison.normal import Forms, changed, constant_of, form, is_safe
from gateway.policy.plan import Plan
from tests.policy.comparison.pairs import FILES, Files, rule_of
from tests.policy.comparison.sides import place_of, side

HEAD = """
[const]
names = ["a", "b"]
one = "a"
[vars]
known = "identity.acr == 'x'"
"""


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("identity.acr == 'x' && request.tls", "request.tls && 'x' == identity.acr"),
        (
            "!(identity.acr == 'x' && request.tls)",
            "!request.tls || identity.acr != 'x'",
        ),
        (
            "!(identity.acr != 'x' || request.tls)",
            "!request.tls && identity.acr == 'x'",
        ),
        ("!!request.tls", "request.tls"),
        (
            "request.tls && (request.tls && identity.disabled)",
            "identity.disabled && request.tls",
        ),
        ("vars.known", "identity.acr == 'x'"),
        ("identity.acr in const.names", "identity.acr in ['a', 'b']"),
        ("identity.acr == const.one", "identity.acr == 'a'"),
        ("identity.groups.exists(g, g == 'a')", "identity.groups.exists(h, h == 'a')"),
        ("size(identity.groups) > 2", "2 < size(identity.groups)"),
        (
            "!(request.tls ? request.tls : identity.disabled)",
            "request.tls ? !request.tls : !identity.disabled",
        ),
    ],
)
def test_what_says_the_same_has_one_form(one: str, two: str) -> None:
    """However it is written."""
    _, first = place_of(one, HEAD)
    _, second = place_of(two, HEAD)

    assert form(first) == form(second)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("identity.acr == 'x'", "identity.acr == 'X'"),
        ("identity.acr == 'x'", "identity.acr != 'x'"),
        ("claim('level', 0) == 1", "claim('level', 0u) == 1u"),
        ("request.tls && identity.disabled", "request.tls || identity.disabled"),
        ("identity.acr in ['a']", "identity.acr in [identity.name]"),
        ("has(claims.hd)", "has(claims.dept)"),
        ("claims.hd == 'x'", "claims.dept == 'x'"),
        ("identity.groups.all(g, g == 'a')", "identity.groups.exists(g, g == 'a')"),
        ("!identity.groups.all(g, g == 'a')", "identity.groups.all(g, g == 'a')"),
        ("{'a': 1}.exists(k, k == 'a')", "{'b': 1}.exists(k, k == 'a')"),
        ("claims == {}", "identity.attributes == {}"),
    ],
)
def test_what_says_something_else_has_another(one: str, two: str) -> None:
    """Also where the difference is a type."""
    _, first = place_of(one)
    _, second = place_of(two)

    assert form(first) != form(second)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("identity.acr == 'x' && 'a' in identity.groups", True),
        ("identity.groups.exists(g, g.startsWith('a'))", True),
        ("has(request.query.q)", True),
        ("request.query.q == ['a']", False),
        ("claims.hd == 'x'", False),
        ("claim('hd', '') == 'x'", False),
        ("int(identity.acr) > 3", False),
    ],
)
def test_a_condition_is_safe_if_it_has_a_value_whatever_comes(
    text: str,
    safe: bool,  # noqa: FBT001 - what is expected
) -> None:
    """Then the order of rules makes no difference."""
    _, term = place_of(text)

    assert is_safe(term) is safe


def test_only_what_is_written_is_a_constant() -> None:
    """Not a list with something in it that is computed."""
    _, term = place_of("identity.acr in [identity.name, 'a']")

    assert constant_of(term.children[1]) is None
    assert constant_of(term.children[0]) is None


def _plan(*rules: str) -> Plan:
    engine = side(Files(rules)).engine
    return engine.plan_of(FILES.id, IdentityKind.AUTHENTICATED)


SAFE = rule_of("request.tls", routes="files", name="safe")
UNSAFE = rule_of("claims.hd == 'x'", routes="files", name="unsafe")
ROLE = '[[role]]\nid = "{}"\nfor = "authenticated"\nwhen = "request.tls"\n'


def test_plans_are_told_apart_by_what_they_mean_and_by_names() -> None:
    """A rule that is called otherwise means the same."""
    forms = Forms()
    other = SAFE.replace('"safe"', '"other"')

    meaning, names = forms.of_plan(_plan(SAFE))
    same, renamed = forms.of_plan(_plan(other))

    assert meaning == same
    assert names != renamed
    assert forms.of_plan(_plan(UNSAFE))[0] != meaning


def test_the_order_of_rules_counts_where_one_may_fail() -> None:
    """The failure of the first denies, and the second is not asked."""
    forms = Forms()
    third = rule_of("identity.disabled", routes="files", name="third")

    assert (
        forms.of_plan(_plan(SAFE + third))[0] == forms.of_plan(_plan(third + SAFE))[0]
    )
    assert (
        forms.of_plan(_plan(SAFE + UNSAFE))[0] != forms.of_plan(_plan(UNSAFE + SAFE))[0]
    )


def test_the_order_of_roles_counts_where_the_first_is_the_only_one() -> None:
    """And nowhere else."""
    forms = Forms()
    one, two = ROLE.format("a") + ROLE.format("b"), ROLE.format("b") + ROLE.format("a")
    first = '[roles]\nmode = "first"\n'

    assert forms.of_plan(_plan(one + SAFE))[0] == forms.of_plan(_plan(two + SAFE))[0]
    assert (
        forms.of_plan(_plan(first + one + SAFE))[0]
        != forms.of_plan(_plan(first + two + SAFE))[0]
    )


def test_a_form_is_worked_out_once() -> None:
    """For each plan and each expression."""
    forms, plan = Forms(), _plan(SAFE)

    assert forms.of_plan(plan) == forms.of_plan(plan)
    assert changed(plan.allows.rules, _plan(SAFE).allows.rules, forms) == []
    assert changed(plan.allows.rules, _plan(UNSAFE).allows.rules, forms) == list(
        plan.allows.rules
    )
