"""The paths of records: where each leads in the environment of version 1."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.cel.paths import MalformedPathError, Path, parse_path
from gateway.cel.types import (
    BOOL,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    CelType,
    ListType,
    MapType,
    RecordType,
)
from gateway.cel.values import KIND_OF_TYPE
from gateway.cel.version1 import CLAIMS, IDENTITY, REQUEST, ROUTE
from gateway.policy.replaying.errors import MalformedRecordError

# A log has few paths, whoever wrote it; they are the same in each of its lines.
_REMEMBERED: Final = 4096

_LONGEST: Final = 4096
_DEEPEST: Final = 64

_VARIABLES: Final[dict[str, CelType]] = {
    "identity": IDENTITY,
    "claims": CLAIMS,
    "request": REQUEST,
    "route": ROUTE,
    "now": TIMESTAMP,
}

_AS_IS: Final[dict[CelType, type[object]]] = {
    STRING: str,
    BOOL: bool,
    INT: int,
    ListType(STRING): list,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads.

    Attributes:
        path: The variable, fields and keys.
        kind: The static type of what is there.
        leaf: The name of the kind of the simple values in it; empty if nobody knows.
        keyed: Whether the last name is the key of a map, which may not be there.
        as_is: The class of what stands there in JSON as it is; `None` if there is none.
            Of a list, the elements have to be strings.
    """

    path: Path
    kind: CelType
    leaf: str
    keyed: bool
    as_is: type[object] | None


@lru_cache(maxsize=_REMEMBERED)
def place_of(written: str) -> Place:
    """Return the place that a path of a record leads to.

    Raises:
        MalformedRecordError: There is none.
    """
    try:
        path = parse_path(written[:_LONGEST])
    except MalformedPathError:
        raise MalformedRecordError("a path is none") from None
    kind = _VARIABLES.get(path[0])
    if kind is None or len(written) > _LONGEST or len(path) > _DEEPEST:
        raise MalformedRecordError("a path leads nowhere")
    keyed = False
    for name in path[1:]:
        keyed = not isinstance(kind, RecordType)
        kind = _below(kind, name)
    return Place(path, kind, _leaf(kind), keyed=keyed, as_is=_AS_IS.get(kind))


def _below(kind: CelType, name: str) -> CelType:
    match kind:
        case RecordType() if name in kind.fields:
            return kind.fields[name]
        case MapType():
            return kind.value
        case _ if kind is DYN:
            return DYN
        case _:
            raise MalformedRecordError("a path leads nowhere")


def _leaf(kind: CelType) -> str:
    match kind:
        case ListType():
            return _leaf(kind.element)
        case MapType():
            return _leaf(kind.value)
        case _:
            return KIND_OF_TYPE.get(kind, "")
