"""Conversions between types; what does not fit is an error.

Reference: CEL language definition, "List of Standard Definitions" and "Overflow".
"""

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from gateway.cel.errors import ValueFault
from gateway.cel.library.declaration import (
    UNKNOWN,
    Implementation,
    Overload,
    Overloads,
)
from gateway.cel.library.instants import (
    duration,
    duration_text,
    from_seconds,
    timestamp,
    timestamp_text,
    to_seconds,
)
from gateway.cel.library.operators import fit_int, fit_uint
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    A,
    B,
    CelType,
    ListType,
    MapType,
)
from gateway.cel.values import TypeName, Uint, kind_of

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}")
_UNSIGNED: Final = re.compile(r"\+?[0-9]{1,20}")
_DOUBLE: Final = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI]nf(?:inity)?|[nN]a[nN])"
)
_MAX_DIGITS: Final = 400

# Powers of ten that a double is written without an exponent for.
_POINTS: Final = (-4, 6)

# Beyond these, a double is no longer inside the range when it is cut to an integer.
_INT_RANGE: Final = (-(2.0**63), 2.0**63)
_UINT_END: Final = 2.0**64


def _same(value: Any) -> Any:
    return value


def _double_to_int(value: float) -> int:
    # Both ends are excluded: at the lower one it cannot be told whether the double was
    # rounded to it.
    if _INT_RANGE[0] < value < _INT_RANGE[1]:
        return math.trunc(value)
    raise ValueFault("the number does not fit an int")


def _double_to_uint(value: float) -> Uint:
    if 0 <= value < _UINT_END:
        return Uint(math.trunc(value))
    raise ValueFault("the number does not fit a uint")


def _text_to_int(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueFault("the string is no int")
    return fit_int(int(text))


def _text_to_uint(text: str) -> Uint:
    if _UNSIGNED.fullmatch(text) is None:
        raise ValueFault("the string is no uint")
    return fit_uint(int(text))


def _text_to_double(text: str) -> float:
    if len(text) > _MAX_DIGITS or _DOUBLE.fullmatch(text) is None:
        raise ValueFault("the string is no double")
    return float(text)


_BOOLS: Final = {
    **dict.fromkeys(("true", "TRUE", "True", "t", "1"), True),
    **dict.fromkeys(("false", "FALSE", "False", "f", "0"), False),
}


def _text_to_bool(text: str) -> bool:
    try:
        return _BOOLS[text]
    except KeyError:
        raise ValueFault("the string is no bool") from None


def _text_to_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueFault("the string is no valid Unicode") from None


def _bytes_to_text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise ValueFault("the bytes are no UTF-8") from None


def _bool_to_text(value: bool) -> str:  # noqa: FBT001 - what is converted
    return "true" if value else "false"


def _double_to_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    # As C's `%g` with as many digits as are needed to read the same number back.
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    point = len(digits) + int(exponent) - 1
    if value == 0 or _POINTS[0] <= point < _POINTS[1]:
        return repr(value).removesuffix(".0")
    first, *rest = map(str, digits)
    fraction = "." + "".join(rest) if rest else ""
    return f"{'-' * sign}{first}{fraction}e{'-' if point < 0 else '+'}{abs(point):02d}"


def _type_of(value: Any) -> TypeName:
    return TypeName(kind_of(value))


def _size(value: Any) -> int:
    return len(value)


def _parsed(parse: Callable[[str], Any], kind: CelType) -> Overload:
    """Return the overload that reads a string, which a constant can fail at load."""

    def prepare(arguments: Sequence[Any], _: CelType) -> Implementation:
        if arguments[0] is UNKNOWN:
            return parse
        value = parse(arguments[0])
        return lambda _: value

    return Overload((STRING,), kind, parse, prepare=prepare, cost=10)


_SIZES: Final = tuple(
    Overload((kind,), INT, _size)
    for kind in (STRING, BYTES, ListType(A), MapType(A, B))
)

CONVERSIONS: Final[Overloads] = {
    "int": (
        Overload((INT,), INT, _same),
        Overload((UINT,), INT, lambda value: fit_int(int(value))),
        Overload((DOUBLE,), INT, _double_to_int),
        Overload((STRING,), INT, _text_to_int),
        Overload((TIMESTAMP,), INT, to_seconds),
    ),
    "uint": (
        Overload((UINT,), UINT, _same),
        Overload((INT,), UINT, fit_uint),
        Overload((DOUBLE,), UINT, _double_to_uint),
        Overload((STRING,), UINT, _text_to_uint),
    ),
    "double": (
        Overload((DOUBLE,), DOUBLE, _same),
        Overload((INT,), DOUBLE, float),
        Overload((UINT,), DOUBLE, float),
        Overload((STRING,), DOUBLE, _text_to_double),
    ),
    "bool": (
        Overload((BOOL,), BOOL, _same),
        Overload((STRING,), BOOL, _text_to_bool),
    ),
    "string": (
        Overload((STRING,), STRING, _same, grows=1),
        Overload((BOOL,), STRING, _bool_to_text),
        Overload((INT,), STRING, str),
        Overload((UINT,), STRING, lambda value: str(int(value))),
        Overload((DOUBLE,), STRING, _double_to_text),
        Overload((BYTES,), STRING, _bytes_to_text, cost=1, grows=1),
        Overload((TIMESTAMP,), STRING, timestamp_text),
        Overload((DURATION,), STRING, duration_text),
    ),
    "bytes": (
        Overload((BYTES,), BYTES, _same, grows=1),
        Overload((STRING,), BYTES, _text_to_bytes, cost=1, grows=4),
    ),
    "timestamp": (
        Overload((TIMESTAMP,), TIMESTAMP, _same),
        _parsed(timestamp, TIMESTAMP),
        Overload((INT,), TIMESTAMP, from_seconds),
    ),
    "duration": (
        Overload((DURATION,), DURATION, _same),
        _parsed(duration, DURATION),
    ),
    "dyn": (Overload((A,), DYN, _same),),
    "type": (Overload((A,), TYPE, _type_of),),
    "size": _SIZES,
}

CONVERSION_METHODS: Final[Overloads] = {"size": _SIZES}
