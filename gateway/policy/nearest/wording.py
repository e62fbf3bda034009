"""Values as CEL writes them, short, for the sentences that say what is needed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.policy.shown import value_of


def literal(value: Any) -> str:
    """Return a value as an author would write it, cut if it is long."""
    shown = value_of(value)
    return shown if isinstance(value, datetime | timedelta) else _written(shown)


def _written(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case str():
            return repr(value)
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case Mapping():
            entries = (f"{key!r}: {_written(item)}" for key, item in value.items())
            return f"{{{', '.join(entries)}}}"
        case _:
            return str(value)


def one_of(values: Sequence[Any]) -> str:
    """Return `'a'`, or `one of 'a', 'b'`."""
    written = [_written(each) for each in value_of(list(values))]
    return written[0] if len(written) == 1 else f"one of {', '.join(written)}"
