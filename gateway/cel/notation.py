"""Values as the language writes them: what it would read as the same value again.

Where the language has no literal, the conversion that makes the value is written:
`timestamp('…')`. A record has none at all; its fields are shown like those of a message.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.cel.library.instants import duration_text, timestamp_text
from gateway.cel.types import CelType, RecordType
from gateway.cel.values import TypeName, Uint

_ESCAPES: Final[Mapping[str, str]] = {
    "\\": "\\\\",
    "'": "\\'",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


def notation(  # noqa: PLR0911 - one for each kind
    value: Any, kind: CelType | None = None
) -> str:
    """Return a value as an expression.

    Args:
        value: Any value of the language.
        kind: Its type, which tells the fields of a record.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case bytes():
            return "b'" + "".join(map(_octet, value)) + "'"
        case TypeName():
            return value.name
        case datetime():
            return f"timestamp({quoted(timestamp_text(value))})"
        case timedelta():
            return f"duration({quoted(duration_text(value))})"
        case _:
            return _compound(value, kind)


def _compound(value: Any, kind: CelType | None) -> str:
    match value:
        case Uint():
            return f"{int(value)}u"
        case int():
            return str(int(value))
        case float():
            return _double(value)
        case list() | tuple():
            return f"[{_joined(value)}]"
        case Mapping():
            entries = [f"{notation(k)}: {notation(v)}" for k, v in value.items()]
            return f"{{{', '.join(entries)}}}"
        case _:
            return _record(value, kind)


def _joined(items: Sequence[Any]) -> str:
    return ", ".join(map(notation, items))


def _double(value: float) -> str:
    if math.isnan(value):
        return "double('NaN')"
    if math.isinf(value):
        return f"double('{'-' if value < 0 else ''}Infinity')"
    return repr(float(value))


def _record(value: Any, kind: CelType | None) -> str:
    if not isinstance(kind, RecordType):
        return f"<{type(value).__name__}>"
    fields = ", ".join(
        f"{name}: {_field(value, name, of)}" for name, of in kind.fields.items()
    )
    return f"{kind.name}{{{fields}}}"


def _field(record: Any, name: str, kind: CelType) -> str:
    try:
        return notation(getattr(record, name), kind)
    except Exception:  # noqa: BLE001 - one of `vars` may fail like any expression
        return "<error>"


def quoted(text: str) -> str:
    """Return a string in single quotes, with nothing in it that steers a terminal."""
    return "'" + "".join(map(_character, text)) + "'"


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR else f"\\U{code:08x}"


def _octet(octet: int) -> str:
    character = chr(octet)
    if character in _ESCAPES:
        return _ESCAPES[character]
    is_plain = character.isascii() and character.isprintable()
    return character if is_plain else f"\\x{octet:02x}"


_LAST_OF_FOUR: Final = 0xFFFF
