"""Terms that are made from others like them, beside the same ones made the long way."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.environment import CompileError, Environment
from gateway.cel.program import EvaluationError, Program
from gateway.cel.types import (
    BOOL,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    CelType,
    ListType,
    MapType,
    RecordType,
)
from tests.cel.conftest import NOON

PERSON = RecordType(
    "identity",
    {
        "name": STRING,
        "age": INT,
        "admin": BOOL,
        "groups": ListType(STRING),
        "extra": DYN,
    },
)
VARIABLES: Mapping[str, CelType] = {
    "identity": PERSON,
    "m": MapType(STRING, STRING),
    "claims": MapType(STRING, DYN),
    "d": DYN,
    "now": TIMESTAMP,
    "const": RecordType("const", {"names": ListType(STRING)}),
}
CONSTANTS = {"const.names": ("a", "b")}

TERMS = [
    "identity.name == {0}",
    "{0} != identity.name",
    "identity.name in [{0}, {1}]",
    "{0} in identity.groups",
    "identity.groups.exists(g, g == {0})",
    "identity.groups.exists(g, {0} == g)",
    "identity.groups.exists(g, g.startsWith({0}))",
    "identity.groups.all(g, g != {0} || size({1}) < {n})",
    "identity.age > {n}",
    "identity.age - {n} == -{n}",
    "identity.name.startsWith({0}) == identity.admin",
    "m[{0}] == {1}",
    "m[{0}].size() < {n}",
    "{0} in m",
    "has(m.a) && m.a == {0}",
    "claims.a == {0}",
    "claim({0}, {1}) == {1}",
    "d.x == {0}",
    "d == {n}",
    "d",
    "identity.admin",
    "!identity.admin",
    "{0} in const.names",
    "in_cidr({0}, [{1}])",
    "identity.name.matches({0})",
    "now < timestamp({0})",
    "({0} + {1}) == identity.name",
    "identity.extra[{n}] == {0}",
    "[1, 2, {n}][{n}] == {n}",
    "{0}.size() == {n}",
    "{{{0}: {n}}}[identity.name] > {n}",
    "dyn({0}) == {n}",
    "identity.nothing == {0}",
    "identity.age == {0}",
    "size({0})",
]
STRINGS = st.sampled_from(
    [
        *("'a'", "'b'", '"ana"', "''", "'192.0.2.0/24'", "'2027-01-01T00:00:00Z'"),
        *("'" + "n" * 64 + "'", "'" + "n" * 65 + "'", "'(a'", '"it\'s"', "r'a'"),
        *("b'a'", "'line'", "'''a'''", r"'\x61'"),
    ]
)
NUMBERS = st.sampled_from(["0", "1", "2", "41", "007", "1u", "1.5", "9" * 15, "9" * 20])


@st.composite
def expressions(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    terms = [
        draw(st.sampled_from(TERMS)).format(
            draw(STRINGS), draw(STRINGS), n=draw(NUMBERS)
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    space = draw(st.sampled_from([" ", "", "\n  "]))
    connective: str = draw(st.sampled_from(["&&", "||"]))
    return f"{space}{connective}{space}".join(terms)


def outcome(program: Program, variables: Mapping[str, Any]) -> object:
    try:
        value = program.evaluate(variables)
    except EvaluationError as error:
        return type(error), str(error)
    return type(value), value


VALUES: Sequence[Mapping[str, Any]] = [
    {
        "identity": SimpleNamespace(
            name=name, age=age, admin=age > 1, groups=groups, extra=[1, "a"]
        ),
        "m": m,
        "claims": m,
        "d": d,
        "now": NOON,
        "const": SimpleNamespace(names=("a", "b")),
    }
    for name, age, groups, m, d in [
        ("a", 1, ("a", "b"), {"a": "b"}, {"x": "a"}),
        ("ana", 41, (), {}, 41),
        ("", 2, ("n" * 64,), {"b": "a", "": "x"}, True),
    ]
] + [{}]


def compiled(make: Callable[[str], Program], text: str) -> Program | tuple[Any, ...]:
    try:
        return make(text)
    except CompileError as error:
        return error.problems


@pytest.mark.long
@given(st.lists(expressions(), min_size=1, max_size=12))
def test_what_is_made_from_others_is_what_the_long_way_makes(texts: list[str]) -> None:
    """Types, paths, costs, values, errors and faults, each at its place."""
    environment = Environment(VARIABLES, constants=CONSTANTS)
    for text in texts:
        short = compiled(environment.compile, text)
        long = compiled(environment._whole, text)

        if isinstance(short, Program) and isinstance(long, Program):
            assert short.type == long.type
            assert short.reads == long.reads
            assert short.cost == long.cost
            assert repr(short.plan) == repr(long.plan)
            for values in VALUES:
                assert outcome(short, values) == outcome(long, values)
        else:
            assert short == long


@pytest.mark.parametrize("text", [each for each in TERMS if "{" in each])
def test_the_fourth_of_a_kind_is_like_the_first(text: str) -> None:
    """Each kind is made from a pattern at least once."""
    environment = Environment(VARIABLES, constants=CONSTANTS)
    for number, name in enumerate(("'a'", "'bb'", "'ccc'", "'dddd'")):
        term = text.format(name, "'x'", n=number)
        for filled in (term, f"1 > 2 || {term}"):
            short = compiled(environment.compile, filled)
            long = compiled(environment._whole, filled)
            if isinstance(short, Program) and isinstance(long, Program):
                assert short.reads == long.reads
                assert repr(short.plan) == repr(long.plan)
                for values in VALUES:
                    assert outcome(short, values) == outcome(long, values)
            else:
                assert short == long


def test_most_of_a_kind_are_not_analysed() -> None:
    """That is what it is for."""
    environment = Environment(VARIABLES)
    analysed: list[str] = []
    analyst = environment._terms._analyst

    class Counting:
        def analyse(self, text: str) -> Any:
            analysed.append(text)
            return analyst.analyse(text)

    environment._terms._analyst = Counting()  # type: ignore[assignment]
    for number in range(100):
        environment.compile(f"identity.name == 'n{number}' && identity.age > {number}")

    assert len(analysed) < 10


def test_a_long_literal_is_no_pattern_for_short_ones() -> None:
    """Nor the other way round: it costs more to look at."""
    environment = Environment(VARIABLES)
    costs = [
        environment.compile(f"identity.name == '{'n' * length}'").cost
        for length in (1, 65, 64, 65, 1, 0, 200, 2)
    ]

    assert costs[0] == costs[2] == costs[4] == costs[7]
    assert costs[1] == costs[3] > costs[0] > costs[5]
    assert costs[6] > costs[1]


def test_what_an_environment_has_alone_is_compiled_there() -> None:
    """All else by the one that it shares with others."""
    wide = Environment({"identity": PERSON, "vars": RecordType("vars", {})})
    narrow = Environment(
        {"identity": PERSON, "vars": RecordType("vars", {"staff": BOOL})},
        shared=wide,
        own=("vars",),
    )

    program = narrow.compile("vars.staff && identity.admin")
    values = {
        "vars": SimpleNamespace(staff=True),
        "identity": SimpleNamespace(admin=True),
    }

    assert program.evaluate(values) is True
    assert set(narrow._terms._terms) == {"vars.staff"}
    assert set(wide._terms._terms) == {"identity.admin"}


def test_an_error_is_placed_in_the_expression_that_failed() -> None:
    """Not in the one that it was made from."""
    environment = Environment(VARIABLES)
    for name in ("a", "bb", "ccc", "a-long-name"):
        text = f"'{name}' == m.x"

        with pytest.raises(EvaluationError) as alone:
            environment.compile(text).evaluate({"m": {}})
        with pytest.raises(EvaluationError) as behind:
            environment.compile(f"1 == 1 && {text}").evaluate({"m": {}})

        assert alone.value.column == len(text)
        assert behind.value.column == len(text) + len("1 == 1 && ")
