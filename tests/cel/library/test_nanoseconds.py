"""Times with parts of a microsecond: compared and computed as if they were integers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.library.nanoseconds import (
    Moment,
    Span,
    between,
    in_nanos,
    later,
    moment,
    nanos_of,
    span,
)

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
COMPARISONS: list[Callable[[Any, Any], bool]] = [eq, ne, lt, le, gt, ge]

nanoseconds = st.integers(-5_000, 5_000) | st.integers(-(10**18), 10**18)


def at(count: int) -> datetime:
    """The moment so many nanoseconds after the start."""
    micros, nanos = divmod(count, 1_000)
    return moment(START + timedelta(microseconds=micros), nanos)


@given(nanoseconds, nanoseconds)
def test_they_are_compared_as_integers_are(left: int, right: int) -> None:
    """Also with those that have no such part, from either side."""
    for compare in COMPARISONS:
        assert compare(at(left), at(right)) is compare(left, right)
        assert compare(span(left), span(right)) is compare(left, right)
    if left == right:
        assert hash(at(left)) == hash(at(right))
        assert hash(span(left)) == hash(span(right))


@given(nanoseconds, nanoseconds)
def test_they_are_computed_as_integers_are(left: int, right: int) -> None:
    """Carried over in both directions."""
    assert in_nanos(span(left)) == left
    assert later(at(left), span(right)) == at(left + right)
    assert between(at(left), at(right)) == span(left - right)


def test_only_a_rest_makes_a_class_of_its_own() -> None:
    """Everything else is Python's, and as fast."""
    assert type(at(1_000)) is datetime
    assert type(span(-1_000)) is timedelta
    assert type(at(1)) is Moment
    assert type(span(1)) is Span
    assert (nanos_of(at(-1)), nanos_of(span(-1)), nanos_of(START)) == (999, 999, 0)


def test_a_moment_is_in_utc() -> None:
    """Whatever zone it was written in."""
    there = START.astimezone(timezone(timedelta(hours=2)))

    assert moment(there, 5) == moment(START, 5)
    assert moment(there, 5).tzinfo is UTC
    assert moment(there, 0).tzinfo is UTC


def test_what_python_makes_of_one_is_a_whole_moment() -> None:
    """It loses the rest, and equals what has none."""
    whole = at(1) + timedelta(0)

    assert whole == START
    assert hash(whole) == hash(START)


def test_they_equal_nothing_else() -> None:
    """No number, and not each other."""
    assert at(1) != 1
    assert span(1) != 1
    assert at(1) != span(1)


@pytest.mark.parametrize(
    ("start", "length"),
    [
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 1_000),
        (datetime(1, 1, 1, tzinfo=UTC), -1),
    ],
)
def test_time_has_two_ends(start: datetime, length: int) -> None:
    """One nanosecond beyond is too far."""
    with pytest.raises(OverflowError):
        later(start, span(length))

    last = moment(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 999)
    with pytest.raises(OverflowError):
        later(last, span(1))
