"""Whole expressions that are made like others, beside the same ones made the long way."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.environment import Environment
from gateway.cel.program import EvaluationError, Program
from gateway.cel.types import BOOL
from tests.cel.sharing.test_shapes import (
    CONSTANTS,
    NUMBERS,
    STRINGS,
    TERMS,
    VALUES,
    VARIABLES,
    compiled,
    outcome,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]


@st.composite
def alike(draw: Draw) -> Sequence[str]:
    """Return expressions that differ in their literals, some in the kind of them."""
    terms = draw(st.lists(st.sampled_from(TERMS), min_size=1, max_size=3))
    space = draw(st.sampled_from([" ", "", "  "]))
    connective = draw(st.sampled_from(["&&", "||"]))
    whole = space + f"{space}{connective}{space}".join(terms)
    literals = st.tuples(STRINGS, STRINGS, NUMBERS)
    return [
        whole.format(first, second, n=number)
        for first, second, number in draw(st.lists(literals, min_size=4, max_size=9))
    ]


def same(environment: Environment, text: str) -> None:
    short = compiled(environment.compile, text)
    long = compiled(environment._whole, text)
    if not (isinstance(short, Program) and isinstance(long, Program)):
        assert short == long
        return
    assert short.type == long.type
    assert short.reads == long.reads
    assert short.cost == long.cost
    assert repr(short.plan) == repr(long.plan)
    for values in VALUES:
        assert outcome(short, values) == outcome(long, values)
        assert repr(short.explain(values)) == repr(long.explain(values))


@pytest.mark.long
@given(alike())
def test_what_is_traced_is_what_the_long_way_makes(texts: Sequence[str]) -> None:
    """Types, paths, costs, values, errors and faults, each at its place."""
    environment = Environment(VARIABLES, constants=CONSTANTS)
    for text in texts:
        same(environment, text)


def traced(environment: Environment, text: str) -> bool:
    return environment._stencils.trace(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "identity.name == '{n}'",
        "  '{n}' == identity.name && identity.age > {n}",
        "identity.admin || identity.name == '{n}' || d.x == 'always'",
        "identity.groups.exists(g, g.endsWith('{n}')) && m['key'] == '{n}'",
        "claims.a == ['{n}', 'x'] && 'mfa' in identity.groups",
    ],
)
def test_the_fourth_of_a_kind_is_traced(text: str) -> None:
    """Whatever stands the same in all of them, and whatever does not."""
    environment = Environment(VARIABLES, constants=CONSTANTS)
    for number in (7, 77, 777):
        environment.compile(text.replace("{n}", str(number)))

    for number in (5, 55, 5555):
        filled = text.replace("{n}", str(number))
        assert traced(environment, filled)
        same(environment, filled)


@pytest.mark.parametrize(
    "text",
    [
        "identity.admin",
        "identity.name ==\n'{n}'",
        "identity.age == {n} ? identity.admin : false",
        "identity.name == '{n}' && identity.nothing",
        "identity.name == '{n}' && " + "identity.admin &&" * 130 + "true",
    ],
)
def test_what_is_out_of_the_ordinary_goes_another_way(text: str) -> None:
    """Over lines, in one piece that is no term, with a fault, or very long."""
    environment = Environment(VARIABLES, constants=CONSTANTS)
    for number in range(5):
        filled = text.replace("{n}", str(number))
        same(environment, filled)
        assert not traced(environment, filled)


def test_a_literal_beyond_the_ordinary_goes_another_way() -> None:
    """A long one costs more to look at."""
    environment = Environment(VARIABLES)
    text = "identity.name == '{n}' && identity.admin"
    for name in ("a", "b", "c", "d"):
        same(environment, text.replace("{n}", name))

    assert traced(environment, text.replace("{n}", "e" * 64))
    for name in ("", "n" * 65, "n" * 200):
        assert not traced(environment, text.replace("{n}", name))
        same(environment, text.replace("{n}", name))


def test_a_kind_that_was_known_too_early_is_looked_at_again() -> None:
    """The same text twice looks as if nothing in it ever differed."""
    environment = Environment(VARIABLES)
    text = "identity.name == '{n}'"
    for _ in range(3):
        environment.compile(text.replace("{n}", "same"))
    for number in range(80):
        same(environment, text.replace("{n}", f"n{number}"))

    kinds = [kind for kind in environment._stencils._kinds.values() if kind]
    assert [kind.fixed for kind in kinds] == [()]


def test_a_literal_that_decides_about_more_is_part_of_the_kind() -> None:
    """A path that is read, here: each spelling has a stencil of its own."""
    environment = Environment(VARIABLES)
    for key in ("a", "b"):
        for number in range(4):
            same(environment, f"claims['{key}'] == 'n{number}'")
        assert traced(environment, f"claims['{key}'] == 'another'")

    assert environment.compile("claims['b'] == 'x'").reads == {"claims.b"}


def test_the_demand_is_that_of_the_whole() -> None:
    """A stencil that fits everywhere else does not hide a wrong type."""
    environment = Environment(VARIABLES, max_cost=30)
    for number in range(5):
        text = f"identity.age - {number}"
        problems = compiled(lambda each: environment.compile(each, expect=BOOL), text)
        assert not isinstance(problems, Program)
        assert problems[0].code == "E211"
        environment.compile(text)


def test_an_error_has_its_place_behind_literals_of_any_length() -> None:
    """And so in each term of a chain."""
    environment = Environment(VARIABLES)
    for name in ("a", "bb", "ccc", "dddd", "a longer one"):
        text = f"identity.name == '{name}' && m.x == '{name}'"
        program = environment.compile(text)

        with pytest.raises(EvaluationError) as caught:
            program.evaluate({"identity": SimpleNamespace(name=name), "m": {}})

        assert caught.value.column == text.index("m.x") + 3
