"""Which implementation a call has: chosen at load where types are known.

Where they are not, the choice is made at run time by the kinds of the values. Equality,
order, membership and indexing are defined for any two values, so they need no choice.

Reference: CEL language definition, "Functions".
"""

import operator
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from gateway.cel.errors import ValueFault
from gateway.cel.library.declaration import Implementation, Overload
from gateway.cel.library.operators import at, is_key, value_of
from gateway.cel.types import (
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    STRING,
    TIMESTAMP,
    CelType,
    ListType,
    MapType,
    TypeVariable,
)
from gateway.cel.values import KIND_OF_TYPE, contains, kind_of

# Of two values of one of these types, Python's own operators say what CEL's do.
_PLAIN: Final = frozenset(KIND_OF_TYPE)
# A value of one of these types equals nothing of another type, in Python either.
_DISTINCT: Final = frozenset({STRING, BYTES, TIMESTAMP, DURATION})

_EQUALITY: Final[Mapping[str, Implementation]] = {
    "_==_": operator.eq,
    "_!=_": operator.ne,
}
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
    """Return what Python does itself, where that is what CEL does."""
    match types:
        case [left, right] if name in _EQUALITY:
            return _equality(name, left, right)
        case [left, right] if name in _ORDER:
            return _ORDER[name] if left == right and left in _PLAIN else None
        case [left, ListType(element=element)] if name == "_in_":
            # `in` looks at identity first, which `NaN` does not have.
            is_plain = left == element and left in _PLAIN and left is not DOUBLE
            return _is_among if is_plain else None
        case [left, MapType(key=key)] if name == "_in_":
            return _is_among if left is STRING is key else None
        case [MapType(key=key), right] if name == "_[_]":
            return _entry if right is STRING is key else None
        case _:
            return None


def _equality(name: str, left: CelType, right: CelType) -> Implementation | None:
    same = left == right
    if (same and left in _PLAIN) or left in _DISTINCT or right in _DISTINCT:
        return _EQUALITY[name]
    if same and isinstance(left, ListType) and left.element in _PLAIN:
        return _same_items if name == "_==_" else _other_items
    return None


def _same_items(left: Sequence[Any], right: Sequence[Any]) -> bool:
    # One may be a list and the other a tuple.
    return len(left) == len(right) and all(map(operator.eq, left, right))


def _other_items(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return not _same_items(left, right)


def _is_among(value: Any, container: Container[Any]) -> bool:
    return value in container


def _entry(mapping: Mapping[str, Any], key: str) -> Any:
    try:
        return mapping[key]
    except KeyError:
        raise ValueFault("the map has no such key") from None


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
        return is_key(value, container)
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
