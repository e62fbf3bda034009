"""The static types of expressions, in CEL's own notation.

`DYN` is the type of what only the run time knows: claims, attributes. A record is closed:
its fields are declared, and no other can be read.

Reference: CEL language definition, "Gradual Type Checking".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override


class CelType:
    """The type of an expression; `str()` writes it as CEL does."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SimpleType(CelType):
    """A type without parameters."""

    name: str

    @override
    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class EmptyType(SimpleType):
    """A type without values; written as `dyn`, as nobody could tell the difference."""


@dataclass(frozen=True, slots=True)
class ListType(CelType):
    """`list(T)`: a list or a tuple of values of one type."""

    element: CelType

    @override
    def __str__(self) -> str:
        return f"list({self.element})"


@dataclass(frozen=True, slots=True)
class MapType(CelType):
    """`map(K, V)`: a mapping; keys are `bool`, `int`, `uint` or `string`."""

    key: CelType
    value: CelType

    @override
    def __str__(self) -> str:
        return f"map({self.key}, {self.value})"


@dataclass(frozen=True, slots=True)
class RecordType(CelType):
    """A closed set of named fields, read as attributes; each is always present."""

    name: str
    fields: Mapping[str, CelType] = field(hash=False)

    @override
    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class TypeVariable(CelType):
    """Stands for any type in a declaration, the same one wherever it is named."""

    name: str

    @override
    def __str__(self) -> str:
        return self.name


BOOL = SimpleType("bool")
INT = SimpleType("int")
UINT = SimpleType("uint")
DOUBLE = SimpleType("double")
STRING = SimpleType("string")
BYTES = SimpleType("bytes")
TIMESTAMP = SimpleType("timestamp")
DURATION = SimpleType("duration")
NULL = SimpleType("null_type")
TYPE = SimpleType("type")
DYN = SimpleType("dyn")

# The type of the elements of `[]`: there are none, so they fit everything.
NOTHING = EmptyType("dyn")

A = TypeVariable("A")
B = TypeVariable("B")

Bindings = dict[TypeVariable, CelType]


def join(left: CelType, right: CelType) -> CelType | None:
    """Return the type that holds the values of both, or `None` if there is none.

    Where one of two otherwise equal types is `dyn`, so is the result: what was not
    checked on one side is not known on both.
    """
    if left == right or right is NOTHING:
        return left
    if left is NOTHING:
        return right
    if left is DYN or right is DYN:
        return DYN
    if isinstance(left, ListType) and isinstance(right, ListType):
        element = join(left.element, right.element)
        return None if element is None else ListType(element)
    if isinstance(left, MapType) and isinstance(right, MapType):
        key = join(left.key, right.key)
        value = join(left.value, right.value)
        return None if key is None or value is None else MapType(key, value)
    return None


def unify(  # noqa: PLR0911 - one for each shape of a type
    parameter: CelType, argument: CelType, bindings: Bindings
) -> bool:
    """Return whether an argument fits a parameter, and bind the type variables.

    `dyn` fits everything; whether the value does is then found out at run time.
    """
    if isinstance(parameter, TypeVariable):
        known = bindings.get(parameter)
        joined = argument if known is None else join(known, argument)
        if joined is None:
            return False
        bindings[parameter] = joined
        return True
    if argument is NOTHING:
        return True
    if argument is DYN or parameter is DYN:
        return _leave_open(parameter, bindings)
    if isinstance(parameter, ListType):
        return isinstance(argument, ListType) and unify(
            parameter.element, argument.element, bindings
        )
    if isinstance(parameter, MapType):
        return (
            isinstance(argument, MapType)
            and unify(parameter.key, argument.key, bindings)
            and unify(parameter.value, argument.value, bindings)
        )
    return parameter == argument


def _leave_open(parameter: CelType, bindings: Bindings) -> bool:
    match parameter:
        case TypeVariable():
            bindings[parameter] = DYN
        case ListType():
            _leave_open(parameter.element, bindings)
        case MapType():
            _leave_open(parameter.key, bindings)
            _leave_open(parameter.value, bindings)
        case _:
            pass
    return True


def substitute(kind: CelType, bindings: Bindings) -> CelType:
    """Return a declared type with its variables replaced by what they stand for."""
    match kind:
        case TypeVariable():
            return bindings.get(kind, NOTHING)
        case ListType():
            return ListType(substitute(kind.element, bindings))
        case MapType():
            return MapType(
                substitute(kind.key, bindings), substitute(kind.value, bindings)
            )
        case _:
            return kind


def settled(kind: CelType) -> CelType:
    """Return a type as others may see it: what has no elements could have any."""
    match kind:
        case ListType():
            return ListType(settled(kind.element))
        case MapType():
            return MapType(settled(kind.key), settled(kind.value))
        case _:
            return DYN if kind is NOTHING else kind
