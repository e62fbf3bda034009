"""Literals: from their spelling to their value.

cel-python's grammar tells where a literal ends; what it means is decided here, because
the escapes that its own evaluator knows are not all that the language has.

Reference: CEL language definition, "String and Bytes Values" and "Numeric Values".
"""

import math
import re
from typing import Final

from gateway.cel.values import INT_MAX, INT_MIN, UINT_MAX, Uint

_ESCAPE: Final = re.compile(
    r"\\(?:([abfnrtv\\?\"'`])|[xX]([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})"
    r"|U([0-9A-Fa-f]{8})|([0-3][0-7]{2})|(.|$))",
    re.DOTALL,
)
_SIMPLE: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_LAST_CODE_POINT: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
_ASCII: Final = range(0x80)

# More than 64 bits hold; what is longer is not worth converting.
_MAX_DIGITS: Final = 20


class LiteralFault(Exception):  # noqa: N818 - never leaves the package; the parser gives it its place
    """A literal has no value.

    Attributes:
        offset: Where in the literal, counted from 0.
        length: How many characters of it are meant; 0 for all that follow.
    """

    def __init__(self, message: str, offset: int = 0, length: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length


def integer(spelling: str) -> int:
    """Return the value of an `int` literal."""
    value = _whole(spelling)
    if not INT_MIN <= value <= INT_MAX:
        raise LiteralFault("the number does not fit an int (64 bits, signed)")
    return value


def unsigned(spelling: str) -> Uint:
    """Return the value of a `uint` literal, `u` included."""
    value = _whole(spelling[:-1])
    if not 0 <= value <= UINT_MAX:
        raise LiteralFault("the number does not fit a uint (64 bits, unsigned)")
    return Uint(value)


def _whole(spelling: str) -> int:
    if len(spelling.lstrip("-0x")) > _MAX_DIGITS:
        raise LiteralFault("the number has too many digits")
    return int(spelling, 16 if "x" in spelling else 10)


def double(spelling: str) -> float:
    """Return the value of a `double` literal."""
    value = float(spelling)
    if math.isinf(value):
        raise LiteralFault("the number does not fit a double")
    return value


def text(spelling: str) -> str:
    """Return the value of a `string` literal, quotes and prefix included."""
    raw, start, body = _open(spelling)
    if raw:
        return body
    return _unescape(body, start, octets=False)


def octets(spelling: str) -> bytes:
    """Return the value of a `bytes` literal, quotes and prefix included."""
    raw, start, body = _open(spelling[1:])
    if raw:
        return body.encode()
    return _unescape(body, start + 1, octets=True).encode("utf-8", _OCTETS)


# Escaped octets travel as lone surrogates, which no source can hold, so that one pass
# serves both kinds of literal.
_OCTETS: Final = "surrogateescape"
_FIRST_SURROGATE: Final = 0xDC00


def _open(spelling: str) -> tuple[bool, int, str]:
    """Return whether a literal is raw, where its body begins, and its body."""
    raw = spelling[0] in "rR"
    start = 1 if raw else 0
    quotes = 3 if spelling[start : start + 3] in {"'''", '"""'} else 1
    start += quotes
    return raw, start, spelling[start : len(spelling) - quotes]


def _unescape(body: str, start: int, *, octets: bool) -> str:
    def value(escape: re.Match[str]) -> str:
        simple, two, four, eight, octal, other = escape.groups()
        if simple is not None:
            return _SIMPLE.get(simple, simple)
        if other is not None or (octets and (four or eight)):
            complaint = _complaint(escape[0], octets=octets)
            raise LiteralFault(complaint, offset(escape), len(escape[0]))
        if octal or two:
            code = int(octal, 8) if octal else int(two, 16)
            return _octet(code) if octets else chr(code)
        code = int(four or eight, 16)
        if code > _LAST_CODE_POINT or code in _SURROGATES:
            complaint = f"`{escape[0]}` is no character"
            raise LiteralFault(complaint, offset(escape), len(escape[0]))
        return chr(code)

    def offset(escape: re.Match[str]) -> int:
        return start + escape.start()

    return _ESCAPE.sub(value, body)


def _octet(code: int) -> str:
    return chr(code) if code in _ASCII else chr(_FIRST_SURROGATE + code)


def _complaint(escape: str, *, octets: bool) -> str:
    if octets and escape[1:2] in {"u", "U"}:
        return f"`{escape[:2]}` stands for a character, and bytes have none; use \\x"
    return f"`{escape}` is no escape; a backslash is written `\\\\`"
