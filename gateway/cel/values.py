"""Values at run time, and what holds for all of them: kind, equality, order.

Values are Python's own, so that nothing is converted on the way in: `uint` alone needs a
class, because Python has one integer. A record is any object with attributes.

Python's equality is CEL's but for four things, which this module is about: `true` is not
`1`, a list may be a tuple, `NaN` is not itself, and keys of maps keep their kind.

Reference: CEL language definition, "Values" and "Equality".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from gateway.cel.errors import ValueFault, WithheldError
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    CelType,
    ListType,
    MapType,
    RecordType,
)

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1


class Uint(int):
    """A CEL `uint`: an integer that is not an `int`."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return f"{int(self)}u"


@dataclass(frozen=True, slots=True)
class TypeName:
    """A CEL type as a value: what `type(x)` gives."""

    name: str


class Withheld:
    """A value that is not there, but of which may be known whether it equals another.

    Takes the place of a string, number or other simple value where an expression is
    evaluated by somebody who does not have it. A subclass says in `__eq__` what it equals,
    as CEL means it, or raises. Whatever else would turn it into something that looks like
    an answer raises as well; what is not here fails by itself, as on any strange object.

    Attributes:
        kind: The name of its CEL type; empty if that is not known either.
    """

    __slots__ = ("kind",)

    def __init__(self, kind: str = "") -> None:
        self.kind = kind

    @override
    def __eq__(self, other: object) -> bool:
        raise self.refusal()

    @override
    def __hash__(self) -> int:
        raise self.refusal()

    @override
    def __str__(self) -> str:
        raise self.refusal()

    def __bool__(self) -> bool:
        raise self.refusal()

    def __rsub__(self, other: object) -> Any:
        raise self.refusal()

    @staticmethod
    def refusal() -> WithheldError:
        """Return the error of whoever asks for more than is known."""
        return WithheldError("the value is not known here")


# The run-time kind of the values of each simple type.
KIND_OF_TYPE: Final[Mapping[CelType, str]] = {
    BOOL: "bool",
    INT: "int",
    UINT: "uint",
    DOUBLE: "double",
    STRING: "string",
    BYTES: "bytes",
    TIMESTAMP: "google.protobuf.Timestamp",
    DURATION: "google.protobuf.Duration",
    NULL: "null_type",
    TYPE: "type",
}

_KINDS: Final[Mapping[type, str]] = {
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    datetime: "google.protobuf.Timestamp",
    timedelta: "google.protobuf.Duration",
    type(None): "null_type",
    TypeName: "type",
    list: "list",
    tuple: "list",
    dict: "map",
}

# For subclasses (an enumeration of strings is a string) and for mappings of any class.
_FALLBACKS: Final[tuple[tuple[type, str], ...]] = (
    (str, "string"),
    (int, "int"),
    (float, "double"),
    (bytes, "bytes"),
    (datetime, "google.protobuf.Timestamp"),
    (timedelta, "google.protobuf.Duration"),
    (Mapping, "map"),
    (list, "list"),
    (tuple, "list"),
)

_NUMBERS: Final = frozenset({"int", "uint", "double"})
_ORDERED: Final = frozenset(
    {
        "bool",
        "string",
        "bytes",
        "google.protobuf.Timestamp",
        "google.protobuf.Duration",
    }
)


def kind_of(value: Any) -> str:
    """Return the name of a value's CEL type; `record` for what is none.

    Raises:
        WithheldError: Nobody here knows.
    """
    kind = _KINDS.get(type(value))
    if kind is None:
        if isinstance(value, Withheld):
            return _kind_of_withheld(value)
        kind = next((name for base, name in _FALLBACKS if isinstance(value, base)), "")
    return kind or "record"


def _kind_of_withheld(value: Withheld) -> str:
    if value.kind:
        return value.kind
    raise value.refusal()


def equal(left: Any, right: Any) -> bool:
    """Return whether two values are equal in CEL.

    Values of different kinds are not, except numbers, which are compared as numbers.

    Raises:
        WithheldError: One of them is not known well enough.
    """
    try:
        kind, other = kind_of(left), kind_of(right)
    except WithheldError:
        # It knows itself what it equals.
        return bool(left == right)
    if kind != other:
        numbers = kind in _NUMBERS and other in _NUMBERS
        return numbers and _same_number(left, right, mixed="double" in {kind, other})
    if kind == "list":
        return len(left) == len(right) and all(
            equal(one, two) for one, two in zip(left, right, strict=True)
        )
    if kind == "map":
        return len(left) == len(right) and all(
            has_key(right, key) and equal(value, right[key])
            for key, value in left.items()
        )
    return bool(left == right)


def _same_number(left: Any, right: Any, *, mixed: bool) -> bool:
    if mixed:
        left, right = _as_double(left), _as_double(right)
    return bool(left == right)


def contains(items: Sequence[Any], value: Any) -> bool:
    """Return whether a list has an element that equals a value."""
    return any(equal(item, value) for item in items)


def canonical(value: Any) -> Any:
    """Return something to put into a set: equal for two values exactly if they are.

    But for an integer that no double is exactly: to a set, it is none of them.
    """
    match kind_of(value):
        case "bool":
            return ("bool", value)
        case "list":
            return ("list", tuple(canonical(item) for item in value))
        case "map":
            entries = ((canonical(key), canonical(item)) for key, item in value.items())
            return ("map", frozenset(entries))
        case "double" if value != value:  # noqa: PLR0124 - NaN, which equals nothing
            return object()
        case _:
            return value


def has_key(mapping: Mapping[Any, Any], key: Any) -> bool:
    """Return whether a map has a key.

    Python takes `true` for the key 1; CEL does not.
    """
    try:
        if key not in mapping:
            return False
    except TypeError:
        return False
    if kind_of(key) == "string" or key not in {0, 1}:
        return True
    return any(equal(own, key) for own in mapping)


def compare(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1, or `None` if one of two numbers is `NaN`.

    Raises:
        ValueFault: The two have no order.
    """
    kind, other = kind_of(left), kind_of(right)
    numbers = kind in _NUMBERS and other in _NUMBERS
    if not numbers and (kind != other or kind not in _ORDERED):
        raise ValueFault(f"{kind} and {other} have no order")
    if numbers and kind != other and "double" in {kind, other}:
        left, right = _as_double(left), _as_double(right)
    if left < right:
        return -1
    if left > right:
        return 1
    return 0 if left == right else None


def _as_double(value: Any) -> Any:
    # An integer that meets a double is rounded to one, as in Google's implementations.
    try:
        return float(value)
    except (OverflowError, TypeError):
        # A claim may hold more digits than any number of CEL. A value that is withheld
        # knows what it equals as it is.
        return value


def conforms(value: Any, kind: CelType) -> bool:
    """Return whether a value is of a type, through and through."""
    match kind:
        case ListType():
            return kind_of(value) == "list" and all(
                conforms(item, kind.element) for item in value
            )
        case MapType():
            return kind_of(value) == "map" and all(
                conforms(key, kind.key) and conforms(item, kind.value)
                for key, item in value.items()
            )
        case RecordType():
            return kind_of(value) == "record"
        case _:
            return kind is DYN or kind_of(value) == KIND_OF_TYPE[kind]
