"""From `[log.decisions]` to what may stand in the log, with the faults of its paths.

A path that no expression could read protects nothing, however good it looks: it is a fault.
"""

from collections.abc import Iterator
from typing import Final

from gateway.cel.paths import MalformedPathError, Path, parse_path, write_path
from gateway.cel.types import DYN, CelType, MapType, RecordType
from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.config.settings.log import DecisionLog
from gateway.config.suggestion import suggest
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.lookup import TYPES

_SECTION: Final[Keys] = ("log", "decisions")
_HEADERS: Final[Path] = ("request", "headers")


def choices_of(settings: DecisionLog) -> Choices:
    """Return what may stand in the log, by settings without faults."""
    return Choices(
        hashed=tuple(map(parse_path, settings.hash)),
        dropped=tuple(map(parse_path, settings.drop)),
    )


def find_path_faults(settings: DecisionLog, document: Document) -> Iterator[Fault]:
    """Yield the faults of the paths to hash and to drop.

    Args:
        settings: What the section says.
        document: Where it stands.
    """
    for key, paths in (("hash", settings.hash), ("drop", settings.drop)):
        if not document.has((*_SECTION, key)):
            continue
        for number, text in enumerate(paths):
            keys: Keys = (*_SECTION, key, number)
            try:
                path = parse_path(text)
            except MalformedPathError as error:
                hint = (
                    'write "identity.email" or "claims[\'https://example.com/plan\']"'
                )
                yield document.fault("E105", keys, str(error), help=hint)
                continue
            problem = _problem(path)
            if problem is not None:
                code, message, hint = problem
                yield document.fault(code, keys, message, help=hint)


def _problem(path: Path) -> tuple[str, str, str] | None:
    """Return code, message and help of what is wrong with a path; `None` if nothing is."""
    if path[0] not in TYPES:
        hint = suggest(path[0], TYPES) or f"there are {', '.join(sorted(TYPES))}"
        return "E202", f"no request brings a variable `{path[0]}`", hint
    kind: CelType = TYPES[path[0]]
    for at, name in enumerate(path[1:], 1):
        match kind:
            case RecordType(fields=fields) if name in fields:
                kind = fields[name]
            case RecordType(fields=fields):
                message = f"unknown field `{name}` of {kind}"
                return "E201", message, suggest(name, fields)
            case MapType(value=value):
                kind = value
            case _ if kind is DYN:
                # What an issuer or a provider's file puts there, nobody declares.
                return None
            case _:
                message = f"`{write_path(path[:at])}` is {kind} and has no fields"
                return "E201", message, f'write "{write_path(path[:at])}"'
    name = path[-1].lower()
    if path[:-1] == _HEADERS and path[-1] != name:
        message = "names of headers are in lower case to policies"
        return "E106", message, f'write "{write_path((*_HEADERS, name))}"'
    return None
