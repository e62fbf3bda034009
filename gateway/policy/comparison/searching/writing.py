"""The edit of one input, in the form that it has on the wire.

Some of what policies read is made from something else: the media type from a header, the
segments from the path. And not every value can be there: a query has lists of text, a
parameter of a path is never empty.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from gateway.cel.types import STRING, ListType
from gateway.cel.values import conforms
from gateway.cel.version1 import IDENTITY, REQUEST
from gateway.policy.comparison.searching.inputs import Edit, Path


def edits_of(path: Path, value: Any) -> Iterator[Edit]:
    """Yield the edit that gives an input a value; none if it cannot have it."""
    if path in _WHOLE:
        if isinstance(value, Mapping):
            edit = {(*path, str(name)): each for name, each in value.items()}
            if all(fits(name, each) for name, each in edit.items()):
                yield edit
    elif path == _ADDRESS:
        address = _completed(value)
        if address:
            yield {path: address}
    elif path[-1] != "" and fits(path, value):
        made = _MADE.get(path)
        if made is not None:
            yield made(value)
        else:
            yield {path: list(value) if isinstance(value, tuple) else value}


def fits(  # noqa: PLR0911 - one for each kind
    path: Path, value: Any
) -> bool:
    """Whether an input can have a value at all."""
    match path:
        case ("now",):
            return isinstance(value, datetime)
        case ("identity", "attributes", _, *_) | ("claims", _, *_):
            return is_json(value)
        case ("request", "query" | "headers", _):
            return bool(value) and conforms(value, ListType(STRING))
        case ("params", _):
            return isinstance(value, str) and bool(value)
        case ("identity" | "request" as record, name):
            kind = None if path in _GIVEN else _RECORDS[record].get(name)
            if name == "scheme":
                return value in ("http", "https")
            return kind is not None and conforms(value, kind)
        case _:
            return False


def is_json(value: Any) -> bool:
    """Whether a claim can have a value."""
    match value:
        case list() | tuple():
            return all(map(is_json, value))
        case Mapping():
            return all(is_json(each) for each in value.values())
        case _:
            return value is None or isinstance(value, str | bool | int | float)


def _completed(value: Any) -> str:
    """Return the address that a text is, or begins or ends; empty if it is none."""
    if not isinstance(value, str):
        return ""
    for address in (f"{head}{value}{tail}" for head in _HEADS for tail in _TAILS):
        try:
            ipaddress.ip_address(address)
        except ValueError:
            continue
        return address
    return ""


def _length(value: int) -> Edit:
    if value == -1:
        return {("request", "headers", "transfer-encoding"): ["chunked"]}
    return {("request", "headers", "content-length"): [str(value)]}


# What follows from the provider, and is not for a request to choose.
_GIVEN: Final = frozenset(
    ("identity", name) for name in ("kind", "authenticated", "provider_kind", "issuer")
)

_ADDRESS: Final[Path] = ("request", "ip")
_HEADS: Final = ("", "10.0.0", "10.0.0.", "10.0.")
_TAILS: Final = ("", "1", "0.1", "0.0.1", ".0.0.1", ".0.1", ".1", "::1", ":1")

_RECORDS: Final = {"identity": IDENTITY.fields, "request": REQUEST.fields}

# Maps of which each entry is an input of its own.
_WHOLE: Final = frozenset(
    {
        ("claims",),
        ("identity", "attributes"),
        ("request", "query"),
        ("request", "headers"),
    }
)

_MADE: Final[Mapping[Path, Callable[[Any], Edit]]] = {
    ("request", "content_type"): lambda value: {
        ("request", "headers", "content-type"): [value]
    },
    ("request", "content_length"): _length,
    ("request", "tls"): lambda value: {
        ("request", "scheme"): "https" if value else "http"
    },
    ("request", "time"): lambda value: {("now",): value},
    ("request", "segments"): lambda value: {("request", "path"): "/" + "/".join(value)},
}
