"""Programs: evaluation from many threads, deadlines, and nothing but declared errors."""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from gateway.cel.compiling.closures import Cells, Run
from gateway.cel.environment import CompileError, Environment
from gateway.cel.meaning.plan import Constant, Invoke, Plan
from gateway.cel.meaning.rewriting import with_part
from gateway.cel.program import BudgetExceededError, EvaluationError
from gateway.cel.types import BOOL, DYN, INT, STRING, ListType, MapType, RecordType

Evaluate = Callable[..., Any]

PERSON = RecordType("person", {"id": STRING, "age": INT, "groups": ListType(STRING)})
ENVIRONMENT = Environment(
    {"identity": PERSON, "claims": MapType(STRING, DYN), "l": ListType(INT), "t": BOOL}
)


def test_a_program_says_what_it_is(environment: Environment) -> None:
    """Source, type, paths and cost."""
    program = environment.compile("identity.age > 18")

    assert program.source == "identity.age > 18"
    assert program.type is BOOL
    assert program.reads == {"identity.age"}
    assert program.cost > 0
    assert "_plan" not in repr(program)


def test_a_program_lists_its_parts(environment: Environment) -> None:
    """For coverage, mutation and editors."""
    parts = environment.compile("t ||\n i > 1").parts

    assert [(part.text, part.line, part.column) for part in parts] == [
        ("t ||\n i > 1", 1, 1),
        ("t", 1, 1),
        ("i > 1", 2, 2),
        ("i", 2, 2),
        ("1", 2, 6),
    ]
    assert str(parts[3].type) == "int"


def test_a_program_explains_itself() -> None:
    """By the same closures; a deadline holds there too."""
    program = ENVIRONMENT.compile("t && identity.age > 1")

    explanation = program.explain({"t": False})

    assert explanation.value is False
    assert [child.text for child in explanation.children] == ["t"]


def test_a_program_can_be_observed() -> None:
    """The same value by the same closures, with each part seen on the way."""
    program = ENVIRONMENT.compile("t && identity.age > 1")
    seen: list[tuple[str, Any]] = []

    def wrap(part: Plan, run: Run, _absorbed: Sequence[Run]) -> Run:
        def observed(variables: Mapping[str, Any], cells: Cells) -> Any:
            value = run(variables, cells)
            seen.append((program.source[part.start : part.end], value))
            return value

        return observed

    variables = {"t": True, "identity": SimpleNamespace(age=1)}
    assert program.observed(wrap).evaluate(variables) is False

    assert ("t", True) in seen
    assert ("identity.age > 1", False) in seen
    assert seen[-1] == (program.source, False)


def test_an_observed_program_demands_the_same_type() -> None:
    """Where only the run time knows it."""
    program = ENVIRONMENT.compile("claims.a", expect=BOOL)
    observed = program.observed(lambda _part, run, _absorbed: run)

    assert observed.evaluate({"claims": {"a": True}}) is True
    with pytest.raises(EvaluationError, match="must be bool"):
        observed.evaluate({"claims": {"a": 1}})


def test_a_program_can_be_rewritten() -> None:
    """With another plan, and with nothing of what was computed for the first."""
    program = ENVIRONMENT.compile("'a' + 'b' == identity.id")
    test = program.plan
    assert isinstance(test, Invoke)
    constant = test.arguments[0]
    other = Constant(constant.start, constant.end, constant.at, STRING, "z")

    rewritten = program.rewritten(with_part(test, constant, other))

    assert rewritten.evaluate({"identity": SimpleNamespace(id="z")}) is True
    assert program.evaluate({"identity": SimpleNamespace(id="z")}) is False
    assert program.evaluate({"identity": SimpleNamespace(id="ab")}) is True
    assert rewritten.source == program.source


def test_a_rewritten_program_that_can_never_work_is_refused() -> None:
    """As it would be if somebody wrote it."""
    program = ENVIRONMENT.compile("identity.id.matches('a')")
    search = program.plan
    assert isinstance(search, Invoke)
    pattern = search.arguments[1]
    broken = Constant(pattern.start, pattern.end, pattern.at, STRING, "(")

    with pytest.raises(CompileError):
        program.rewritten(with_part(search, pattern, broken))


def test_variables_are_any_mapping_and_never_written_to() -> None:
    """The variable of a macro has a place of its own, also if the name is taken."""
    variables = MappingProxyType({"l": [1, 2], "t": True})

    program = ENVIRONMENT.compile("l.exists(t, t == 2) && t")

    assert program.evaluate(variables) is True
    assert dict(variables) == {"l": [1, 2], "t": True}


def test_only_what_is_read_has_to_be_there() -> None:
    """A missing variable is an error where it is needed."""
    program = ENVIRONMENT.compile("t || identity.age > 1")

    assert program.evaluate({"t": True}) is True
    with pytest.raises(EvaluationError, match="`identity` has no value"):
        program.evaluate({"t": False})


def test_a_deadline_that_has_passed_ends_the_evaluation() -> None:
    """Before it begins."""
    program = ENVIRONMENT.compile("t")

    assert program.evaluate({"t": True}, deadline=time.monotonic() + 60) is True
    with pytest.raises(BudgetExceededError):
        program.evaluate({"t": True}, deadline=time.monotonic() - 1)


def test_a_deadline_ends_a_long_evaluation_soon() -> None:
    """A value may be larger than the bound on the cost assumed."""
    program = ENVIRONMENT.compile("l.all(v, l.all(w, v + w >= 0))")
    began = time.monotonic()

    with pytest.raises(BudgetExceededError):
        program.evaluate({"l": list(range(5_000))}, deadline=began + 0.02)

    assert time.monotonic() - began < 5


class Hostile:
    """A value that fails whatever is done to it."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    @override
    def __getattribute__(self, name: str) -> Any:
        if name in {"__class__", "_failure"}:
            return object.__getattribute__(self, name)
        raise object.__getattribute__(self, "_failure")

    def __bool__(self) -> bool:
        raise self._failure

    def __iter__(self) -> Any:
        raise self._failure

    def __len__(self) -> int:
        raise self._failure


EXPRESSIONS = [
    "t",
    "t && t",
    "t || identity.id == 'a'",
    "!t",
    "t ? 1 : 2",
    "identity.id == 'a'",
    "identity.id in ['a']",
    "'a' in identity.groups",
    "identity.age + 1 > 2",
    "identity.age > 1",
    "identity.groups.exists(g, g == 'a')",
    "identity.groups.map(g, g + 'x')",
    "l.all(v, v > 0)",
    "l.exists_one(v, v > 0)",
    "l.filter(v, v > 0)",
    "l.map(v, v)",
    "l[0]",
    "size(l)",
    "l == [1]",
    "1 in l",
    "claims.a.b",
    "claims['a']",
    "has(claims.a)",
    "claims.a == 1",
    "claims.a + 1",
    "claims.a.exists(v, v == 1)",
    "claim('a', '')",
    "any_of(identity.groups, ['a'])",
    "string(identity.age)",
    "identity.id.matches('a')",
    "{identity.id: 1}",
    "[l, l]",
]


@pytest.mark.parametrize(
    "failure", [OSError("secret"), RecursionError(), KeyError("secret")]
)
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_nothing_but_evaluation_errors_comes_out(text: str, failure: Exception) -> None:
    """Whatever the variables are and do; and no error repeats a value."""
    program = ENVIRONMENT.compile(text)
    hostile = Hostile(failure)
    bad: list[Any] = [
        hostile,
        None,
        1.5,
        "secret",
        [hostile],
        {"a": hostile},
        b"",
        object,
    ]

    for value in bad:
        try:
            program.evaluate(dict.fromkeys(["t", "l", "identity", "claims"], value))
        except EvaluationError as error:
            assert "secret" not in str(error)  # noqa: PT017 - a value is fine too


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from([text for text in EXPRESSIONS if "claim" in text]),
)
def test_any_claims_are_survived(value: Any, text: str) -> None:
    """Whatever an issuer writes."""
    try:
        ENVIRONMENT.compile(text).evaluate({"claims": {"a": value}})
    except EvaluationError as error:
        assert error.line == 1  # noqa: PT017 - a value is fine too


def test_deep_claims_are_an_error_and_no_crash() -> None:
    """JSON may be nested deeper than Python's stack allows to compare."""
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]

    with pytest.raises(EvaluationError, match="RecursionError"):
        ENVIRONMENT.compile("claims.a == claims.b").evaluate(
            {"claims": {"a": deep, "b": [deep[0]]}}
        )


def test_threads_do_not_see_each_others_callers() -> None:
    """The failure of cel-python's compiled runner, measured: one caller's answer to another."""
    text = (
        "identity.groups.exists(g, g == identity.id) && "
        "[identity.id].map(x, x + '!')[0] == identity.id + '!' && "
        "identity.groups.filter(g, g == identity.id).size() == 1 && claims.id == identity.id"
    )
    program = ENVIRONMENT.compile(text)

    def ask(number: int) -> bool:
        own = SimpleNamespace(id=f"u{number}", groups=["a", f"u{number}", "b"])
        other = SimpleNamespace(id=f"u{number}", groups=["a", f"u{number + 1}"])
        claims = {"id": own.id}
        return all(
            program.evaluate({"identity": own, "claims": claims}) is True
            and program.evaluate({"identity": other, "claims": claims}) is False
            for _ in range(1_000)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(8)))


def test_an_evaluation_leaves_nothing_behind() -> None:
    """No cache, no memo: what a program was asked about can be freed."""
    program = ENVIRONMENT.compile("identity.groups.exists(g, g == identity.id + 'x')")

    def ask() -> None:
        identity = SimpleNamespace(id="a", groups=["b"] * 10)
        program.evaluate({"identity": identity})

    ask()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(100):
        ask()
    gc.collect()

    assert len(gc.get_objects()) - before < 50


class TestParts:
    """Any part of a program can be asked for its own value."""

    def test_a_part_has_a_value_and_a_place(self) -> None:
        """Also one that the whole would not have come to."""
        program = ENVIRONMENT.compile("t &&\n identity.age > 18")
        age = program.plan.children[1]
        identity = SimpleNamespace(age=20)

        value = program.evaluate_part(age, {"t": False, "identity": identity})
        assert value is True
        assert program.place_of(age) == (2, 2)

    def test_the_variable_of_a_macro_is_given(self) -> None:
        """By its slot."""
        program = ENVIRONMENT.compile("l.exists(x, l.exists(y, x < y))")
        inner = program.plan.children[1].children[1]

        values = {"l": [1, 2]}
        assert program.evaluate_part(inner, values, bound={0: 1, 1: 2}) is True
        assert program.evaluate_part(inner, values, bound={0: 2, 1: 2}) is False

    def test_what_fails_is_an_error_of_the_language(self) -> None:
        """Whatever the values hold."""
        program = ENVIRONMENT.compile("claims.a == 'x' && l.exists(x, x == 1)")
        first, second = program.plan.children

        with pytest.raises(EvaluationError, match="no key"):
            program.evaluate_part(first, {"claims": {}})
        with pytest.raises(EvaluationError, match="cannot be computed"):
            program.evaluate_part(second, {"l": 5})

    def test_a_part_is_compiled_for_many_evaluations(self) -> None:
        """With the values of the macros around it by slot."""
        program = ENVIRONMENT.compile("l.exists(x, claims.a == x)")
        body = program.plan.children[1]

        evaluate = program.part(body)

        assert evaluate({"claims": {"a": 1}}, [1]) is True
        assert evaluate({"claims": {"a": 1}}, [2]) is False
        with pytest.raises(EvaluationError, match="no key"):
            evaluate({"claims": {}}, [1])
        with pytest.raises(EvaluationError, match="cannot be computed"):
            program.part(program.plan)({"l": 5}, [])
