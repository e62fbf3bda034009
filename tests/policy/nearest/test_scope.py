"""Parts of an expression: what they come to, and which path they stand for."""

import pytest

from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import Comprehension, Invoke
from gateway.policy.nearest.scope import LOCAL
from tests.policy.nearest.conditions import scope_of


@pytest.mark.parametrize(
    ("operand", "path"),
    [
        ("identity.acr", ("identity", "acr")),
        ("claims.a", ("claims", "a")),
        ("claims.a.b", ("claims", "a", "b")),
        ("claims['a b'].c", ("claims", "a b", "c")),
        ("claims[const.key]", ("claims", "hd")),
        ("claims[identity.id]", ()),
        ("request.query['a'][0]", ()),
        ("request.headers['x-a']", ("request", "headers", "x-a")),
        ("claim('a.b', 'x')", ("claims", "a", "b")),
        ("claim(identity.id, 'x')", ()),
        ("dyn(identity.acr)", ("identity", "acr")),
        ("now", ("now",)),
        ("vars.who", ("identity", "name")),
        ("vars.staff", ()),
        ("const.key", ()),
        ("identity.name.lowerAscii()", ()),
        ("identity.name.split('a')[0]", ()),
        ("'a'", ()),
    ],
)
def test_a_path_is_what_a_part_reads_and_nothing_more(
    operand: str, path: tuple[str, ...]
) -> None:
    """Through `vars`, which only give a name to it."""
    scope = scope_of(f"dyn({operand}) == dyn('x')")
    plan = scope.expression.program.plan

    assert isinstance(plan, Invoke)
    assert scope.path(plan.arguments[0]) == path


def test_the_variable_of_a_macro_is_a_path_of_its_own() -> None:
    """Inside the macro, where it has a value."""
    scope = scope_of("identity.groups.exists(g, g == 'a')")
    plan = scope.expression.program.plan

    assert isinstance(plan, Comprehension)
    assert isinstance(plan.body, Invoke)
    assert scope.path(plan.body.arguments[0]) == (LOCAL, "0")
    assert scope.inside(0, "a").outcome(plan.body) is True
    assert scope.inside(0, "b").outcome(plan.body) is False


def test_a_part_has_a_text_and_a_place() -> None:
    """On one line, however it is written."""
    scope = scope_of("identity.acr ==  'a'")
    plan = scope.expression.program.plan

    assert scope.text(plan) == "identity.acr == 'a'"
    assert scope.where(plan).startswith("policies/orders.toml:")
    assert scope.where(plan).endswith(":9")


def test_what_fails_has_no_outcome() -> None:
    """Neither has what is no boolean."""
    scope = scope_of("claims.a == 'x'")
    plan = scope.expression.program.plan

    assert scope.outcome(plan) is None
    with pytest.raises(EvaluationError):
        scope.value(plan)
    assert scope.outcome(plan.children[1]) is None


def test_only_vars_stand_for_something() -> None:
    """A file's own, with the scope that they are written in."""
    scope = scope_of("vars.staff && identity.disabled")
    plan = scope.expression.program.plan

    found = scope.variable(plan.children[0])
    assert found is not None
    assert found[0].text(found[1]).startswith("'a' in")
    assert scope.variable(plan.children[1]) is None


def test_secrets_are_known_through_vars() -> None:
    """By what they read, not by their names."""
    scope = scope_of("vars.token == 'x' && vars.who == 'x'")
    plan = scope.expression.program.plan

    assert [scope.is_secret(part) for part in plan.children] == [True, False]
