"""One TOML file: its values, and where each of them stands."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway.config.errors import ConfigError
from gateway.config.faults import Fault, Severity
from gateway.config.positions import Keys, PositionIndex, Span
from gateway.config.reading import UnreadableError, read_bounded
from gateway.config.syntax import Flaw, find_flaw, find_nesting
from gateway.config.toml import loads

# What a person writes stays far below; what a mistake puts there (a log, a database) does
# not.
MAX_FILE_BYTES = 1024 * 1024

# Far more than any file has a use for, and no trouble for whoever walks down.
_MAX_DEPTH = 64

_MAX_SOURCE_COLUMNS = 240
_BLACKED_OUT = "***"

# Keys under which a secret might have been written, rightly or not. Their values never
# appear in a fault, whatever the fault is about.
_SECRETIVE = re.compile(
    r"secret|passw|passphrase|private|credential|authorization|cookie|encrypt"
    r"|token$|(?:^|_)key$",
    re.IGNORECASE,
)
_REFERENCE_KEYS = frozenset({"env", "file"})

# Only for files that are no TOML: there, nobody knows what is a value of what.
_OPAQUE = re.compile(r"[A-Za-z0-9+/_=-]{20,}")

# `tomllib` walks the prefixes of a dotted key one by one, so its time grows with the square
# of the number of parts. Nobody means this many. What stands before a key keeps the search
# from beginning anew inside of what it has just gone through.
_MANY_PARTS = 65
_LONG_DOTTED_KEY = re.compile(
    r"(?<![^\s{,\[])"
    r"(?:(?:[A-Za-z0-9_-]++|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}"
)


class Document:
    """One file that is TOML, with the positions of its keys and values.

    Attributes:
        path: Where it was read.
        name: As shown to people, relative to the folder of `config.toml`.
        raw: Its bytes.
        text: Its text, with line feeds alone at the ends of lines.
        data: Its values.
    """

    def __init__(self, *, path: Path, name: str, raw: bytes) -> None:
        self.path = path
        self.name = name
        self.raw = raw
        self.text = _decode(raw, name)
        self.data = _parse(self.text, name)

    @classmethod
    def read(
        cls, path: Path, name: str = "", max_bytes: int = MAX_FILE_BYTES
    ) -> "Document":
        """Return the file.

        Args:
            path: Where it stands.
            name: As shown to people; by default, the file's own name.
            max_bytes: Largest size that is read.

        Raises:
            ConfigError: It cannot be read (E101), is too large, is no UTF-8 or no TOML
                (E102).
        """
        name = name or path.name
        try:
            raw = read_bounded(path, max_bytes)
        except UnreadableError as error:
            raise ConfigError(
                [Fault("E101", f"the file {error.reason}", name)]
            ) from None
        return cls(path=path, name=name, raw=raw)

    # Positions are for faults, and a good file has none: they take longer to find than the
    # values, and more room. Two threads that need them at once may both find them.
    @cached_property
    def _index(self) -> PositionIndex:
        return PositionIndex(self.text)

    @cached_property
    def _hidden(self) -> list[Span]:
        return _merged(
            span
            for keys, span in self._index.values.items()
            if _may_be_secret(keys, _value_at(self.data, keys))
        )

    def has(self, keys: Keys) -> bool:
        """Return whether something is written at the path."""
        return keys in self._index.values

    def hide(self, keys: Keys) -> None:
        """Never show what is written at the path, or below it."""
        below = (
            span
            for path, span in self._index.values.items()
            if path[: len(keys)] == keys
        )
        self._hidden = _merged([*self._hidden, *below])

    def fault(
        self,
        code: str,
        keys: Keys,
        message: str,
        *,
        help: str = "",  # noqa: A002 - the fault's own field
        inner: tuple[int, int] | None = None,
        length: int = 0,
    ) -> Fault:
        """Return a fault of the value at a path.

        Args:
            code: Its code; one with `W` is a warning.
            keys: Path of the value. If nothing is written there, the nearest table above
                is meant.
            message: What is wrong.
            help: What to do about it.
            inner: 1-based line and column inside a string value; quotes, escapes and
                line breaks are taken into account.
            length: How many characters are meant; 0 for the whole value, or with `inner`
                for one character.
        """
        span = self._place(keys)
        if inner is not None:
            span = self._inner(keys, inner, max(length, 1)) or span
        elif length:
            span = Span(span.start, span.start + length)
        return self._fault(code, span, message, help)

    def fault_at_key(
        self,
        code: str,
        keys: Keys,
        message: str,
        *,
        help: str = "",  # noqa: A002 - ditto
    ) -> Fault:
        """Return a fault of the key itself, not of its value."""
        span = self._index.keys.get(keys) or self._place(keys)
        return self._fault(code, span, message, help)

    def where(self, keys: Keys, inner: tuple[int, int] | None = None) -> str:
        """Return the place of a value as `file:line:column`."""
        span = self._place(keys)
        if inner is not None:
            span = self._inner(keys, inner, 1) or span
        line, column = self._index.line_and_column(span.start)
        return f"{self.name}:{line}:{column}"

    def _place(self, keys: Keys) -> Span:
        span = self._index.values.get(keys)
        # The only entry of a list may stand there without brackets.
        if span is None and keys and isinstance(keys[-1], int):
            only = self._index.values.get(keys[:-1])
            span = only if only and self.text[only.start] in "\"'" else None
        if span is not None:
            return span
        while keys:
            keys = keys[:-1]
            found = self._index.keys.get(keys) or self._index.values.get(keys)
            if found:
                return found
        return Span(0, 1)

    def _inner(self, keys: Keys, inner: tuple[int, int], length: int) -> Span | None:
        line, column = inner
        start = self._index.inside(keys, line, column)
        end = self._index.inside(keys, line, column + length)
        if start is None or end is None:
            return None
        return Span(start, max(end, start + 1))

    def _fault(self, code: str, span: Span, message: str, hint: str) -> Fault:
        line, column = self._index.line_and_column(span.start)
        whole = self._index.line_span(line)
        length = max(1, min(span.end, whole.end) - span.start)
        source = self._source(whole, span.start)
        if column - 1 + length > len(source):
            length = max(1, len(source) - column + 1)
        return Fault(
            code=code,
            message=_plain(message),
            file=self.name,
            line=line,
            column=column,
            length=length,
            help=_plain(hint),
            source=source,
            severity=Severity.WARNING if code.startswith("W") else Severity.ERROR,
        )

    def _source(self, line: Span, start: int) -> str:
        end = line.end
        ending = ""
        # The first that ends behind the line's beginning.
        at = bisect_right(self._hidden, line.start, key=lambda span: span.end)
        if at < len(self._hidden) and self._hidden[at].start < end:
            end, ending = max(self._hidden[at].start, line.start), _BLACKED_OUT
        # What stands behind a secret on the same line is not shown either: a caret there
        # would need the secret's length.
        text = self.text[line.start : end]
        if start - line.start > len(text) or start - line.start >= _MAX_SOURCE_COLUMNS:
            return ""
        return _plain(text[:_MAX_SOURCE_COLUMNS]) + ending


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return what the spans cover, in order and without overlaps."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def is_secretive(keys: Keys) -> bool:
    """Return whether a secret might stand at a path, judged by the names in it."""
    names = [key for key in keys if isinstance(key, str)]
    if not names or names[-1] in _REFERENCE_KEYS:
        return False
    return any(_SECRETIVE.search(name) for name in names)


def _may_be_secret(keys: Keys, value: Any) -> bool:
    if isinstance(value, str) and _may_hold_password(value):
        return True
    return is_secretive(keys) and not isinstance(value, dict)


def _may_hold_password(text: str) -> bool:
    """Return whether a text looks like a URL with a password, which no setting takes.

    That does not keep anybody from writing one. Rather a URL too many is hidden.
    """
    before = text.rpartition("@")[0].partition("//")[2]
    return ":" in before or "password=" in text.partition("?")[2].lower()


def _value_at(data: Any, keys: Keys) -> Any:
    for key in keys:
        data = data[key]
    return data


def _plain(text: str) -> str:
    # One character for one, so that columns stay true; a terminal obeys control
    # characters, and a reader is misled by marks that turn the direction of writing.
    return "".join(
        each if each.isprintable() or each == "\t" else "\N{REPLACEMENT CHARACTER}"
        for each in text
    )


def _decode(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        start = raw.rfind(b"\n", 0, error.start) + 1
        column = len(raw[start : error.start].decode("utf-8")) + 1
        message = "the file is not UTF-8"
        raise ConfigError([Fault("E102", message, name, line, column)]) from None
    if text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"):
        message = "the file begins with a byte order mark; save it as UTF-8 without one"
        raise ConfigError([Fault("E102", message, name, 1, 1)])
    return text.replace("\r\n", "\n")


def _parse(text: str, name: str) -> dict[str, Any]:
    flaw = _long_key(text)
    if flaw is None:
        try:
            data = loads(text)
            if not _is_deeper(data, _MAX_DEPTH):
                return data
            flaw = find_nesting(text)
        except RecursionError:
            flaw = find_nesting(text)
        except ValueError as error:
            flaw = find_flaw(error, text)
    raise ConfigError([_syntax_fault(flaw, text, name)])


def _long_key(text: str) -> Flaw | None:
    lines = text.split("\n")
    # Only tried where there are dots enough: it looks at every character.
    dotted = [n for n, line in enumerate(lines) if line.count(".") >= _MANY_PARTS - 1]
    for number in dotted:
        match = _LONG_DOTTED_KEY.search(lines[number])
        if match:
            start = sum(len(line) + 1 for line in lines[:number])
            return Flaw(start + match.start(), "a dotted key has too many parts")
    return None


def _is_deeper(data: dict[str, Any], limit: int) -> bool:
    """Return whether tables and arrays stand in each other more often than allowed."""
    level: list[Any] = [data]
    for _ in range(limit):
        # Nothing else that TOML makes holds anything, and nothing is derived of these.
        level = [
            value
            for each in level
            for value in (each.values() if type(each) is dict else each)
            if (kind := type(value)) is dict or kind is list
        ]
        if not level:
            return False
    return True


def _syntax_fault(flaw: Flaw, text: str, name: str) -> Fault:
    message = _plain(flaw.message)
    if flaw.offset is None:
        return Fault("E102", message, name)
    line = text.count("\n", 0, flaw.offset) + 1
    column = flaw.offset - text.rfind("\n", 0, flaw.offset)
    source = _syntax_source(text.split("\n")[line - 1], column)
    return Fault("E102", message, name, line, column, source=source)


def _syntax_source(line: str, column: int) -> str:
    name, equals, _ = line.partition("=")
    if _SECRETIVE.search(name) and equals:
        line = f"{name}= {_BLACKED_OUT}"
    opaque = _OPAQUE.search(line)
    if opaque:
        line = line[: opaque.start()] + _BLACKED_OUT
    shown = column <= min(len(line) + 1, _MAX_SOURCE_COLUMNS)
    return _plain(line[:_MAX_SOURCE_COLUMNS]) if shown else ""
