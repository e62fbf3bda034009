"""Single closures for frequent shapes mean what the parts mean."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.cel.environment import Environment
from gateway.cel.errors import EvaluationError

Evaluate = Callable[..., Any]


class Broken:
    """A record none of whose fields can be read."""

    def __getattr__(self, name: str) -> Any:
        raise ValueError(name)


SHAPES = [
    ("identity.name", "ana"),
    ("identity.admin", False),
    ("!identity.admin", True),
    ("identity.params.id", "7"),
    ("identity.name == 'ana'", True),
    ("'ana' == identity.name", True),
    ("identity.name != 'ana'", False),
    ("'bob' != identity.name", True),
    ("identity.name in ['ana', 'bob']", True),
    ("identity.name in ['bob']", False),
    ("identity.name in []", False),
    ("'staff' in identity.groups", True),
    ("'owner' in identity.groups", False),
    ("identity.groups.exists(g, g == 'staff')", True),
    ("identity.groups.exists(g, 'owner' == g)", False),
]
# The same tests, in forms that are not fused.
LONG_FORMS = [
    ("identity.name == s", False),
    ("identity.name == identity.name", True),
    ("identity.name in n", False),
    ("s in identity.groups", False),
    ("s in n", False),
    ("[s][0] in ['abc']", True),
    ("'a' in n", True),
    ("identity.groups.exists(g, g == s)", False),
    ("n.exists(g, g == 'a')", True),
    ("identity.groups.exists(g, g != 'staff')", True),
    ("identity.groups.exists(g, g == 'a' || g == 'staff')", True),
    ("l.exists(g, g == 1)", True),
    ("[identity.groups].exists(h, identity.groups.exists(g, h[0] == 'staff'))", True),
    ("n.exists(h, identity.groups.exists(g, h == 'a'))", True),
    ("identity.extra[0] == 1", True),
    ("!d.n == false || true", True),
    ("claims.o.p[0]", "q"),
    ("[identity][0].params.id", "7"),
    ("[identity][0].name == 'ana'", True),
    ("!([identity][0].admin)", True),
]


@pytest.mark.parametrize(("text", "value"), SHAPES + LONG_FORMS)
def test_a_test_of_a_field_has_its_value(
    evaluate: Evaluate, text: str, value: Any
) -> None:
    """Whether or not it is a single closure."""
    assert evaluate(text) == value


@pytest.mark.parametrize("text", [text for text, _ in SHAPES])
def test_it_is_the_value_that_the_parts_give(
    environment: Environment, values: dict[str, Any], text: str
) -> None:
    """`explain` evaluates the parts beside the whole."""
    program = environment.compile(text)
    explanation = program.explain(values)

    assert explanation.value == program.evaluate(values)
    assert explanation.children
    assert all(child.error is None for child in explanation.walk())


@pytest.mark.parametrize("text", [text for text, _ in SHAPES])
def test_a_record_that_is_not_there_is_an_error(
    environment: Environment, text: str
) -> None:
    """With the place of the field."""
    with pytest.raises(EvaluationError, match="`identity` has no value") as caught:
        environment.compile(text).evaluate({})

    assert text[caught.value.column - 2] == "."


@pytest.mark.parametrize("text", [text for text, _ in SHAPES])
def test_a_record_that_fails_is_an_error(environment: Environment, text: str) -> None:
    """By the name of the exception; what it says may be a value."""
    with pytest.raises(EvaluationError, match="ValueError") as caught:
        environment.compile(text).evaluate({"identity": Broken()})

    assert caught.value.column > 1


def test_a_field_of_unknown_type_is_tested(evaluate: Evaluate) -> None:
    """`!` needs a bool."""
    assert evaluate("!identity.extra", identity=SimpleNamespace(extra=True)) is False
    with pytest.raises(EvaluationError, match="not defined for int"):
        evaluate("!identity.extra", identity=SimpleNamespace(extra=1))


def test_a_key_that_is_not_there_is_an_error(environment: Environment) -> None:
    """At its own place."""
    identity = SimpleNamespace(params={})
    with pytest.raises(EvaluationError, match="no key `id`") as caught:
        environment.compile("identity.params.id").evaluate({"identity": identity})

    assert caught.value.column == 17
