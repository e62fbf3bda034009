"""The operators, other than the logical ones, on plain values.

Integers have 64 bits and never wrap: a result that does not fit is an error. Division and
remainder round towards zero, unlike Python's.

Reference: CEL language definition, "List of Standard Definitions" and "Overflow".
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.cel.errors import ValueFault
from gateway.cel.library.declaration import Overload, Overloads
from gateway.cel.library.nanoseconds import between, in_nanos, later, span
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    UINT,
    A,
    B,
    ListType,
    MapType,
)
from gateway.cel.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    Uint,
    compare,
    contains,
    equal,
    has_key,
    kind_of,
)

# Ten thousand years, as protobuf bounds its Duration.
MAX_DURATION: Final = timedelta(seconds=315_576_000_000)

# What arithmetic may come to: as many nanoseconds as an `int` can count, 292 years.
MAX_SPAN: Final = timedelta(microseconds=INT_MAX // 1_000)

# The largest string, list or bytes that an expression may make.
MAX_SIZE: Final = 1_000_000

# A double is none, but may equal one.
_KEYS: Final = frozenset({"bool", "int", "uint", "double", "string"})

_OVERFLOW: Final = "the result does not fit"


def fit_int(value: int) -> int:
    """Return an integer that fits an `int`."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise ValueFault(_OVERFLOW + " an int")


def fit_uint(value: int) -> Uint:
    """Return an integer that fits a `uint`, as one."""
    if 0 <= value <= UINT_MAX:
        return Uint(value)
    raise ValueFault(_OVERFLOW + " a uint")


def fit_duration(value: timedelta) -> timedelta:
    """Return the result of arithmetic if it fits a `duration`."""
    if -MAX_SPAN <= value <= MAX_SPAN:
        return value
    raise ValueFault(_OVERFLOW + " a duration")


def _int(operation: Callable[[int, int], int]) -> Overload:
    def apply(left: int, right: int) -> int:
        value = operation(left, right)
        if INT_MIN <= value <= INT_MAX:
            return value
        raise ValueFault(_OVERFLOW + " an int")

    return Overload((INT, INT), INT, apply)


def _uint(operation: Callable[[int, int], int]) -> Overload:
    def apply(left: int, right: int) -> Uint:
        return fit_uint(operation(int(left), int(right)))

    return Overload((UINT, UINT), UINT, apply)


def _quotient(left: int, right: int) -> int:
    if right == 0:
        raise ValueFault("division by zero")
    value = abs(left) // abs(right)
    return value if (left < 0) == (right < 0) else -value


def _remainder(left: int, right: int) -> int:
    if right == 0:
        raise ValueFault("remainder of a division by zero")
    if left == INT_MIN and right == -1:
        raise ValueFault(_OVERFLOW + " an int")
    value = abs(left) % abs(right)
    return -value if left < 0 else value


def _divide(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _multiply(left: float, right: float) -> float:
    return left * right


def concatenate(left: Any, right: Any) -> Any:
    """Return two strings or two sequences of bytes, one after the other."""
    if len(left) + len(right) > MAX_SIZE:
        raise ValueFault("the result is too large")
    return left + right


def _concatenate_lists(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    if len(left) + len(right) > MAX_SIZE:
        raise ValueFault("the result is too large")
    return [*left, *right]


def _later(moment: datetime, length: timedelta) -> datetime:
    try:
        return later(moment, length)
    except OverflowError:
        raise ValueFault(_OVERFLOW + " a timestamp") from None


def _earlier(moment: datetime, length: timedelta) -> datetime:
    return _later(moment, span(-in_nanos(length)))


def _between(end: datetime, start: datetime) -> timedelta:
    return fit_duration(between(end, start))


def _sum(left: timedelta, right: timedelta) -> timedelta:
    return fit_duration(span(in_nanos(left) + in_nanos(right)))


def _difference(left: timedelta, right: timedelta) -> timedelta:
    return fit_duration(span(in_nanos(left) - in_nanos(right)))


def at(items: Sequence[Any], index: Any) -> Any:
    """Return an element of a list; the index may be any number that is whole."""
    if type(index) is float:
        if not index.is_integer():
            raise ValueFault("an index is a whole number")
        index = int(index)
    if 0 <= index < len(items):
        return items[index]
    raise ValueFault("the list has no such index")


def value_of(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return the value of a key."""
    if has_key(mapping, key):
        return mapping[key]
    raise ValueFault("the map has no such key")


def less(left: Any, right: Any) -> bool:
    """Return whether one value comes before another."""
    return compare(left, right) == -1


def _less_or_equal(left: Any, right: Any) -> bool:
    return compare(left, right) in {-1, 0}


def _greater(left: Any, right: Any) -> bool:
    return compare(left, right) == 1


def _greater_or_equal(left: Any, right: Any) -> bool:
    return compare(left, right) in {0, 1}


def _order(apply: Callable[[Any, Any], bool]) -> tuple[Overload, ...]:
    kinds = (BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION)
    return tuple(Overload((kind, kind), BOOL, apply, cost=0.1) for kind in kinds)


def _unequal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def _is_in(value: Any, items: Sequence[Any]) -> bool:
    return contains(items, value)


def is_key(key: Any, mapping: Mapping[Any, Any]) -> bool:
    """Return whether a map has a key, which has to be of a kind that can be one."""
    if kind_of(key) not in _KEYS:
        raise ValueFault(f"{kind_of(key)} cannot be a key of a map")
    return has_key(mapping, key)


def _negate_double(value: float) -> float:
    return -value


def _negate_int(value: int) -> int:
    return fit_int(-value)


def _not(value: bool) -> bool:  # noqa: FBT001 - the operand
    return not value


OPERATORS: Final[Overloads] = {
    "!_": (Overload((BOOL,), BOOL, _not),),
    "-_": (
        Overload((INT,), INT, _negate_int),
        Overload((DOUBLE,), DOUBLE, _negate_double),
    ),
    "_+_": (
        _int(lambda left, right: left + right),
        _uint(lambda left, right: left + right),
        Overload((DOUBLE, DOUBLE), DOUBLE, lambda left, right: left + right),
        Overload((STRING, STRING), STRING, concatenate, cost=0.1, grows=1),
        Overload((BYTES, BYTES), BYTES, concatenate, cost=0.1, grows=1),
        Overload(
            (ListType(A), ListType(A)),
            ListType(A),
            _concatenate_lists,
            cost=0.1,
            grows=1,
        ),
        Overload((TIMESTAMP, DURATION), TIMESTAMP, _later),
        Overload(
            (DURATION, TIMESTAMP), TIMESTAMP, lambda left, right: _later(right, left)
        ),
        Overload((DURATION, DURATION), DURATION, _sum),
    ),
    "_-_": (
        _int(lambda left, right: left - right),
        _uint(lambda left, right: left - right),
        Overload((DOUBLE, DOUBLE), DOUBLE, lambda left, right: left - right),
        Overload((TIMESTAMP, TIMESTAMP), DURATION, _between),
        Overload((TIMESTAMP, DURATION), TIMESTAMP, _earlier),
        Overload((DURATION, DURATION), DURATION, _difference),
    ),
    "_*_": (
        _int(lambda left, right: left * right),
        _uint(lambda left, right: left * right),
        Overload((DOUBLE, DOUBLE), DOUBLE, _multiply),
    ),
    "_/_": (
        _int(_quotient),
        _uint(_quotient),
        Overload((DOUBLE, DOUBLE), DOUBLE, _divide),
    ),
    "_%_": (_int(_remainder), _uint(_remainder)),
    "_==_": (Overload((A, A), BOOL, equal, cost=0.5),),
    "_!=_": (Overload((A, A), BOOL, _unequal, cost=0.5),),
    "_<_": _order(less),
    "_<=_": _order(_less_or_equal),
    "_>_": _order(_greater),
    "_>=_": _order(_greater_or_equal),
    "_in_": (
        Overload((A, ListType(A)), BOOL, _is_in, cost=0.5),
        Overload((A, MapType(A, B)), BOOL, is_key, cost=0.1),
    ),
    "_[_]": (
        Overload((ListType(A), INT), A, at),
        Overload((MapType(A, B), A), B, value_of),
    ),
}
