"""From text to a program: expectations, limits, and every problem at once."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.environment import CompileError, Environment, Problem
from gateway.cel.program import EvaluationError
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    ListType,
    MapType,
    RecordType,
)
from gateway.cel.values import Uint

PERSON = RecordType(
    "person", {"name": STRING, "groups": ListType(STRING), "extra": DYN}
)
EVERYTHING: dict[str, tuple[CelType, Any]] = {
    "i": (INT, 5),
    "s": (STRING, "abc"),
    "t": (BOOL, True),
    "l": (ListType(INT), [1, 2]),
    "n": (ListType(STRING), ("a", "b")),
    "m": (MapType(STRING, INT), {"a": 1}),
    "d": (DYN, {"a": [1]}),
    "x": (DOUBLE, 1.5),
    "u": (UINT, Uint(5)),
    "b": (BYTES, b"a"),
    "z": (DURATION, timedelta(hours=1)),
    "now": (TIMESTAMP, datetime(2026, 5, 4, tzinfo=UTC)),
    "claims": (MapType(STRING, DYN), {"a": 1}),
    "identity": (PERSON, SimpleNamespace(name="ana", groups=("a",), extra=True)),
}

Refused = Callable[..., Sequence[Problem]]


def test_an_environment_knows_its_variables() -> None:
    """A copy of what was declared."""
    declared = {"i": INT}
    environment = Environment(declared)
    declared["j"] = INT

    assert environment.variables == {"i": INT}
    with pytest.raises(CompileError):
        environment.compile("j")


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("i", BOOL),
        ("s", ListType(STRING)),
        ("l", ListType(STRING)),
        ("[1]", ListType(STRING)),
        ("m", MapType(STRING, STRING)),
        ("null", STRING),
    ],
)
def test_a_value_of_another_type_is_refused(
    refused: Refused, text: str, expect: CelType
) -> None:
    """Where the type is known."""
    (problem,) = refused(text, expect=expect)

    assert problem.code == "E211"
    assert f"must be {expect}" in problem.message


@pytest.mark.parametrize(
    ("text", "expect", "good", "bad"),
    [
        ("d", BOOL, True, 1),
        ("d", STRING, "a", None),
        ("d", ListType(STRING), ["a"], ["a", 1]),
        ("[d]", ListType(STRING), "a", 1),
        ("d.a", INT, {"a": 1}, {"a": True}),
        ("t ? d : 'a'", STRING, "b", b"b"),
        ("claim('o', '')", STRING, "", ""),
    ],
)
def test_a_value_of_unknown_type_is_tested(
    environment: Environment, text: str, expect: CelType, good: Any, bad: Any
) -> None:
    """At run time, and through and through."""
    program = environment.compile(text, expect=expect)

    program.evaluate({"d": good, "t": True, "claims": {}})
    if good != bad:
        with pytest.raises(EvaluationError, match="must be"):
            program.evaluate({"d": bad, "t": True})


@pytest.mark.parametrize("text", ["[]", "l", "[1, 2]", "d", "l.map(v, v)"])
def test_a_value_of_the_type_is_accepted(environment: Environment, text: str) -> None:
    """An empty list is one of any type."""
    program = environment.compile(text, expect=ListType(INT))

    assert program.evaluate({"l": [1], "d": [2]}) is not None


def test_any_type_will_do_if_none_is_expected(environment: Environment) -> None:
    """Or if everything is."""
    assert environment.compile("i").type is INT
    assert environment.compile("i", expect=DYN).evaluate({"i": 1}) == 1


def test_every_problem_is_reported_at_once(refused: Refused) -> None:
    """Of names, of types, of the result."""
    problems = refused("unknown + 1", expect=BOOL)

    assert [problem.code for problem in problems] == ["E202", "E211"] or [
        problem.code for problem in problems
    ] == ["E211", "E202"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("i ==", "E200"),
        ("s == 'a", "E200"),
        ("s == '\\q'", "E204"),
        ("s.?x", "E205"),
        ("i == 1 && " * 2_000 + "t", "E401"),
        ("(" * 65 + "i" + ")" * 65, "E402"),
        ("!" * 65 + "t", "E402"),
        ("l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d > 0))))", "E403"),
        ("s.matches('(')", "E215"),
        ("s == '" + "x" * 20_000 + "'", "E401"),
        ("i == " + "9" * 10_000, "E204"),
        ("[" * 1_000 + "]" * 1_000, "E402"),
        ("s + " * 3_000 + "s", "E401"),
        ("\ud800", "E200"),
        ("\x00", "E200"),
        ("﻿t", "E200"),
    ],
)
def test_bad_text_is_refused_at_once(refused: Refused, text: str, code: str) -> None:
    """Each in less than a second, and with its own code."""
    began = time.process_time()

    assert [problem.code for problem in refused(text)] == [code]
    assert time.process_time() - began < 20


PIECES = [
    *("i", "s", "t", "l", "n", "m", "d", "x", "u", "b", "z", "now", "v", "claims.a"),
    *(
        "identity.name",
        "identity.groups",
        "identity.extra",
        "identity",
        "1",
        "'a'",
        "2u",
    ),
    *("1.5", "b'a'", "null", "true", "[", "]", "{", "}", "(", ")", ",", ":", "?", "."),
    *(
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        ">=",
        "in",
        "+",
        "-",
        "*",
        "/",
        "%",
        "int",
        "dyn(",
    ),
    *(
        ".all(v,",
        ".exists(v,",
        ".map(v,",
        ".filter(v,",
        ".exists_one(v,",
        "has(",
        "size(",
    ),
    *(".matches(", ".split(", ".join(", "string(", "timestamp(", "duration(", "type("),
    *(
        "any_of(",
        "claim('a',",
        "in_cidr(",
        "glob(",
        "fresh(",
        ".getHours(",
        ".a",
        "[0]",
    ),
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(" ".join))
def test_any_text_is_compiled_or_refused(text: str) -> None:
    """And what was compiled has a value or an error, and an explanation."""
    declared = {name: kind for name, (kind, _) in EVERYTHING.items()}
    values = {name: value for name, (_, value) in EVERYTHING.items()}
    try:
        program = Environment(declared).compile(text)
    except CompileError as error:
        assert error.problems  # noqa: PT017 - either outcome is fine
        return
    explanation = program.explain(values)
    try:
        value = program.evaluate(values)
    except EvaluationError as error:
        assert explanation.error is not None
        assert explanation.error.message == error.message  # noqa: PT017 - ditto
    else:
        assert repr(explanation.value) == repr(value)


def test_limits_are_the_environments() -> None:
    """A smaller one refuses what a larger one takes."""
    small = Environment({"t": BOOL}, max_depth=3)

    assert small.compile("!!t").evaluate({"t": True}) is True
    with pytest.raises(CompileError, match="E402"):
        small.compile("!!!t")


def test_constants_make_no_variable() -> None:
    """A path that nobody declared is not found by its value."""
    with pytest.raises(CompileError):
        Environment({}, constants={"const.a": 1}).compile("const.a")
