"""JSON objects from outside, read so that they mean one thing only.

Python's reader keeps the last of two equal names, accepts `NaN`, and makes strings that
no UTF-8 can carry. Each of these lets two programs read the same token differently, or
turns into a crash further in, so all are refused here.

References: RFC 8259; RFC 7515 section 4 and RFC 7519 section 4 (unique names).
"""

import json
from math import isfinite
from typing import Any, NoReturn

# Claims sets are flat, discovery documents too; eight levels leave room for the
# structured claims that some issuers send.
MAX_DEPTH = 8


class JsonObjectError(ValueError):
    """The text is no JSON object with one meaning. Its message never quotes the text."""


def parse_object(raw: bytes, *, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Return the members of a JSON object.

    Args:
        raw: The text in UTF-8. The caller has bounded its length.
        max_depth: How deep objects and arrays may be nested, the outermost included.

    Raises:
        JsonObjectError: It is no JSON object, has a name twice, is nested too deeply, or
            holds a number or a string that not every reader understands alike.
    """
    value = _parse(raw, max_depth)
    if not isinstance(value, dict):
        raise JsonObjectError("the text is no JSON object")
    return value


def parse_array(raw: bytes, *, max_depth: int = MAX_DEPTH) -> list[Any]:
    """Return the items of a JSON array, read as strictly.

    Args:
        raw: The text in UTF-8. The caller has bounded its length.
        max_depth: How deep objects and arrays may be nested, the outermost included.

    Raises:
        JsonObjectError: It is no JSON array, or nothing that `parse_object` would read.
    """
    value = _parse(raw, max_depth)
    if not isinstance(value, list):
        raise JsonObjectError("the text is no JSON array")
    return value


def _parse(raw: bytes, max_depth: int) -> dict[str, Any] | list[Any]:
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except JsonObjectError:
        raise
    except UnicodeDecodeError as error:
        raise JsonObjectError("the text is no UTF-8") from error
    except (ValueError, RecursionError) as error:
        # A `ValueError` also for an integer of more digits than Python reads.
        raise JsonObjectError("the text is no JSON") from error
    if not isinstance(value, dict | list):
        raise JsonObjectError("the text is no JSON object")
    # Counting brackets is cheaper than walking through the values, and mostly enough.
    if raw.count(b"{") + raw.count(b"[") > max_depth:
        _check_depth(value, max_depth)
    if b"\\u" in raw:
        _check_encodable(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonObjectError("an object has a name twice")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise JsonObjectError("a number is too large")
    return number


def _no_constant(_name: str) -> NoReturn:
    raise JsonObjectError("a number is not finite")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant
)


def _check_depth(value: dict[str, Any] | list[Any], max_depth: int) -> None:
    level: list[Any] = [value]
    for _ in range(max_depth):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise JsonObjectError(f"the text is nested more than {max_depth} levels deep")


def _inside(value: dict[str, Any] | list[Any]) -> list[Any]:
    members = value.values() if isinstance(value, dict) else value
    return [member for member in members if isinstance(member, dict | list)]


def _check_encodable(value: dict[str, Any] | list[Any]) -> None:
    # Half a surrogate pair, as an escape, passes the reader and no encoder after it.
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonObjectError("a string is no Unicode text") from error
