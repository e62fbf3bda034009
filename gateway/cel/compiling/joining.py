"""The closures of `&&` and `||` over terms that were compiled each on its own.

What `gateway.cel.compiling.logic` does, and one thing more: an error of a term tells its place inside
the term, and is given its place in the whole here.

Reference: CEL language definition, "Logical Operators".
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, assert_never

from gateway.cel.compiling.closures import Cells, Run
from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.parsing.syntax import Connective

# An offset behind which a text differs from another one, and by how much it is longer.
Move = tuple[int, int]


class Spot(NamedTuple):
    """Where a term stands in the expression.

    Attributes:
        line: On which its text begins, counted from 1.
        column: Counted from 1.
        moves: Where it differs from the text that its errors' places are counted in.
    """

    line: int
    column: int
    moves: Sequence[Move] = ()


Placed = tuple[Run, Spot]


def joined(connective: Connective, terms: Sequence[Placed]) -> Run:
    """Return what a connective makes of its terms.

    Args:
        connective: Which one.
        terms: Each with where it stands.
    """
    match connective:
        case Connective.AND:
            return _joined(terms, decides=False)
        case Connective.OR:
            return _joined(terms, decides=True)
        case _:
            assert_never(connective)


def _joined(terms: Sequence[Placed], *, decides: bool) -> Run:
    pairs = tuple(terms)

    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        error: EvaluationError | None = None
        for term, spot in pairs:
            try:
                if (not term(variables, cells)) is not decides:
                    return decides
            except BudgetExceededError as fault:
                raise moved(fault, spot) from fault.__cause__
            except EvaluationError as fault:
                error = error or moved(fault, spot)
        if error is not None:
            raise error
        return not decides

    return run


def moved(fault: EvaluationError, spot: Spot) -> EvaluationError:
    """Return an error of a term with its place in the expression."""
    line, column = fault.line, fault.column
    if line == 1:
        column += sum(longer for end, longer in spot.moves if end < fault.column)
        column += spot.column - 1
    made = type(fault)(fault.message, line + spot.line - 1, column)
    # By its cause, others tell which of several expressions has failed.
    made.__cause__ = fault.__cause__
    return made
