"""The expression as it was written: a small tree with positions.

Chains of `&&` and of `||` are flat: ten thousand of them are one node, not ten thousand
levels. Macros are still calls here; `gateway.cel.meaning.checker` knows which calls are macros.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gateway.cel.errors import Problem

# Of a name that is as long as a page, messages show the beginning.
_SHOWN: Final = 60


def shown(text: str) -> str:
    """Return a piece of source as messages quote it: in backticks, on one line."""
    clipped = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "`" + clipped.replace("\n", " ") + "`"


class Source:
    """The text of an expression, and where its lines begin."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        self._starts += [at + 1 for at, char in enumerate(text) if char == "\n"]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def problem(
        self, span: tuple[int, int], code: str, message: str, hint: str = ""
    ) -> Problem:
        """Return a problem with the text between two offsets; its first line is meant."""
        line, column = self.place(span[0])
        text = self.text[span[0] : span[1]].partition("\n")[0]
        return Problem(code, message, hint, line, column, max(1, len(text)))


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A sub-expression: `text[start:end]` of its source.

    Attributes:
        start: Where its text begins.
        end: Where its text ends.
        depth: How many levels it has, itself included.
    """

    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A value that is written out."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    """A variable, or the name of a type.

    Attributes:
        name: The name.
        is_root: Written `.name`: never the variable of a macro.
    """

    name: str
    is_root: bool


@dataclass(frozen=True, slots=True, eq=False)
class Select(Node):
    """`operand.field`."""

    operand: Node
    field: str
    field_start: int


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """`name(arguments)` or `target.name(arguments)`."""

    name: str
    name_start: int
    target: Node | None
    arguments: Sequence[Node]


@dataclass(frozen=True, slots=True, eq=False)
class Operation(Node):
    """An operator with its operands, named as the language definition names it.

    `_+_`, `_==_`, `_in_`, `_[_]`, `!_`, `-_` and their like.
    """

    operator: str
    operands: Sequence[Node]


class Connective(StrEnum):
    """The two operators that may ignore an error."""

    AND = "&&"
    OR = "||"


@dataclass(frozen=True, slots=True, eq=False)
class Logic(Node):
    """Two or more terms under one connective."""

    connective: Connective
    terms: Sequence[Node]


@dataclass(frozen=True, slots=True, eq=False)
class Conditional(Node):
    """`test ? then : otherwise`."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, eq=False)
class ListOf(Node):
    """`[items]`."""

    items: Sequence[Node]


@dataclass(frozen=True, slots=True, eq=False)
class MapOf(Node):
    """`{key: value}`, in order."""

    entries: Sequence[tuple[Node, Node]]
