"""The values of an expression's parts, in a form that people and JSON can have.

Leaves out what says nothing (literals, whole records), cuts what is long, and never shows
the headers that hold credentials.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from gateway.cel.errors import WithheldError
from gateway.cel.meaning.plan import Field, Terms, Variable
from gateway.cel.parsing.syntax import Connective
from gateway.cel.program import Explanation
from gateway.cel.types import BOOL, RecordType
from gateway.cel.values import Withheld
from gateway.policy.evaluation import Evaluation
from gateway.policy.expressions import Expression
from gateway.policy.frames import variables_in

_LONGEST_TEXT: Final = 200
_MOST_ITEMS: Final = 20
_DEEPEST: Final = 4

_SECRET: Final = re.compile(r"authorization|cookie|password|secret", re.IGNORECASE)
HIDDEN: Final = "***"

# Everything that a part without parts of its own can be, other than a literal.
_NAME: Final = re.compile(r"(?!(?:true|false|null)\b)[A-Za-z_]\w*(?:\.\w+)*")
_VARIABLE: Final = re.compile(r"\bvars\.(\w+)")


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of an expression with what it came to.

    Attributes:
        text: As it is written.
        where: `file:line:column`.
        value: Its value, as JSON has it.
        error: Why it has none; empty if it has.
        joined: Whether what it stands in cannot be true unless it is: a term of `&&`, or
            what a variable stands for.
        parts: What was evaluated for it.
    """

    text: str
    where: str
    value: Any = None
    error: str = ""
    joined: bool = False
    parts: "tuple[Shown, ...]" = ()


class Showcase:
    """Shows expressions of one decision; each of `vars` is opened up once.

    Attributes:
        reads: The paths that were read for what has been shown.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.reads: set[str] = set()
        self._evaluation = evaluation
        self._opened: set[Expression] = set()
        self._noted: set[Expression] = set()

    def show(self, expression: Expression) -> Shown:
        """Return what became of an expression and of its parts."""
        tree = expression.program.explain(self._evaluation.variables_of(expression))
        self._note(tree, expression)
        return self._convert(tree, expression)

    def _note(self, tree: Explanation, expression: Expression) -> None:
        """Note what was read, by `vars` too: however they are spelt, and shown or not."""
        self.reads |= tree.reads
        if expression.frame is None:
            return
        for name in variables_in(tree.reads):
            variable = expression.frame.variables[name]
            if variable not in self._noted:
                self._noted.add(variable)
                variables = self._evaluation.variables_of(variable)
                self._note(variable.program.explain(variables), variable)

    def _convert(
        self,
        tree: Explanation,
        expression: Expression,
        *,
        joined: bool = False,
        hidden: bool = False,
    ) -> Shown:
        is_joined = (
            isinstance(tree.part, Terms) and tree.part.connective is Connective.AND
        )
        # What a macro or an operator does with a secret shows the secret.
        hides = hidden or any(
            child.type != BOOL and tells_secret(child.text, expression)
            for child in tree.children
        )
        parts = [
            self._convert(
                child,
                expression,
                joined=is_joined,
                hidden=hides,
            )
            for child in tree.children
            if not _says_nothing(child)
        ]
        parts += self._variable(tree, expression)
        secret = hidden or tells_secret(tree.text, expression)
        return Shown(
            text=tree.text,
            where=expression.place.at(tree.line, tree.column),
            value=HIDDEN
            if secret and not isinstance(tree.value, bool)
            else value_of(tree.value),
            error="" if tree.error is None else tree.error.message,
            joined=joined,
            parts=tuple(parts),
        )

    def _variable(self, tree: Explanation, expression: Expression) -> list[Shown]:
        match tree.part:
            case Field(operand=Variable(name="vars"), name=name) if expression.frame:
                variable = expression.frame.variables[name]
            case _:
                return []
        if variable in self._opened:
            return []
        self._opened.add(variable)
        return [replace(self.show(variable), joined=True)]


def tells_secret(text: str, expression: Expression) -> bool:
    """Whether a part reads a secret, itself or through `vars`."""
    if _SECRET.search(text):
        return True
    if expression.frame is None:
        return False
    variables = expression.frame.variables
    return any(
        tells_secret(variables[name].program.source, variables[name])
        for name in _VARIABLE.findall(text)
        if name in variables
    )


def _says_nothing(tree: Explanation) -> bool:
    if isinstance(tree.type, RecordType):
        return True
    if any(not _says_nothing(child) for child in tree.children):
        return False
    return tree.error is None and _NAME.match(tree.text.lstrip("(!-")) is None


def value_of(value: Any, depth: int = _DEEPEST) -> Any:
    """Return a value as JSON has it: short, and without credentials.

    Args:
        value: Any value that an expression may have; also one that is not all there.
        depth: How many levels of lists and maps to show.
    """
    match value:
        case list() | tuple() | Mapping():
            return _items_of(value, depth - 1) if depth else "…"
        case str():
            cut = f"{value[:_LONGEST_TEXT]}…"
            return str(value) if len(value) <= _LONGEST_TEXT else cut
        case None | bool() | int() | float():
            return value
        case datetime():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g}s"
        case _:
            kind = "hashed" if isinstance(value, Withheld) else type(value).__name__
            return f"<{kind}>"


def _items_of(value: Sequence[Any] | Mapping[Any, Any], depth: int) -> Any:
    if isinstance(value, Mapping):
        try:
            items = list(islice(value.items(), _MOST_ITEMS))
        except WithheldError:
            return "<not recorded as a whole>"
        return {
            str(key): HIDDEN if _SECRET.search(str(key)) else value_of(item, depth)
            for key, item in items
        }
    shown = [value_of(item, depth) for item in value[:_MOST_ITEMS]]
    return [*shown, "…"] if len(value) > _MOST_ITEMS else shown
