"""Values of expressions as JSON writes them, for the claims of a minted token.

Reference: RFC 8259 section 3; RFC 7519 section 4 (a claim's value is any JSON value).
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from gateway.cel.types import (
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    STRING,
    UINT,
    CelType,
    ListType,
    MapType,
)

_SCALARS = frozenset({BOOL, DOUBLE, DYN, INT, NULL, STRING, UINT})

# A claim is read by many programs, and not each of them expects to dig.
_MAX_DEPTH = 16

_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class NotJsonError(Exception):
    """A value that JSON has no way to write; the text names its kind."""


def is_json_type(kind: CelType) -> bool:
    """Whether values of a type can be written; of `dyn`, that shows at run time."""
    match kind:
        case ListType():
            return is_json_type(kind.element)
        case MapType():
            return kind.key in {STRING, DYN} and is_json_type(kind.value)
        case _:
            return kind in _SCALARS


def as_json(value: Any, depth: int = _MAX_DEPTH) -> Any:
    """Return the value in the types that JSON knows, shared with nobody.

    Raises:
        NotJsonError: It has none, or is nested more deeply than `depth`.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        # Members of enumerations are text with a class of their own.
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise NotJsonError("a number that is not finite")
    if depth == 0:
        raise NotJsonError("values that are nested too deeply")
    if isinstance(value, list | tuple):
        return [as_json(item, depth - 1) for item in value]
    if isinstance(value, Mapping):
        return {_name(key): as_json(item, depth - 1) for key, item in value.items()}
    raise NotJsonError(f"a {type(value).__name__}")


def written_bytes(value: Any) -> int:
    """Return how many bytes a value of `as_json` is, written as UTF-8.

    Raises:
        NotJsonError: It holds half of a surrogate pair, which no encoding has.
    """
    try:
        return len(_WRITER.encode(value).encode("utf-8"))
    except UnicodeEncodeError:
        raise NotJsonError("text that is no valid Unicode") from None


def _name(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise NotJsonError("a map whose keys are not strings")
