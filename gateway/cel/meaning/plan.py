"""The expression once names and types are known: what the compiler works from.

Each part knows the text that it came from and its type. A macro is one `Comprehension`;
a variable that a macro binds is a `Local` with a slot of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from typing_extensions import override

from gateway.cel.library.declaration import Overload
from gateway.cel.parsing.syntax import Connective
from gateway.cel.types import CelType


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A part of an expression.

    Attributes:
        start: Where its text begins.
        end: Where its text ends.
        at: The place that an error of this very part is reported at.
        type: Its static type.
    """

    start: int
    end: int
    at: int
    type: CelType

    @property
    def children(self) -> Sequence["Plan"]:
        """The parts that this one is made of, in the order of the source."""
        return ()


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Plan):
    """A value that is known at load."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Variable(Plan):
    """A variable of the environment."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Local(Plan):
    """A variable that a macro binds."""

    name: str
    slot: int


@dataclass(frozen=True, slots=True, eq=False)
class Field(Plan):
    """A field of a record."""

    operand: Plan
    name: str

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """The record."""
        return (self.operand,)


@dataclass(frozen=True, slots=True, eq=False)
class Key(Plan):
    """The value of a key that was written like a field."""

    operand: Plan
    name: str

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """The map."""
        return (self.operand,)


@dataclass(frozen=True, slots=True, eq=False)
class Has(Plan):
    """Whether a map has a key."""

    operand: Plan
    name: str

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """The map."""
        return (self.operand,)


@dataclass(frozen=True, slots=True, eq=False)
class Invoke(Plan):
    """A function or an operator with its arguments.

    Attributes:
        name: As it is declared; operators as the language definition names them.
        overloads: Those that may apply; one, unless the types are only known later.
        arguments: With a method's receiver first.
        implicit: Arguments that the author does not write, such as `now`.
        checked: An argument's type has to be tested at run time.
    """

    name: str
    overloads: Sequence[Overload]
    arguments: Sequence[Plan]
    implicit: Sequence[Plan]
    checked: bool

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """The arguments that were written."""
        return self.arguments


@dataclass(frozen=True, slots=True, eq=False)
class Terms(Plan):
    """Terms under `&&` or `||`."""

    connective: Connective
    terms: Sequence[Plan]

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """The terms."""
        return self.terms


@dataclass(frozen=True, slots=True, eq=False)
class Choice(Plan):
    """`test ? then : otherwise`."""

    test: Plan
    then: Plan
    otherwise: Plan

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """The test and both branches."""
        return (self.test, self.then, self.otherwise)


@dataclass(frozen=True, slots=True, eq=False)
class MakeList(Plan):
    """A list whose items are not all constants."""

    items: Sequence[Plan]

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """The items."""
        return self.items


@dataclass(frozen=True, slots=True, eq=False)
class MakeMap(Plan):
    """A map, in order."""

    entries: Sequence[tuple[Plan, Plan]]

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """Keys and values, in order."""
        return tuple(part for entry in self.entries for part in entry)


class Macro(StrEnum):
    """The macros that go through a list or the keys of a map."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"
    MAP = "map"
    FILTER = "filter"


@dataclass(frozen=True, slots=True, eq=False)
class Comprehension(Plan):
    """A macro over the elements of a list or the keys of a map."""

    macro: Macro
    range: Plan
    slot: int
    body: Plan

    @property
    @override
    def children(self) -> Sequence[Plan]:
        """What is gone through, and what is computed for each element."""
        return (self.range, self.body)


def walk(plan: Plan) -> Iterator[Plan]:
    """Yield a part and everything below it, in the order of the source."""
    yield plan
    for child in plan.children:
        yield from walk(child)
