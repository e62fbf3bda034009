"""What can be wrong with an expression, at load and at run time.

At load there are problems: all that were found, each with its place in the source. At run
time there is one error, with the place of the sub-expression that failed. Neither knows
the file that the expression stands in, and an error never holds a value of the request:
it may be logged as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why an expression is refused at load.

    Attributes:
        code: `E2xx` for names and types, `E4xx` for limits.
        message: What is wrong, in one line.
        help: What to write instead; empty if nobody can tell.
        line: Counted from 1, inside the expression.
        column: Counted from 1, in characters.
        length: How many characters are meant, on that line.
    """

    code: str
    message: str
    help: str = ""
    line: int = 1
    column: int = 1
    length: int = 1


class CompileError(Exception):
    """An expression is refused.

    Attributes:
        problems: Everything that was found, in the order of the source; never empty.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda one: (one.line, one.column)))
        first = self.problems[0]
        super().__init__(f"{first.line}:{first.column}: {first.code} {first.message}")


class EvaluationError(Exception):
    """An expression has no value for these variables.

    Attributes:
        message: Why, without any value of the request.
        line: Of the sub-expression that failed, counted from 1.
        column: Counted from 1, in characters.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message, line, column)
        self.message = message
        self.line = line
        self.column = column

    @override
    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


class BudgetExceededError(EvaluationError):
    """The deadline passed before there was a value.

    `&&` and `||` do not absorb it, as they do other errors.
    """


class WithheldError(EvaluationError):
    """What was asked of a value cannot be told by somebody who does not have it.

    An error like any other to the expression, which may do without: `false && x` is
    `false`, whatever `x` is.
    """


class ValueFault(Exception):  # noqa: N818 - never leaves the package; a compiled node gives it its place and class
    """A function has no value for its arguments.

    Raised by what implements functions and operators, which do not know where they are
    called; turned into an `EvaluationError` there.
    """
