"""What a path leads to in one request to the policies.

A path may lead nowhere: then the shortest part of it that is not there is what there is to
tell. It may lead through what is no map: then that value is all that there is.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple

from gateway.cel.paths import Path
from gateway.cel.types import CelType, RecordType
from gateway.cel.version1 import policy_environment
from gateway.model.access import AccessRequest

# The types of what a decision is given, by the variable.
TYPES: Final[Mapping[str, CelType]] = {
    name: kind
    for name, kind in policy_environment(
        vars_={}, const={}, roles=False
    ).variables.items()
    if name not in {"vars", "const"}
}

_PLACES: Final[Mapping[str, str]] = {
    "identity": "subject.identity",
    "claims": "subject.claims",
    "request": "request",
    "route": "route",
    "now": "now",
}


class Found(NamedTuple):
    """What a path leads to.

    Attributes:
        path: As much of it as there was to go.
        value: What is there; `None` if nothing is.
        present: Whether anything is there.
    """

    path: Path
    value: Any
    present: bool


Getter = Callable[[AccessRequest], Found]


def split(path: Path) -> tuple[Callable[[AccessRequest], Any], int]:
    """Return what reads the part of a path that is always there, and its length.

    Args:
        path: A variable of version 1, and one of its fields if it is a record.
    """
    place = _PLACES[path[0]]
    if isinstance(TYPES[path[0]], RecordType) and len(path) > 1:
        return attrgetter(f"{place}.{path[1]}"), 2
    return attrgetter(place), 1


def getter(path: Path) -> Getter:
    """Return what follows a path."""
    start, length = split(path)

    def get(access: AccessRequest) -> Found:
        value = start(access)
        for at in range(length, len(path)):
            if not isinstance(value, Mapping):
                return Found(path[:at], value, present=True)
            if path[at] not in value:
                return Found(path[: at + 1], None, present=False)
            value = value[path[at]]
        return Found(path, value, present=True)

    return get
