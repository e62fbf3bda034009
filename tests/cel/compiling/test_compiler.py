"""Compilation: constants at load, tests only where a type is open, no shared state."""

import math
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.cel.compiling.closures import Run
from gateway.cel.compiling.compiler import Compiler
from gateway.cel.environment import Environment, Problem
from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.library.operators import OPERATORS
from gateway.cel.meaning.checker import Checker, Declarations
from gateway.cel.parsing.parser import parse
from gateway.cel.parsing.syntax import Source
from gateway.cel.standard import FUNCTIONS, METHODS
from gateway.cel.types import DYN, INT, STRING, CelType, ListType, RecordType

Evaluate = Callable[..., Any]
Refused = Callable[..., Sequence[Problem]]

VARIABLES: dict[str, CelType] = {
    "i": INT,
    "s": STRING,
    "d": DYN,
    "const": RecordType("const", {"nets": ListType(STRING)}),
}


def compiled(text: str, **constants: Any) -> tuple[Run, Compiler]:
    source = Source(text)
    checker = Checker(source, Declarations(VARIABLES, FUNCTIONS, METHODS, OPERATORS))
    plan = checker.check(parse(source, max_depth=64))
    assert not checker.problems
    paths = {f"const.{name}": value for name, value in constants.items()}
    compiler = Compiler(source, paths)
    return compiler.compile(plan), compiler


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("[1, 2]", (1, 2)),
        ("'b' in ['a', 'b']", True),
        ("size('abc') == 3", True),
        ("duration('1h') > duration('59m')", True),
        ("timestamp('2026-01-01T00:00:00Z').getFullYear('Europe/Paris')", 2026),
    ],
)
def test_what_depends_on_nothing_is_computed_at_load(text: str, value: Any) -> None:
    """The closure needs no variables and no cells, and gives the same object."""
    run, _ = compiled(text)

    assert run({}, []) == value
    assert run({}, []) is run({}, [])


def test_an_error_of_constants_stays_for_run_time() -> None:
    """There it may be absorbed."""
    run, _ = compiled("i == 1 || 1 / 0 == 1")

    assert run({"i": 1}, [math.inf]) is True
    with pytest.raises(EvaluationError, match="division by zero"):
        run({"i": 2}, [math.inf])


@pytest.mark.parametrize("text", ["s.matches('(a?){40}b')", "glob(s, s)"])
def test_a_long_search_looks_at_the_clock_first(text: str) -> None:
    """Nothing could interrupt it."""
    run, _ = compiled(text)
    quick, _ = compiled("s.matches('a')")

    with pytest.raises(BudgetExceededError):
        run({"s": "a"}, [0.0])
    assert quick({"s": "a"}, [0.0]) is True


def test_maps_are_made_anew() -> None:
    """A claim that is minted from one is written as JSON, which needs a `dict`."""
    run, _ = compiled("{'a': 1}")

    assert run({}, []) == {"a": 1}
    assert run({}, []) is not run({}, [])


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("i == 1 && s.matches('[')", 13, "RE2"),
        ("s.matches('(?=a)')", 3, "RE2"),
        ("timestamp('yesterday') == timestamp('x')", 1, "no timestamp"),
        ("duration('1 hour')", 1, "no duration"),
        ("timestamp(i).getHours('Mars')", 14, "no such time zone"),
        ("in_cidr(s, ['10.0.0.0/33'])", 1, "no network"),
        ("glob(s, '" + "*" * 2_000 + "')", 1, "too long"),
    ],
)
def test_a_constant_that_cannot_work_is_refused(
    text: str, column: int, words: str
) -> None:
    """Nobody means to write a pattern that is none."""
    _, compiler = compiled(text)

    assert compiler.problems[0].code == "E215"
    assert compiler.problems[0].column == column
    assert words in compiler.problems[0].message


def test_the_same_constant_is_refused_once() -> None:
    """However often it is looked at."""
    _, compiler = compiled("duration('x') == duration('1h') || 'a'.matches('[')")

    assert [problem.column for problem in compiler.problems] == [1, 40]


def test_a_constant_of_open_type_is_left_to_run_time() -> None:
    """It may be of the wrong type altogether."""
    run, compiler = compiled("s.matches(dyn(5)) || true")

    assert not compiler.problems
    assert run({"s": "a"}, [math.inf]) is True


def test_constants_of_the_file_are_used_at_load() -> None:
    """Networks are parsed once, and `const` need not be there at run time."""
    run, _ = compiled("in_cidr(s, const.nets)", nets=("10.0.0.0/8",))

    assert run({"s": "10.1.2.3"}, [math.inf]) is True
    assert run({"s": "11.1.2.3"}, [math.inf]) is False


def test_a_wrong_constant_of_the_file_is_refused() -> None:
    """At the place where it is used."""
    _, compiler = compiled("in_cidr(s, const.nets)", nets=("10.0.0.0/99",))

    assert compiler.problems[0].code == "E215"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("d.all(v, v > 0)", True),
        ("d.map(v, v)[0]", 1),
        ("d.filter(v, dyn(true))", [1, 2]),
        ("dyn(d[0] == 1) ? 'a' : 'b'", "a"),
        ("dyn(true) && d[0] == 1", True),
        ("s.matches(dyn('a'))", True),
        ("dyn(s).matches('a')", True),
        ("!dyn(d[0] == 1)", False),
        ("[d, d].map(v, v.exists(w, w == 2))", [True, True]),
        ("size(d)", 2),
        ("{'k': d}.k[1]", 2),
        ("[const, const][1].nets", ["x"]),
    ],
)
def test_open_types_are_tested_at_run_time(text: str, value: Any) -> None:
    """With values that pass."""
    run, _ = compiled(text)
    cells = [math.inf, None, None, None]

    const = SimpleNamespace(nets=["x"])

    assert run({"d": [1, 2], "s": "a", "const": const}, cells) == value


@pytest.mark.parametrize(
    "text",
    [
        "d.all(v, true)",
        "s.matches(d)",
        "d && true",
        "d ? 1 : 2",
        "!d",
        "d.a",
        "has(d.a)",
        "d + 'a'",
        "size(d)",
        "d.contains('a')",
        "[1].all(v, d)",
    ],
)
def test_open_types_that_do_not_fit_are_errors(text: str) -> None:
    """With a value that is nothing of what is needed."""
    run, _ = compiled(text)

    with pytest.raises(EvaluationError):
        run({"d": 5, "s": "a"}, [math.inf, None, None])


def test_a_loop_in_a_loop_looks_at_the_clock() -> None:
    """Each may be too short to do so by itself."""
    run, _ = compiled("[1, 2].all(v, [1, 2].all(w, v + w > 0))")

    with pytest.raises(EvaluationError, match="too long"):
        run({}, [0.0, None, None, None])


def test_a_dear_term_looks_at_the_clock() -> None:
    """A cheap one does not."""
    dear = "d.all(v, d.all(w, v == w))"
    run, _ = compiled(f"{dear} && {dear}")

    with pytest.raises(EvaluationError, match="too long"):
        run({"d": []}, [0.0, None, None, None])
    assert compiled("i > 0 && i > 1")[0]({"i": 2}, [0.0]) is True


def test_the_deepest_expression_compiles_and_runs(environment: Environment) -> None:
    """Within Python's own limit of its stack, at the end of a test's."""
    for text in (
        "(" * 60 + "i" + " + 1)" * 60,
        "i" + " + 1" * 63,
        "!" * 63 + "t",
        "[" * 60 + "i" + "]" * 60,
        "t ? i : " * 63 + "i",
        "[1].map(x, " * 30 + "i" + ")" * 30,
        "(t && (t || " * 29 + "t" + "))" * 29,
    ):
        program = environment.compile(text)
        assert program.evaluate({"i": 1, "t": True}) is not None
        assert program.explain({"i": 1, "t": True}).error is None
