"""Timestamps and durations with parts of a microsecond.

Python's own know microseconds, and almost every value is one of those: these classes are
made only where there is a rest, of 1 to 999 nanoseconds, and compare with the others. What
Python computes with them loses the rest; `gateway.cel.library` computes by the functions here.

Reference: CEL language definition, "Abstract Types": nanoseconds.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from typing_extensions import override

_A_MICROSECOND: Final = timedelta(microseconds=1)
_NANOS: Final = 1_000


class Moment(datetime):
    """A timestamp that is `nanos` nanoseconds later than Python takes it to be."""

    nanos = 0

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, datetime):
            return False
        return datetime.__eq__(self, other) and self.nanos == nanos_of(other)

    @override
    def __ne__(self, other: object) -> bool:
        # Python's own has one too, and would be asked.
        return not self == other

    @override
    def __hash__(self) -> int:
        whole = datetime.__hash__(self)
        return hash((whole, self.nanos)) if self.nanos else whole

    @override
    def __lt__(self, other: Any) -> bool:
        if datetime.__eq__(self, other):
            return self.nanos < nanos_of(other)
        return datetime.__lt__(self, other)

    @override
    def __le__(self, other: Any) -> bool:
        return not self > other

    @override
    def __gt__(self, other: Any) -> bool:
        if datetime.__eq__(self, other):
            return self.nanos > nanos_of(other)
        return datetime.__gt__(self, other)

    @override
    def __ge__(self, other: Any) -> bool:
        return not self < other


class Span(timedelta):
    """A duration that is `nanos` nanoseconds longer than Python takes it to be."""

    nanos = 0

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, timedelta):
            return False
        return timedelta.__eq__(self, other) and self.nanos == nanos_of(other)

    @override
    def __ne__(self, other: object) -> bool:
        # Python's own has one too, and would be asked.
        return not self == other

    @override
    def __hash__(self) -> int:
        return hash((timedelta.__hash__(self), self.nanos))

    @override
    def __lt__(self, other: Any) -> bool:
        return in_nanos(self) < in_nanos(other)

    @override
    def __le__(self, other: Any) -> bool:
        return in_nanos(self) <= in_nanos(other)

    @override
    def __gt__(self, other: Any) -> bool:
        return in_nanos(self) > in_nanos(other)

    @override
    def __ge__(self, other: Any) -> bool:
        return in_nanos(self) >= in_nanos(other)


def nanos_of(value: Any) -> int:
    """Return the nanoseconds that Python does not know of: 0 to 999."""
    return value.nanos if isinstance(value, Moment | Span) else 0


def moment(whole: datetime, nanos: int) -> datetime:
    """Return a moment with a rest of 0 to 999 nanoseconds, in UTC."""
    whole = whole.astimezone(UTC)
    if not nanos:
        return whole
    made = Moment.combine(whole.date(), whole.timetz())
    made.nanos = nanos
    return made


def span(nanoseconds: int) -> timedelta:
    """Return a length of so many nanoseconds.

    Raises:
        OverflowError: Python cannot hold it.
    """
    micros, nanos = divmod(nanoseconds, _NANOS)
    if not nanos:
        return timedelta(microseconds=micros)
    made = Span(microseconds=micros)
    made.nanos = nanos
    return made


def in_nanos(length: timedelta) -> int:
    """Return a length in nanoseconds."""
    return timedelta.__floordiv__(length, _A_MICROSECOND) * _NANOS + nanos_of(length)


def later(start: datetime, length: timedelta) -> datetime:
    """Return the moment that is so much later.

    Raises:
        OverflowError: It is not in the years 1 to 9999.
    """
    carried, nanos = divmod(nanos_of(start) + nanos_of(length), _NANOS)
    whole = start.astimezone(UTC) + length
    if carried:
        whole += _A_MICROSECOND
    return moment(whole, nanos) if nanos else whole


def between(end: datetime, start: datetime) -> timedelta:
    """Return how much later the end is than the start."""
    whole: timedelta = end - start
    nanos = nanos_of(end) - nanos_of(start)
    return span(in_nanos(whole) + nanos) if nanos else whole
