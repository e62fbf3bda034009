"""Where each key and each value of a TOML file stands.

`tomllib` gives values without positions, so its accepted text is walked a second time. The
walk may assume valid TOML, which is what keeps it short; it decides nothing.

Reference: TOML v1.0.0 (docs/decisions/0006-configuration-files.md says why it is our own).
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from gateway.config.grammar import (
    BARE_KEY,
    BASIC,
    BLANK,
    BLANK_LINES,
    LITERAL,
    LONG_BASIC,
    LONG_LITERAL,
    SCALAR,
)

Keys = tuple[str | int, ...]

# What nearly every line is: one bare key, one short value, nothing behind it.
_PLAIN_PAIR = re.compile(
    r"([A-Za-z0-9_-]+)[ \t]*=[ \t]*"
    r"(\"(?:[^\"\\\n]|\\.)*+\"(?!\")|'[^'\n]*'(?!')|[A-Za-z0-9_.+:-]+)[ \t]*(?:\n|\Z)"
)
_FOLD = re.compile(r"\\[ \t]*\n[ \t\n]*")

_EMPTY_LONG = '""""""'

_ESCAPES = {
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "f": "\f",
    "r": "\r",
    '"': '"',
    "\\": "\\",
}
_CODE_POINT_DIGITS = {"u": 4, "U": 8}


class Span(NamedTuple):
    """A piece of the text, by offsets; `end` is behind its last character."""

    start: int
    end: int


class PositionIndex:
    """Spans of the keys and the values of one text.

    A table's value is its header, or its braces; that of a table which only dotted keys
    make is the key's own part. Elements of arrays have their number in the path.

    Attributes:
        text: The text, with line feeds alone at the ends of lines.
        keys: Where each key stands; for a table, in its first header.
        values: Where each value stands.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.keys: dict[Keys, Span] = {}
        self.values: dict[Keys, Span] = {}
        self._line_starts = [0, *(m.end() for m in re.finditer("\n", text))]
        _Walk(self).run()

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of an offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_span(self, line: int) -> Span:
        """Return the span of a 1-based line, without its end."""
        start = self._line_starts[line - 1]
        end = self.text.find("\n", start)
        return Span(start, len(self.text) if end < 0 else end)

    def inside(self, keys: Keys, line: int, column: int) -> int | None:
        """Return the offset of a character of a string value.

        Args:
            keys: Path of the value.
            line: 1-based, inside the value.
            column: 1-based, in characters of the value.

        Returns:
            The offset of the character's first character in the text; that of the closing
            quotes if the position is behind the value; `None` if it is no string.
        """
        span = self.values.get(keys)
        if span is None or self.text[span.start] not in "\"'":
            return None
        value, offsets = read_string(self.text, span)
        lines = value.split("\n")
        if not 1 <= line <= len(lines):
            return offsets[-1]
        before = sum(len(each) + 1 for each in lines[: line - 1])
        return offsets[before + min(max(column - 1, 0), len(lines[line - 1]))]


def read_string(text: str, span: Span) -> tuple[str, list[int]]:
    """Return a string's value and where each of its characters begins in the text.

    The list of offsets is one longer than the value: its last entry is the closing quotes.
    """
    quote = text[span.start]
    # Two quotes and nothing between them begin like a long string and are none.
    is_long = len_of(span) >= len(_EMPTY_LONG) and text.startswith(
        quote * 3, span.start
    )
    width = 3 if is_long else 1
    start, end = span.start + width, span.end - width
    if width > 1 and text.startswith("\n", start):
        start += 1
    if quote == "'":
        return text[start:end], list(range(start, end + 1))
    characters: list[str] = []
    offsets: list[int] = []
    at = start
    while at < end:
        character, after = _character(text, at)
        if character:
            characters.append(character)
            offsets.append(at)
        at = after
    return "".join(characters), [*offsets, end]


def len_of(span: Span) -> int:
    """Return how many characters a span covers."""
    return span.end - span.start


def _character(text: str, at: int) -> tuple[str, int]:
    if text[at] != "\\":
        return text[at], at + 1
    fold = _FOLD.match(text, at)
    if fold:
        return "", fold.end()
    kind = text[at + 1]
    digits = _CODE_POINT_DIGITS.get(kind)
    if digits:
        after = at + 2 + digits
        return chr(int(text[at + 2 : after], 16)), after
    return _ESCAPES[kind], at + 2


class _Walk:
    """One pass over the text, filling an index."""

    def __init__(self, index: PositionIndex) -> None:
        self._index = index
        self._text = index.text
        self._at = 0
        self._table: Keys = ()
        # How many `[[header]]` of each array of tables have been seen.
        self._counts: dict[Keys, int] = {}

    def run(self) -> None:
        self._skip(BLANK_LINES)
        while self._at < len(self._text):
            plain = _PLAIN_PAIR.match(self._text, self._at)
            if plain:
                keys = (*self._table, plain[1])
                self._index.keys[keys] = Span(*plain.span(1))
                self._index.values[keys] = Span(*plain.span(2))
                self._at = plain.end()
            elif self._text[self._at] == "[":
                self._header()
            else:
                self._pair(self._table)
            self._skip(BLANK_LINES)

    def _skip(self, pattern: re.Pattern[str]) -> Span:
        match = pattern.match(self._text, self._at)
        start = self._at
        self._at = match.end() if match else start
        return Span(start, self._at)

    def _header(self) -> None:
        start = self._at
        is_array = self._text.startswith("[[", start)
        self._at += 2 if is_array else 1
        parts = self._dotted()
        self._at += 2 if is_array else 1
        whole = Span(start, self._at)
        keys: Keys = ()
        for position, (name, span) in enumerate(parts):
            keys = (*keys, name)
            self._index.keys.setdefault(keys, span)
            self._index.values.setdefault(keys, whole)
            if keys in self._counts and position < len(parts) - 1:
                keys = (*keys, self._counts[keys] - 1)
        last = parts[-1][1]
        if is_array:
            count = self._counts.get(keys, 0)
            self._counts[keys] = count + 1
            keys = (*keys, count)
        # The table's own header says more than a header that merely passes through it.
        self._index.keys[keys] = last
        self._index.values[keys] = whole
        self._table = keys

    def _dotted(self) -> list[tuple[str, Span]]:
        parts = []
        while True:
            self._skip(BLANK)
            parts.append(self._key())
            self._skip(BLANK)
            if self._text[self._at : self._at + 1] != ".":
                return parts
            self._at += 1

    def _key(self) -> tuple[str, Span]:
        first = self._text[self._at]
        if first == '"':
            span = self._skip(BASIC)
            return read_string(self._text, span)[0], span
        if first == "'":
            span = self._skip(LITERAL)
            return self._text[span.start + 1 : span.end - 1], span
        span = self._skip(BARE_KEY)
        return self._text[span.start : span.end], span

    def _pair(self, table: Keys) -> None:
        keys = table
        for name, span in self._dotted():
            keys = (*keys, name)
            self._index.keys.setdefault(keys, span)
            self._index.values.setdefault(keys, span)
        self._at += 1  # the equals sign
        self._skip(BLANK)
        self._value(keys)

    def _value(self, keys: Keys) -> None:
        start = self._at
        match self._text[start]:
            case '"':
                is_long = self._text.startswith('"""', start)
                self._skip(LONG_BASIC if is_long else BASIC)
            case "'":
                is_long = self._text.startswith("'''", start)
                self._skip(LONG_LITERAL if is_long else LITERAL)
            case "[":
                self._array(keys)
            case "{":
                self._inline_table(keys)
            case _:
                span = self._skip(SCALAR)
                self._at = start + len(self._text[span.start : span.end].rstrip())
        self._index.values[keys] = Span(start, self._at)

    def _array(self, keys: Keys) -> None:
        self._at += 1
        number = 0
        self._skip(BLANK_LINES)
        while self._text[self._at] != "]":
            self._value((*keys, number))
            number += 1
            self._skip(BLANK_LINES)
            if self._text[self._at] == ",":
                self._at += 1
                self._skip(BLANK_LINES)
        self._at += 1

    def _inline_table(self, keys: Keys) -> None:
        self._at += 1
        self._skip(BLANK)
        while self._text[self._at] != "}":
            self._pair(keys)
            self._skip(BLANK)
            if self._text[self._at] == ",":
                self._at += 1
                self._skip(BLANK)
        self._at += 1
