"""Keeps secrets out of the program's own log lines.

A line may hold plain values only: text, numbers, instants, lists of them. Any other object
appears as the name of its type, because nobody knows what its `repr` shows. Fields whose
name promises a secret are blacked out; so is text that looks like a token, wherever it
stands.
"""

import re
from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from pathlib import PurePath
from typing import Any

REDACTED = "[redacted]"

_MAX_TEXT = 2048
_MAX_SEARCHED = 4 * _MAX_TEXT
_MAX_ITEMS = 64
_MAX_DEPTH = 4

_PLAIN = frozenset({type(None), bool, int, float})

# Compared with the words of a field's name: `client_secret` and `setCookie` are caught,
# `key_id` and `token_type` are not.
_SECRET_WORDS = frozenset(
    {
        "assertion",
        "authorization",
        "claims",
        "code",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "jwt",
        "passphrase",
        "passwd",
        "password",
        "secret",
        "secrets",
        "seed",
        "token",
        "tokens",
    }
)
_HARMLESS_NAMES = frozenset(
    {
        "error_code",
        "status_code",
        "token_id",
        "token_type",
        "token_bytes",
        "token_count",
    }
)
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

_SECRET_TEXT = re.compile(
    r"""
    -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    | (?i:\b(?:bearer|basic|dpop)[ ]+)[A-Za-z0-9._~+/=-]{8,}
    | \beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}     # JWS and JWE begin with {"
    | (?<=://)[^/\s:@]*:[^/\s@]+(?=@)                     # a password in a URL
    | (?i:(?<!\w)(?:\w*(?:token|secret|password|assertion)|(?<=[?&])(?:code|state))=)
      [^&\s"']+
    """,
    re.VERBOSE | re.DOTALL,
)


def redact_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Return the event without secrets. A structlog processor."""
    return {name: redact_field(name, value) for name, value in event.items()}


def redact_field(name: str, value: Any, depth: int = 0) -> Any:
    """Return what a field may show, given its name."""
    if _names_secret(name) and value is not None and not isinstance(value, bool):
        return REDACTED
    return redact_value(value, depth)


def redact_value(value: Any, depth: int = 0) -> Any:
    """Return what a value may show: plain data, without anything like a token."""
    match value:
        case Mapping() if depth < _MAX_DEPTH:
            return _redact_mapping(value, depth)
        case list() | tuple() | set() | frozenset() if depth < _MAX_DEPTH:
            items = list(value)[:_MAX_ITEMS]
            return [redact_value(item, depth + 1) for item in items]
        case _:
            # Subclasses (an `IntEnum`, a number with a secret) bring their own `repr`.
            return value if type(value) in _PLAIN else redact_text(_tell(value))


def redact_text(text: str) -> str:
    """Return text without anything like a token, cut to a sensible length."""
    # Cut twice: searching costs time, and a token that is cut first looks like none.
    shown = _SECRET_TEXT.sub(REDACTED, text[:_MAX_SEARCHED])
    return shown if len(shown) <= _MAX_TEXT else f"{shown[:_MAX_TEXT]}…"


def _tell(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    match value:
        case str() | timedelta() | PurePath() | IPv4Address() | IPv6Address():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return f"<{len(value)} bytes>"
        case datetime():
            return value.isoformat()
        case BaseException():
            return f"{type(value).__name__}: {value}"
        case _:
            return f"<{type(value).__name__}>"


def _redact_mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    shown = {}
    for number, (key, item) in enumerate(value.items()):
        if number == _MAX_ITEMS:
            break
        name = redact_text(key) if isinstance(key, str) else f"<{type(key).__name__}>"
        shown[name] = redact_field(name, item, depth + 1)
    return shown


def _names_secret(name: str) -> bool:
    if name in _HARMLESS_NAMES:
        return False
    words = {word.lower() for word in _WORD.findall(name)}
    return not words.isdisjoint(_SECRET_WORDS) or {"private", "key"} <= words
