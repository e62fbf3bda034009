"""A TOML text taken apart without losing anything but blanks.

The text has to be valid (`gateway.config.document` sees to it), which keeps this short.

Reference: TOML v1.0.0.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.config.grammar import (
    BARE_KEY,
    BASIC,
    BLANK,
    LITERAL,
    LONG_BASIC,
    LONG_LITERAL,
    SCALAR,
)

_COMMENT: Final = re.compile(r"#[^\n]*")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, a number, a date, a boolean: as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One element of an array, with the comment behind it on its last line."""

    value: "Value"
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Blank:
    """At least one empty line."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a line of its own, from its `#` on."""

    text: str


@dataclass(frozen=True, slots=True)
class Array:
    """An array.

    Attributes:
        parts: Its elements, and the comments and empty lines between them.
        is_long: Whether it goes over several lines between its elements.
    """

    parts: Sequence[Item | Comment | Blank]
    is_long: bool


@dataclass(frozen=True, slots=True)
class InlineTable:
    """A table in braces: keys with their values."""

    pairs: Sequence[tuple[Sequence[str], "Value"]]


Value = Scalar | Array | InlineTable


@dataclass(frozen=True, slots=True)
class Header:
    """`[a.b]` or `[[a.b]]`.

    Attributes:
        keys: As they are written, quotes included.
        is_array: Whether it has two brackets.
        comment: The comment behind it; empty for none.
    """

    keys: Sequence[str]
    is_array: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Pair:
    """`a.b = value`.

    Attributes:
        keys: As they are written, quotes included.
        value: What stands behind the equals sign.
        comment: The comment behind it; empty for none.
    """

    keys: Sequence[str]
    value: Value
    comment: str


Statement = Blank | Comment | Header | Pair


def read_statements(text: str) -> list[Statement]:
    """Return a text's statements, in order.

    Args:
        text: Valid TOML, with line feeds alone at the ends of lines.
    """
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self) -> list[Statement]:
        statements: list[Statement] = []
        while self._at < len(self._text):
            self._take(BLANK)
            statements.append(self._statement())
            self._take(BLANK)
            self._at += 1  # the line's end
        return statements

    def _statement(self) -> Statement:
        match self._next():
            case "" | "\n":
                return Blank()
            case "#":
                return Comment(self._comment())
            case "[":
                return self._header()
            case _:
                keys, value = self._pair()
                self._take(BLANK)
                return Pair(keys, value, self._comment())

    def _header(self) -> Header:
        is_array = self._text.startswith("[[", self._at)
        brackets = 2 if is_array else 1
        self._at += brackets
        keys = self._keys()
        self._at += brackets
        self._take(BLANK)
        return Header(keys, is_array, self._comment())

    def _pair(self) -> tuple[Sequence[str], Value]:
        keys = self._keys()
        self._at += 1  # the equals sign
        self._take(BLANK)
        return keys, self._value()

    def _keys(self) -> Sequence[str]:
        keys: list[str] = []
        while True:
            self._take(BLANK)
            quoted = {'"': BASIC, "'": LITERAL}
            keys.append(self._take(quoted.get(self._next(), BARE_KEY)))
            self._take(BLANK)
            if self._next() != ".":
                return keys
            self._at += 1

    def _value(self) -> Value:
        match self._next():
            case '"':
                is_long = self._text.startswith('"""', self._at)
                return Scalar(self._take(LONG_BASIC if is_long else BASIC))
            case "'":
                is_long = self._text.startswith("'''", self._at)
                return Scalar(self._take(LONG_LITERAL if is_long else LITERAL))
            case "[":
                return self._array()
            case "{":
                return self._table()
            case _:
                start = self._at
                text = self._take(SCALAR).rstrip()
                self._at = start + len(text)
                return Scalar(text)

    def _array(self) -> Array:
        self._at += 1
        self._take(BLANK)
        parts: list[Item | Comment | Blank] = []
        is_long = False
        # Whether the line has an element that a comment could belong to.
        may_annotate = False
        while self._next() != "]":
            match self._next():
                case "\n":
                    is_long = True
                    if parts and self._is_empty_line():
                        parts.append(Blank())
                    may_annotate = False
                    self._at += 1
                case "#":
                    self._annotate(parts, self._comment(), to_last=may_annotate)
                    may_annotate = False
                case ",":
                    self._at += 1
                case _:
                    parts.append(Item(self._value()))
                    may_annotate = True
            self._take(BLANK)
        self._at += 1
        return Array(parts, is_long)

    def _is_empty_line(self) -> bool:
        before = self._text.rfind("\n", 0, self._at)
        return not self._text[before + 1 : self._at].strip(" \t")

    @staticmethod
    def _annotate(
        parts: list[Item | Comment | Blank], comment: str, *, to_last: bool
    ) -> None:
        last = parts[-1] if parts else None
        if to_last and isinstance(last, Item):
            parts[-1] = Item(last.value, comment)
        else:
            parts.append(Comment(comment))

    def _table(self) -> InlineTable:
        self._at += 1
        self._take(BLANK)
        pairs: list[tuple[Sequence[str], Value]] = []
        while self._next() != "}":
            pairs.append(self._pair())
            self._take(BLANK)
            if self._next() == ",":
                self._at += 1
                self._take(BLANK)
        self._at += 1
        return InlineTable(pairs)

    def _comment(self) -> str:
        """Return the comment that begins here, without blanks at its end, or nothing."""
        if self._next() != "#":
            return ""
        return self._take(_COMMENT).rstrip()

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if (
            match is None
        ):  # pragma: no cover - a valid text always has what is asked for
            raise AssertionError(f"no token at {self._at}")
        self._at = match.end()
        return match[0]
