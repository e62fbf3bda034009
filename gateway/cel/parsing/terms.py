"""Cutting an expression into the terms of its outermost `&&` or `||`, without parsing it.

Only what surely means the same in pieces is cut: strings without escapes, closed brackets,
one kind of connective. Everything else is one piece, or none, and goes the long way.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.cel.parsing.syntax import Connective

# Longer ones are rare, and the long way knows all limits.
MAX_CHARACTERS: Final = 2_048

# Whether or not a letter in front makes it raw or bytes, it ends at the same quote.
STRING: Final = r"'[^'\\\r\n]*'(?!')|\"[^\"\\\r\n]*\"(?!\")"


def _group(depth: int) -> str:
    """Return the pattern of brackets with anything between them, so many levels deep."""
    inner = rf"[^()\[\]{{}}'\"/`\\]|{STRING}|/(?!/)"
    if depth > 1:
        inner += "|" + _group(depth - 1)
    return rf"[(\[{{](?:{inner})*+[)\]}}]"


_TERM: Final = re.compile(rf"(?:[^()\[\]{{}}'\"/`\\&|?]|{STRING}|/(?!/)|{_group(4)})++")
_CONNECTIVES: Final = {connective.value: connective for connective in Connective}
_LENGTH: Final = 2


class Cut(NamedTuple):
    """An expression in pieces.

    Attributes:
        connective: What stands between them; `None` if there is one piece alone.
        terms: The pieces, without blanks around them.
        starts: Where each begins.
    """

    connective: Connective | None
    terms: Sequence[str]
    starts: Sequence[int]


def cut(text: str) -> Cut | None:
    """Return the terms of an expression, or `None` if they cannot be told apart."""
    if len(text) > MAX_CHARACTERS:
        return None
    connective = ""
    terms: list[str] = []
    starts: list[int] = []
    at = 0
    while True:
        match = _TERM.match(text, at)
        term = match[0].strip() if match else ""
        if match is None or not term:
            return None
        terms.append(term)
        starts.append(match.end() - len(match[0].lstrip()))
        at = match.end()
        if at == len(text):
            break
        found = text[at : at + _LENGTH]
        if found not in _CONNECTIVES or found != (connective or found):
            return None
        connective = found
        at += _LENGTH
    # The tree is one chain, even where brackets hold the beginning of it together.
    if connective and terms[0][0] == "(" and connective in terms[0]:
        return None
    return Cut(_CONNECTIVES.get(connective), terms, starts)
