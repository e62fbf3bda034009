"""Operators on plain values; the language's own cases stand in `tests/conformance/cel`."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import ValueFault
from gateway.cel.library import operators
from gateway.cel.library.nanoseconds import later, span
from gateway.cel.library.operators import MAX_SIZE, MAX_SPAN, OPERATORS
from gateway.cel.types import DOUBLE, DURATION, INT, TIMESTAMP, UINT, CelType
from gateway.cel.values import INT_MAX, INT_MIN, UINT_MAX, Uint

INTS = st.integers(INT_MIN, INT_MAX) | st.integers(-3, 3)
UINTS = st.builds(Uint, st.integers(0, UINT_MAX) | st.integers(0, 3))


def apply(name: str, kinds: tuple[CelType, ...], *values: Any) -> Any:
    (overload,) = (one for one in OPERATORS[name] if one.parameters == kinds)
    return overload.apply(*values)


@given(INTS, INTS, st.sampled_from(["_+_", "_-_", "_*_", "_/_", "_%_"]))
def test_integers_fit_or_fail(left: int, right: int, name: str) -> None:
    """They never wrap, and division is the one that rounds towards zero."""
    try:
        value = apply(name, (INT, INT), left, right)
    except ValueFault:
        value = None
    exact = {"_+_": left + right, "_-_": left - right, "_*_": left * right}
    if name in exact:
        fits = INT_MIN <= exact[name] <= INT_MAX
        assert value == (exact[name] if fits else None)
    elif right == 0 or (left, right) == (INT_MIN, -1):
        assert value is None
    else:
        quotient = apply("_/_", (INT, INT), left, right)
        remainder = apply("_%_", (INT, INT), left, right)
        assert quotient * right + remainder == left
        assert abs(remainder) < abs(right)
        assert remainder == 0 or (remainder < 0) == (left < 0)


@given(UINTS, UINTS, st.sampled_from(["_+_", "_-_", "_*_", "_/_", "_%_"]))
def test_unsigned_integers_stay_unsigned(left: Uint, right: Uint, name: str) -> None:
    """Or fail."""
    try:
        value = apply(name, (UINT, UINT), left, right)
    except ValueFault:
        return
    assert type(value) is Uint
    assert 0 <= value <= UINT_MAX


@given(st.floats(), st.floats())
def test_division_of_doubles_never_fails(left: float, right: float) -> None:
    """IEEE 754: by zero there is infinity, or nothing."""
    value = apply("_/_", (DOUBLE, DOUBLE), left, right)

    if right != 0:
        assert value == left / right or math.isnan(value)
    elif left == 0 or math.isnan(left):
        assert math.isnan(value)
    else:
        sign = math.copysign(1, left) * math.copysign(1, right)
        assert value == math.copysign(math.inf, sign)


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [("_+_", INT_MAX, 1), ("_-_", INT_MIN, 1), ("_*_", 2**62, 2), ("_/_", INT_MIN, -1)],
)
def test_an_integer_that_overflows_fails(name: str, left: int, right: int) -> None:
    """One beyond the last."""
    with pytest.raises(ValueFault):
        apply(name, (INT, INT), left, right)


def test_the_ends_of_each_range() -> None:
    """The last that fits and the first that does not."""
    assert operators.fit_int(INT_MAX) == INT_MAX
    assert operators.fit_uint(UINT_MAX) == UINT_MAX
    assert operators.fit_duration(-MAX_SPAN) == -MAX_SPAN
    with pytest.raises(ValueFault):
        operators.fit_int(INT_MIN - 1)
    with pytest.raises(ValueFault):
        operators.fit_uint(-1)
    with pytest.raises(ValueFault):
        operators.fit_duration(MAX_SPAN + timedelta(microseconds=1))


def test_negation() -> None:
    """The least integer has no positive counterpart."""
    assert apply("-_", (INT,), INT_MAX) == -INT_MAX
    assert apply("-_", (DOUBLE,), 1.5) == -1.5
    assert OPERATORS["!_"][0].apply(False) is True  # noqa: FBT003 - the operand
    with pytest.raises(ValueFault):
        apply("-_", (INT,), INT_MIN)


@pytest.mark.parametrize("kind", ["", b"", []])
def test_what_is_made_has_a_largest_size(kind: Any) -> None:
    """The last size that passes and the first that does not."""
    join = operators.concatenate
    if isinstance(kind, list):
        join = OPERATORS["_+_"][5].apply
    half = type(kind)("a" * (MAX_SIZE // 2), *(["ascii"] if kind == b"" else []))

    assert len(join(half, half)) == MAX_SIZE
    with pytest.raises(ValueFault):
        join(half + half, half[:1])


MOMENT = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_times_and_lengths_are_added() -> None:
    """From either side."""
    assert apply("_+_", (TIMESTAMP, DURATION), MOMENT, HOUR) == MOMENT + HOUR
    assert apply("_+_", (DURATION, TIMESTAMP), HOUR, MOMENT) == MOMENT + HOUR
    assert apply("_-_", (TIMESTAMP, DURATION), MOMENT, HOUR) == MOMENT - HOUR
    assert apply("_-_", (TIMESTAMP, TIMESTAMP), MOMENT, MOMENT - HOUR) == HOUR
    assert apply("_+_", (DURATION, DURATION), HOUR, HOUR) == 2 * HOUR
    assert apply("_-_", (DURATION, DURATION), HOUR, HOUR) == timedelta(0)
    assert apply("_-_", (TIMESTAMP, DURATION), MOMENT, span(1)) == later(
        MOMENT, span(-1)
    )


def test_times_have_an_end() -> None:
    """The years 1 to 9999."""
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    with pytest.raises(ValueFault):
        apply("_+_", (TIMESTAMP, DURATION), last, HOUR)
    with pytest.raises(ValueFault):
        apply("_+_", (DURATION, DURATION), MAX_SPAN, HOUR)


@pytest.mark.parametrize("index", [0, Uint(0), 0.0])
def test_an_index_is_a_whole_number(index: Any) -> None:
    """Within the list."""
    assert operators.at([7], index) == 7
    for wrong in (1, -1, 0.5, math.nan, math.inf):
        with pytest.raises(ValueFault):
            operators.at([7], wrong)


def test_keys_are_found_or_fail() -> None:
    """What cannot be a key is an error, and not absent."""
    assert operators.value_of({"a": 1}, "a") == 1
    assert operators.is_key("a", {"a": 1})
    assert not operators.is_key(1.5, {1: 1})
    with pytest.raises(ValueFault):
        operators.value_of({"a": 1}, "b")
    with pytest.raises(ValueFault):
        operators.is_key(None, {"a": 1})


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("_<_", [True, False, False, False]),
        ("_<=_", [True, True, False, False]),
        ("_>_", [False, False, True, False]),
        ("_>=_", [False, True, True, False]),
    ],
)
def test_order_by_the_declared_implementation(name: str, outcomes: list[bool]) -> None:
    """Of values whose types are only known now."""
    compare = OPERATORS[name][0].apply
    pairs = [(1, 2.0), (2, Uint(2)), (3, 2), (math.nan, 1)]

    assert [compare(*pair) for pair in pairs] == outcomes


def test_equality_and_membership_by_the_declared_implementation() -> None:
    """For any two values."""
    assert OPERATORS["_==_"][0].apply([1], (1.0,))
    assert OPERATORS["_!=_"][0].apply(1, [True])
    assert OPERATORS["_in_"][0].apply(1, [1.0])


def test_division_of_unsigned_by_zero_fails() -> None:
    """And so does the remainder."""
    for name in ("_/_", "_%_"):
        with pytest.raises(ValueFault):
            apply(name, (UINT, UINT), Uint(1), Uint(0))


def test_doubles_are_added_and_multiplied() -> None:
    """Without an error, whatever comes out."""
    assert apply("_+_", (DOUBLE, DOUBLE), 1.5, 1.0) == 2.5
    assert apply("_-_", (DOUBLE, DOUBLE), 1.5, 1.0) == 0.5
    assert apply("_*_", (DOUBLE, DOUBLE), 1e308, 10.0) == math.inf
