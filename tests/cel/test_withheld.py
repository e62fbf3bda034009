"""Values that are not there: an expression is right about them, or says nothing.

Each expression is evaluated twice, with a value and with something that only knows whether
it equals another. The second time it may fail; it may never come to something else.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from typing_extensions import override

from gateway.cel.environment import Environment
from gateway.cel.errors import EvaluationError, WithheldError
from gateway.cel.values import Withheld, equal, kind_of

FAILS = object()


class Secret(Withheld):
    """Knows what it equals, and tells nothing else."""

    __slots__ = ("_value",)
    __hash__ = Withheld.__hash__

    def __init__(self, value: Any, kind: str = "") -> None:
        super().__init__(kind)
        self._value = value

    @override
    def __eq__(self, other: object) -> bool:
        return equal(self._value, other._value if type(other) is Secret else other)


def hidden(value: Any, *, kinds: bool) -> Any:
    """The value with a secret in place of each simple value in it."""
    match value:
        case SimpleNamespace():
            fields = vars(value).items()
            return SimpleNamespace(**{k: hidden(v, kinds=kinds) for k, v in fields})
        case dict():
            return {key: hidden(item, kinds=kinds) for key, item in value.items()}
        case list() | tuple():
            return [hidden(item, kinds=kinds) for item in value]
        case _:
            return Secret(value, kind_of(value) if kinds else "")


def outcome(environment: Environment, text: str, variables: Mapping[str, Any]) -> Any:
    """What an expression comes to: its value, or that it fails."""
    try:
        value = environment.compile(text).evaluate(variables)
    except EvaluationError:
        return FAILS
    return list(value) if isinstance(value, tuple) else value


# What equality is enough for.
TOLD = [
    "identity.name == 'ana'",
    "identity.name != 'ana'",
    "'bob' == identity.name",
    "identity.name in ['ana', 'bob']",
    "identity.name in ['bob']",
    "identity.name in []",
    "identity.name in ['ana', identity.name]",
    "identity.name in n",
    "[identity][0].name in ['ana']",
    "'staff' in identity.groups",
    "'owner' in identity.groups",
    "identity.groups == ['staff', 'support']",
    "identity.groups.exists(g, g == 'staff')",
    "identity.groups.exists(g, g in ['x', 'staff'])",
    "identity.groups.all(g, g != 'owner')",
    "identity.groups.exists_one(g, g == 'staff')",
    "size(identity.groups.filter(g, g == 'staff'))",
    "size(identity.groups)",
    "any_of(identity.groups, ['support', 'owner'])",
    "any_of(identity.groups, ['owner'])",
    "any_of(identity.groups, identity.groups)",
    "any_of(['owner'], identity.groups)",
    "all_of(identity.groups, ['support', 'staff'])",
    "all_of(identity.groups, ['owner'])",
    "has_scope('read')",
    "has_scope('write')",
    "identity.age == 40",
    "identity.admin == false",
    "dyn(identity.age) == 40.0",
    "dyn(identity.age) == 'x'",
    "dyn(identity.admin) == 0",
    "dyn(identity.name) in [1, 'ana', []]",
    "any_of([dyn(identity.age), 'x'], [40.0])",
    "claims.hd == 'example.com'",
    "claims.hd == 1",
    "claims.o.p == ['q']",
    "'hd' in claims",
    "has(claims.hd) && has(claims.o.p)",
    "has(claims.o.zz)",
    "dyn(identity.name) == [1]",
    "dyn(identity.name) == {'a': 1}",
    "identity.params.id == '7'",
    "false && identity.admin",
    "identity.admin || true",
    "identity.name < 'b' || true",
    "string(identity.age) == '40' || true",
]

# What it is not enough for.
UNTOLD = [
    "identity.name",
    "identity.admin",
    "!identity.admin",
    "identity.admin && true",
    "identity.admin ? 1 : 2",
    "identity.extra.exists(g, g)",
    "identity.name < 'b'",
    "identity.name + 'x'",
    "identity.name.startsWith('a')",
    "identity.name.contains('a')",
    "'banana'.contains(identity.name)",
    "identity.name.matches('a')",
    "identity.name.size()",
    "identity.name.lowerAscii()",
    "identity.groups.join(',')",
    "identity.age + 1",
    "-identity.age",
    "[1, 2][identity.age]",
    "m[identity.name]",
    "identity.name in m",
    "{identity.name: 1}",
    "string(identity.name)",
    "string(identity.age)",
    "double(identity.age)",
    "int(identity.name)",
    "bool(identity.name)",
    "bytes(identity.name)",
    "string(identity.born)",
    "string(dyn(identity.age))",
    "identity.born + z",
    "now - identity.born",
    "identity.born - now",
    "identity.born < now",
    "fresh(identity.born, z)",
    "identity.born.getHours()",
    "in_cidr(identity.name, ['192.0.2.0/24'])",
    "in_cidr('192.0.2.1', identity.groups)",
    "email_domain(identity.name)",
    "path_under(identity.name, '/a')",
    "glob(identity.name, 'a*')",
    "claims.hd.x",
    "claims.hd[0]",
    "dyn(identity.name) < 'b'",
    "identity.groups.map(g, g + 'x')",
]


@pytest.fixture
def guess(environment: Environment, values: Mapping[str, Any]) -> Any:
    """What an expression comes to, with values and without."""

    def run(text: str, *, kinds: bool) -> tuple[Any, Any]:
        stripped = {
            name: hidden(value, kinds=kinds)
            if name in {"identity", "claims"}
            else value
            for name, value in values.items()
        }
        with_values = outcome(environment, text, values)
        return with_values, outcome(environment, text, stripped)

    return run


@pytest.mark.parametrize("kinds", [True, False], ids=["kinds", "no kinds"])
@pytest.mark.parametrize("text", TOLD)
def test_equality_and_membership_are_told(guess: Any, text: str, kinds: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Whether or not the shape is a single closure."""
    real, told = guess(text, kinds=kinds)

    assert real is not FAILS
    assert (type(told), told) == (type(real), real)


@pytest.mark.parametrize("kinds", [True, False], ids=["kinds", "no kinds"])
@pytest.mark.parametrize("text", UNTOLD)
def test_nothing_else_is(guess: Any, text: str, kinds: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """An error, or the secret itself, which is no answer either."""
    _, told = guess(text, kinds=kinds)

    assert told is FAILS or isinstance(told, Secret)


def test_the_kind_is_told_if_it_is_known(guess: Any) -> None:
    """`type` and the test of a default's type look at nothing else."""
    for text in ("type(identity.name) == string", "claim('hd', '') == 'example.com'"):
        assert guess(text, kinds=True) == (True, True)
        assert guess(text, kinds=False) == (True, FAILS)


def test_a_value_that_is_withheld_answers_nothing_by_itself() -> None:
    """Python would find an answer to each of these for any other object."""
    value = Withheld()

    for ask in (bool, str, hash, kind_of, lambda it: it == 1, lambda it: it != 1):
        with pytest.raises(WithheldError):
            ask(value)
    with pytest.raises(WithheldError):
        1 - value
    assert kind_of(Withheld("string")) == "string"
