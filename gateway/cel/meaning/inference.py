"""Rules about types and names that need no position.

Reference: CEL language definition, "Gradual Type Checking" and "Type Values".
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from gateway.cel.library.declaration import Overload
from gateway.cel.meaning.plan import Macro
from gateway.cel.parsing import syntax
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DYN,
    INT,
    NOTHING,
    NULL,
    STRING,
    UINT,
    Bindings,
    CelType,
    ListType,
    TypeVariable,
    join,
    unify,
)
from gateway.cel.values import Uint

# The types that an expression can name, and compare `type(x)` with.
TYPE_NAMES: Final = frozenset(
    {
        *("bool", "int", "uint", "double", "string", "bytes"),
        *("list", "map", "null_type", "type"),
        *("google.protobuf.Timestamp", "google.protobuf.Duration"),
    }
)


def dotted(node: syntax.Node) -> str:
    """Return `a.b.c` for a chain of names, and nothing for all else."""
    parts: list[str] = []
    while isinstance(node, syntax.Select):
        parts.append(node.field)
        node = node.operand
    if not isinstance(node, syntax.Name):
        return ""
    return ".".join([node.name, *reversed(parts)])


def literal_type(value: Any) -> CelType:
    """Return the type of a literal's value."""
    return _LITERAL_TYPES[type(value)]


_LITERAL_TYPES: Final[Mapping[type, CelType]] = {
    bool: BOOL,
    int: INT,
    Uint: UINT,
    float: DOUBLE,
    str: STRING,
    bytes: BYTES,
    type(None): NULL,
}


def macro_type(macro: Macro, element: CelType, body: CelType) -> CelType:
    """Return the type of a macro's value."""
    match macro:
        case Macro.MAP:
            return ListType(body)
        case Macro.FILTER:
            return ListType(element)
        case _:
            return BOOL


def fit(overload: Overload, types: Sequence[CelType]) -> Bindings | None:
    """Return what an overload's type variables stand for, if the arguments fit it."""
    if len(overload.parameters) != len(types):
        return None
    bindings: Bindings = {}
    pairs = zip(overload.parameters, types, strict=True)
    if all(unify(parameter, argument, bindings) for parameter, argument in pairs):
        return bindings
    return None


def is_open(parameter: CelType, argument: CelType) -> bool:
    """Return whether only the run time can tell that an argument fits."""
    return argument is DYN and not (
        parameter is DYN or isinstance(parameter, TypeVariable)
    )


def may_be_bool(kind: CelType) -> bool:
    """Return whether a value of a type can be an operand of `&&` and their like."""
    return kind in _MAYBE_BOOL


_MAYBE_BOOL: Final = (BOOL, DYN, NOTHING)


def common(kinds: Iterable[CelType]) -> CelType:
    """Return the type of the elements of a list that has elements of these types."""
    common: CelType = NOTHING
    for kind in kinds:
        common = join(common, kind) or DYN
    return common


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a question that names what was probably meant."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""
