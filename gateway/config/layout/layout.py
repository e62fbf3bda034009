"""The canonical layout of a TOML file.

- One empty line before each table, none behind its header, never two in a row. A table
  that belongs to the one before it may follow without.
- The equals signs of pairs that stand together are below each other; an empty line begins
  a new group, a comment does not.
- Comments behind values begin at one column, where there is room.
- Blanks inside brackets: none in arrays, one in inline tables. An array over several lines
  has an element on each, and a comma behind each.
- Line feeds, one at the end, no blanks before them.

Strings, numbers and dates are left as they are written, and so is the text of comments.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, assert_never

from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.layout.statements import (
    Array,
    Blank,
    Comment,
    Header,
    InlineTable,
    Item,
    Pair,
    Statement,
    Value,
    read_statements,
)
from gateway.config.layout.values import annotated, key_text, value_text

# A key longer than this keeps its equals sign to itself.
_LONGEST_KEY: Final = 32


def laid_out(document: Document) -> str:
    """Return a file's text in canonical layout.

    Raises:
        ConfigError: The values are nested too deeply for it (E102).
        AssertionError: The text would not mean the same, or a comment would be lost:
            a fault of the program, found before anything is written.
    """
    try:
        statements = read_statements(document.text)
        text = "".join(f"{line}\n" for line in _lines(_spaced(statements)))
        after = read_statements(text)
        is_same = repr(tomllib.loads(text)) == repr(document.data)
    except RecursionError:
        message = "the values are nested too deeply"
        raise ConfigError([Fault("E102", message, document.name)]) from None
    # `repr` tells 1 from true and 0.0 from -0.0, and finds that nan is nan.
    if not is_same or list(_comments(after)) != list(_comments(statements)):
        raise AssertionError(f"{document.name} would not be the same")
    return text


def _spaced(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements with empty lines where they belong, and nowhere else."""
    spaced: list[Statement] = []
    table: tuple[str, ...] = ()
    for statement in statements:
        match statement:
            case Blank():
                if spaced and not isinstance(spaced[-1], Blank | Header):
                    spaced.append(statement)
                continue
            case Header():
                keys = tuple(key_text([key]) for key in statement.keys)
                is_below = len(keys) > len(table) and keys[: len(table)] == table
                if not (is_below and table):
                    _separate(spaced)
                table = keys
        spaced.append(statement)
    return spaced[:-1] if spaced and isinstance(spaced[-1], Blank) else spaced


def _separate(spaced: list[Statement]) -> None:
    """Put an empty line before the header to come, and before the comments above it."""
    at = len(spaced)
    while at and isinstance(spaced[at - 1], Comment):
        at -= 1
    if at and not isinstance(spaced[at - 1], Blank):
        spaced.insert(at, Blank())


def _lines(statements: Sequence[Statement]) -> Iterator[str]:
    width: int | None = None
    for number, statement in enumerate(statements):
        match statement:
            case Blank():
                width = None
                yield ""
            case Comment(text=text):
                yield text
            case Header(keys=keys, is_array=is_array, comment=comment):
                width = None
                text = f"[{key_text(keys)}]"
                yield annotated(f"[{text}]" if is_array else text, comment)
            case Pair(keys=keys, value=value, comment=comment):
                if width is None:
                    width = _width(statements, number)
                text = f"{key_text(keys):<{width}} = {value_text(value)}"
                yield annotated(text, comment)
            case _:
                assert_never(statement)


def _width(statements: Sequence[Statement], first: int) -> int:
    """Return the width of the keys of the group that begins with a statement."""
    width = 0
    # By number: the statements behind it are many, and each group would copy them.
    for number in range(first, len(statements)):
        statement = statements[number]
        if isinstance(statement, Blank | Header):
            break
        if isinstance(statement, Pair):
            length = len(key_text(statement.keys))
            width = max(width, length if length <= _LONGEST_KEY else 0)
    return width


def _comments(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case Comment(text=text):
                yield text
            case Header(comment=comment):
                yield comment
            case Pair(value=value, comment=comment):
                yield from _comments_in(value)
                yield comment


def _comments_in(value: Value) -> Iterator[str]:
    match value:
        case Array(parts=parts):
            for part in parts:
                match part:
                    case Comment(text=text):
                        yield text
                    case Item(value=inner, comment=comment):
                        yield from _comments_in(inner)
                        yield comment
        case InlineTable(pairs=pairs):
            for _, inner in pairs:
                yield from _comments_in(inner)
