"""Functions on strings and bytes: the standard ones and the common extension.

Positions count characters, not bytes. What makes a string longer is bounded.

Reference: CEL language definition, "List of Standard Definitions"; the string extension
as cel-go describes it (`ext/strings`).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import re2  # type: ignore[import-untyped]  # has no stubs

from gateway.cel.errors import ValueFault
from gateway.cel.library.declaration import (
    UNKNOWN,
    Implementation,
    Overload,
    Overloads,
)
from gateway.cel.library.operators import MAX_SIZE
from gateway.cel.types import BOOL, INT, STRING, CelType, ListType

_MAX_PATTERN: Final = 1_000
_MAX_PATTERN_MEMORY: Final = 1 << 20

# A pattern that is only known at run time is compiled there, while others wait.
_MAX_LATE_PATTERN: Final = 128
_LATE_PATTERN_MEMORY: Final = 1 << 18

# Instructions of the compiled pattern. Each letter of Unicode (`\pL`) is 600 of them.
MAX_PROGRAM: Final = 2_500

# No clock can interrupt a search. At worst, each octet meets each instruction, and a
# million of such meetings take about ten milliseconds.
MAX_SUBJECT: Final = 4_096
_MAX_MEETINGS: Final = 500_000

# As units of work, with what it takes to compile a pattern.
MAX_SEARCH: Final = 10_000

_UPPER_TO_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_LOWER_TO_UPPER: Final = {code + 32: code for code in range(ord("A"), ord("Z") + 1)}

# White space as Unicode defines it, which is what the extension trims; Python's own
# `strip` would take the separators U+001C to U+001F too.
_BLANK: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def _contains(text: str, part: str) -> bool:
    return part in text


def pattern(spelling: str, *, memory: int = _MAX_PATTERN_MEMORY) -> Any:
    """Return a compiled RE2 pattern.

    Args:
        spelling: The pattern.
        memory: Octets that it may need.

    Raises:
        ValueFault: It is no pattern, or too large.
    """
    if len(spelling) > _MAX_PATTERN:
        raise ValueFault("the pattern is too long")
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    options.never_capture = True
    try:
        compiled = re2.compile(spelling, options)
    except (re2.error, UnicodeEncodeError):
        raise ValueFault("the pattern is no RE2 regular expression") from None
    if program_size(compiled) > MAX_PROGRAM:
        raise ValueFault("the pattern is too large: repeat less, or smaller classes")
    return compiled


def program_size(compiled: Any) -> int:
    """Return how many instructions a pattern is, in the larger of both directions."""
    return max(int(compiled.programsize), int(compiled.reverseprogramsize))


def finds(compiled: Any) -> Callable[[str], bool]:
    """Return what tells whether a pattern is found in a string.

    Raises `ValueFault` for a string so long that the search might hold everybody up.
    """
    search = compiled.search
    longest = min(MAX_SUBJECT, _MAX_MEETINGS // program_size(compiled))
    most_octets_each = 4

    def find(text: str) -> bool:
        length = len(text)
        if length * most_octets_each > longest and not text.isascii():
            length = len(text.encode("utf-8", "surrogatepass"))
        if length > longest:
            raise ValueFault(f"the string is longer than the {longest} bytes searched")
        return search(text) is not None

    return find


def late_pattern(spelling: str) -> Any:
    """Return a pattern that is only known at run time; it has to be a short one.

    Raises:
        ValueFault: It is no pattern, or too large.
    """
    if len(spelling) > _MAX_LATE_PATTERN:
        raise ValueFault("a pattern that is no constant is too long")
    return pattern(spelling, memory=_LATE_PATTERN_MEMORY)


def _matches(text: str, spelling: str) -> bool:
    return finds(late_pattern(spelling))(text)


def _prepare_matches(arguments: Sequence[Any], _: CelType) -> Implementation:
    if arguments[1] is UNKNOWN:
        return _matches
    find = finds(pattern(arguments[1]))
    return lambda text, _: find(text)


def _rate_of_matches(spelling: Any) -> float:
    return rate(spelling, pattern)


def rate(spelling: Any, compile_pattern: Callable[[str], Any]) -> float:
    """Return the units of work for each unit of a string that is searched.

    Args:
        spelling: The pattern, `UNKNOWN` if only the run time will know.
        compile_pattern: Compiles it.
    """
    if spelling is UNKNOWN:
        return MAX_PROGRAM
    try:
        return program_size(compile_pattern(spelling))
    except ValueFault:
        # Refused when it is prepared, with a better message.
        return 0


def _lower_ascii(text: str) -> str:
    return text.translate(_UPPER_TO_LOWER)


def _upper_ascii(text: str) -> str:
    return text.translate(_LOWER_TO_UPPER)


def _trim(text: str) -> str:
    return text.strip(_BLANK)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    found = text.count(old)
    if limit >= 0:
        found = min(found, limit)
    if len(text) + found * (len(new) - len(old)) > MAX_SIZE:
        raise ValueFault("the result is too large")
    return text.replace(old, new, limit)


def _substring(text: str, start: int, end: int | None = None) -> str:
    if end is None:
        end = len(text)
    if not 0 <= start <= end <= len(text):
        raise ValueFault("the substring is out of range")
    return text[start:end]


def _join(parts: Sequence[Any], separator: str = "") -> str:
    if not all(isinstance(part, str) for part in parts):
        raise ValueFault("`join` needs a list of strings")
    length = sum(map(len, parts)) + len(separator) * len(parts)
    if length > MAX_SIZE:
        raise ValueFault("the result is too large")
    return separator.join(parts)


_STRINGS: Final = ListType(STRING)
_MATCHES: Final = Overload(
    (STRING, STRING),
    BOOL,
    _matches,
    prepare=_prepare_matches,
    rate=_rate_of_matches,
    most=MAX_SEARCH,
)

STRING_FUNCTIONS: Final[Overloads] = {"matches": (_MATCHES,)}

STRING_METHODS: Final[Overloads] = {
    "contains": (Overload((STRING, STRING), BOOL, _contains, cost=1),),
    "startsWith": (Overload((STRING, STRING), BOOL, str.startswith, cost=0.1),),
    "endsWith": (Overload((STRING, STRING), BOOL, str.endswith, cost=0.1),),
    "matches": (_MATCHES,),
    "lowerAscii": (Overload((STRING,), STRING, _lower_ascii, cost=5, grows=1),),
    "upperAscii": (Overload((STRING,), STRING, _upper_ascii, cost=5, grows=1),),
    "trim": (Overload((STRING,), STRING, _trim, cost=1, grows=1),),
    "split": (
        Overload((STRING, STRING), _STRINGS, _split, cost=5, grows=1),
        Overload((STRING, STRING, INT), _STRINGS, _split, cost=5, grows=1),
    ),
    "replace": (
        Overload((STRING, STRING, STRING), STRING, _replace, cost=5, grows=4),
        Overload((STRING, STRING, STRING, INT), STRING, _replace, cost=5, grows=4),
    ),
    "substring": (
        Overload((STRING, INT), STRING, _substring, cost=1, grows=1),
        Overload((STRING, INT, INT), STRING, _substring, cost=1, grows=1),
    ),
    "join": (
        Overload((_STRINGS,), STRING, _join, cost=1, grows=64),
        Overload((_STRINGS, STRING), STRING, _join, cost=1, grows=64),
    ),
}
