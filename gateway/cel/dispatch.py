"""Which implementation a call has: chosen at load where types are known.

Where they are not, the choice is made at run time by the kinds of the values. Equality,
order, membership and indexing are defined for any two values, so they need no choice.

Reference: CEL language definition, "Functions".
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gateway.cel.errors import ValueFault
from gateway.cel.library.declaration import Implementation, Overload
from gateway.cel.library.operators import at, value_of
from gateway.cel.types import (
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
    TypeVariable,
)
from gateway.cel.values import KIND_OF_TYPE, contains, has_key, kind_of

_NUMBERS: Final = frozenset({INT, UINT, DOUBLE})

# Of two values of one of these types, Python's own operators say what CEL's do.
_PLAIN: Final = frozenset(KIND_OF_TYPE)
# A value of one of these types equals nothing of another type, in Python either.
_DISTINCT: Final = frozenset({STRING, BYTES, TIMESTAMP, DURATION})

_ORDER: Final[Mapping[str, Implementation]] = {
    "_<_": operator.lt,
    "_<=_": operator.le,
    "_>_": operator.gt,
    "_>=_": operator.ge,
}


def implementation(
    name: str, overloads: Sequence[Overload], types: Sequence[CelType], *, checked: bool
) -> Implementation:
    """Return what computes a call for arguments of these types."""
    plain = _plain(name, types)
    if plain is not None:
        return plain
    if name in _ANY:
        return _ANY[name] if checked else overloads[0].apply
    if name in _ORDER or not checked:
        return overloads[0].apply
    return _dispatch(overloads)


def _plain(name: str, types: Sequence[CelType]) -> Implementation | None:
    """Return Python's own operator, where it does what CEL's does."""
    if len(types) != 2:
        return None
    left, right = types
    same = left == right and left in _PLAIN
    if name in {"_==_", "_!=_"} and (same or left in _DISTINCT or right in _DISTINCT):
        return operator.eq if name == "_==_" else operator.ne
    if name in _ORDER and (same or {left, right} <= _NUMBERS):
        return _ORDER[name]
    return None


def _index(container: Any, key: Any) -> Any:
    kind = kind_of(container)
    if kind == "map":
        return value_of(container, key)
    if kind != "list" or kind_of(key) not in {"int", "uint", "double"}:
        raise ValueFault(f"{kind} has no index {kind_of(key)}")
    return at(container, key)


def _is_in(value: Any, container: Any) -> bool:
    kind = kind_of(container)
    if kind == "map":
        return has_key(container, value)
    if kind == "list":
        return contains(container, value)
    raise ValueFault(f"`in` is not defined for {kind}")


_ANY: Final[Mapping[str, Implementation]] = {"_[_]": _index, "_in_": _is_in}


def _dispatch(overloads: Sequence[Overload]) -> Implementation:
    choices = [
        (tuple(_accepted(parameter) for parameter in one.parameters), one.apply)
        for one in overloads
    ]

    def apply(*values: Any) -> Any:
        kinds = [kind_of(value) for value in values]
        for accepted, function in choices:
            # Implicit arguments come after those that the overload declares.
            pairs = zip(accepted, kinds, strict=False)
            if all(expected in {None, kind} for expected, kind in pairs):
                return function(*values)
        raise ValueFault(f"not defined for {', '.join(kinds)}")

    return apply


def _accepted(parameter: CelType) -> str | None:
    match parameter:
        case ListType():
            return "list"
        case MapType():
            return "map"
        case TypeVariable():
            return None
        case _:
            return None if parameter is DYN else KIND_OF_TYPE[parameter]
