"""The closures that evaluate: values, errors with their places, open types."""

import math
import time
from types import MappingProxyType
from typing import Any

import pytest

from gateway.cel.compiling import closures
from gateway.cel.compiling.closures import Cells, Run
from gateway.cel.errors import BudgetExceededError, EvaluationError, ValueFault
from gateway.cel.types import STRING, ListType

PLACE = (3, 4)
CELLS: Cells = [math.inf, None, "item"]


class Lazy:
    """A record that computes its fields, as `vars` does."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    @property
    def field(self) -> str:
        raise self._failure


def gives(value: Any) -> Run:
    return lambda _variables, _cells: value


def error_of(run: Run, **variables: Any) -> EvaluationError:
    with pytest.raises(EvaluationError) as caught:
        run(variables, CELLS)
    error = caught.value
    assert (error.line, error.column) == PLACE
    return error


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (ValueFault("no such thing"), EvaluationError, "no such thing"),
        (ZeroDivisionError("secret"), EvaluationError, "ZeroDivisionError"),
        (RecursionError("secret"), EvaluationError, "RecursionError"),
        (EvaluationError("inner", 9, 9), EvaluationError, "inner"),
        (BudgetExceededError("slow", 9, 9), BudgetExceededError, "slow"),
    ],
)
def test_whatever_fails_becomes_an_error_with_a_place(
    fault: Exception, kind: type[EvaluationError], words: str
) -> None:
    """And never repeats what an unknown exception says: that may be a value."""
    error = closures.failed(fault, PLACE)

    assert type(error) is kind
    assert words in error.message
    assert "secret" not in str(error)
    assert (error.line, error.column) == PLACE


def test_the_deadline_is_kept() -> None:
    """A moment later is too late; without one there is no end."""
    closures.check_deadline([time.monotonic() + 60], PLACE)
    closures.check_deadline([math.inf], PLACE)
    with pytest.raises(BudgetExceededError):
        closures.check_deadline([time.monotonic() - 0.001], PLACE)


def test_values_are_read_where_they_are() -> None:
    """A constant, a variable, the variable of a macro, a field."""
    assert closures.constant(7)({}, CELLS) == 7
    assert closures.variable("a", PLACE)({"a": 1}, CELLS) == 1
    assert closures.local(2)({}, CELLS) == "item"
    assert closures.field(gives(1j), "imag", PLACE)({}, CELLS) == 1.0


def test_a_missing_variable_is_named() -> None:
    """Its name stands in the policy; that is no secret."""
    assert "`a` has no value" in error_of(closures.variable("a", PLACE)).message


def test_variables_that_fail_are_errors() -> None:
    """A mapping may compute its values."""

    class Broken(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            raise ValueError(key)

    with pytest.raises(EvaluationError, match="ValueError"):
        closures.variable("a", PLACE)(Broken(), CELLS)


def test_a_field_that_fails_is_an_error_here_caused_there() -> None:
    """The cause keeps its own place, which is in another source."""
    inner = EvaluationError("division by zero", 9, 9)

    error = error_of(closures.field(gives(Lazy(inner)), "field", PLACE))

    assert error.message == "division by zero"
    assert error.__cause__ is inner


@pytest.mark.parametrize("mapping", [{"a": 1}, MappingProxyType({"a": 1})])
def test_keys_are_read_and_tested(mapping: Any) -> None:
    """Of any mapping."""
    for checked in (True, False):
        assert closures.key(gives(mapping), "a", PLACE, checked=checked)({}, CELLS) == 1
        assert closures.has(gives(mapping), "a", PLACE, checked=checked)({}, CELLS)
        assert not closures.has(gives(mapping), "b", PLACE, checked=checked)({}, CELLS)
        missing = closures.key(gives(mapping), "b", PLACE, checked=checked)
        assert "no key `b`" in error_of(missing).message


@pytest.mark.parametrize("value", [None, 1, "a", [], Lazy(ValueError())])
def test_what_is_no_map_has_no_keys(value: Any) -> None:
    """A record neither, when it comes as `dyn`."""
    for make in (closures.key, closures.has):
        run = make(gives(value), "a", PLACE, checked=True)
        assert "has no fields" in error_of(run).message


@pytest.mark.parametrize("arguments", [[1], [1, 2], [1, 2, 3]])
def test_functions_are_called_with_values(arguments: list[int]) -> None:
    """Whatever their number."""

    def fail(*_: Any) -> Any:
        raise ValueFault("no")

    runs = [gives(argument) for argument in arguments]

    assert closures.call(lambda *all_: sum(all_), runs, PLACE)({}, CELLS) == sum(
        arguments
    )
    assert error_of(closures.call(fail, runs, PLACE)).message == "no"


def test_an_argument_may_be_known_at_load() -> None:
    """Then it is not computed again."""
    run = closures.call_with_constant(pow, gives(2), 3, PLACE)

    assert run({}, CELLS) == 8
    error_of(closures.call_with_constant(divmod, gives(2), 0, PLACE))


def test_an_error_of_an_argument_keeps_its_place() -> None:
    """It is the part that failed, and not the function around it."""
    inner = closures.variable("a", PLACE)

    error_of(closures.call(len, [inner], (9, 9)))
    error_of(closures.call(pow, [inner, inner], (9, 9)))
    error_of(closures.call(pow, [inner, inner, inner], (9, 9)))
    error_of(closures.call_with_constant(pow, inner, 1, (9, 9)))


@pytest.mark.parametrize("value", [1, 0, None, "true", []])
def test_an_open_type_is_tested_where_a_bool_is_needed(value: Any) -> None:
    """Nothing else counts as one, 1 and 0 least of all."""
    assert closures.as_bool(gives(True), PLACE)({}, CELLS) is True  # noqa: FBT003 - the value
    assert closures.as_bool(gives(False), PLACE)({}, CELLS) is False  # noqa: FBT003 - the value
    assert "bool" in error_of(closures.as_bool(gives(value), PLACE)).message


@pytest.mark.parametrize("value", [[1], (1,), {"a": 1}, MappingProxyType({})])
def test_lists_and_maps_can_be_gone_through(value: Any) -> None:
    """Where the type is open, it is tested."""
    assert closures.as_range(gives(value), PLACE)({}, CELLS) is value


@pytest.mark.parametrize("value", ["abc", 1, None, b"abc"])
def test_nothing_else_can_be_gone_through(value: Any) -> None:
    """The characters of a string are no elements."""
    error_of(closures.as_range(gives(value), PLACE))


def test_an_open_type_is_tested_where_a_type_is_expected() -> None:
    """Through and through."""
    strings = ListType(STRING)

    assert closures.conforming(gives(["a"]), strings, PLACE)({}, CELLS) == ["a"]
    message = error_of(closures.conforming(gives(["a", 1]), strings, PLACE)).message
    assert message == "the value must be list(string), and this is list"


def test_negation_and_choice() -> None:
    """The branch that is not taken is not evaluated."""
    broken = closures.variable("absent", PLACE)

    assert closures.negation(gives(False))({}, CELLS) is True  # noqa: FBT003 - the value
    assert closures.choice(gives(True), gives(1), broken)({}, CELLS) == 1  # noqa: FBT003 - the value
    assert closures.choice(gives(False), broken, gives(2))({}, CELLS) == 2  # noqa: FBT003 - the value


def test_lists_and_maps_are_made_anew() -> None:
    """Whoever gets one may keep it."""
    make_list = closures.make_list([gives(1), gives("a")])
    make_map = closures.make_map([(gives("a"), gives(1)), (gives(2), gives(3))], PLACE)

    assert make_list({}, CELLS) == [1, "a"]
    assert make_list({}, CELLS) is not make_list({}, CELLS)
    assert make_map({}, CELLS) == {"a": 1, 2: 3}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["a", "a"], "twice"),
        ([1, True], "twice"),
        ([None], "null_type"),
        ([1.5], "double"),
    ],
)
def test_a_key_stands_there_once(keys: list[Any], words: str) -> None:
    """And is of a kind that can be one."""
    entries = [(gives(key), gives(0)) for key in keys]

    assert words in error_of(closures.make_map(entries, PLACE)).message
