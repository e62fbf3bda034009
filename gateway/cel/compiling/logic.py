"""The closures that may ignore an error: `&&`, `||` and the macros over lists.

An error of one operand does not matter if another one decides: `false && error` is
`false`, from either side. A budget that is used up always matters.

Reference: CEL language definition, "Logical Operators" and "Macros".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never

from gateway.cel.compiling.closures import Cells, Place, Run, check_deadline
from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.meaning.plan import Macro

# A comprehension looks at the clock once for so many elements, less one.
_STRIDE: Final = 15

# The most frequent number of terms has closures of its own.
_PAIR: Final = 2


def conjunction(terms: Sequence[Run]) -> Run:
    """Return what is true if all terms are, and false if one is."""
    if len(terms) == _PAIR:
        return _both(*terms)

    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        error: EvaluationError | None = None
        for term in terms:
            try:
                if not term(variables, cells):
                    return False
            except BudgetExceededError:
                raise
            except EvaluationError as fault:
                error = error or fault
        if error is not None:
            raise error
        return True

    return run


def _both(first: Run, second: Run) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        try:
            if not first(variables, cells):
                return False
        except BudgetExceededError:
            raise
        except EvaluationError as fault:
            if not _otherwise(second, fault, variables, cells):
                return False
            raise
        return bool(second(variables, cells))

    return run


def _otherwise(
    second: Run, first: EvaluationError, variables: Mapping[str, Any], cells: Cells
) -> bool:
    """Return the value of the second of two terms; of two errors, the first counts."""
    try:
        return bool(second(variables, cells))
    except BudgetExceededError:
        raise
    except EvaluationError:
        raise first from first.__cause__


def disjunction(terms: Sequence[Run]) -> Run:
    """Return what is true if one term is, and false if none is."""
    if len(terms) == _PAIR:
        return _either(*terms)

    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        error: EvaluationError | None = None
        for term in terms:
            try:
                if term(variables, cells):
                    return True
            except BudgetExceededError:
                raise
            except EvaluationError as fault:
                error = error or fault
        if error is not None:
            raise error
        return False

    return run


def _either(first: Run, second: Run) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        try:
            if first(variables, cells):
                return True
        except BudgetExceededError:
            raise
        except EvaluationError as fault:
            if _otherwise(second, fault, variables, cells):
                return True
            raise
        return bool(second(variables, cells))

    return run


def timed(term: Run, place: Place) -> Run:
    """Return a term that looks at the clock first; for terms that may take long."""

    def run(variables: Mapping[str, Any], cells: Cells) -> Any:
        check_deadline(cells, place)
        return term(variables, cells)

    return run


def comprehension(macro: Macro, over: Run, cell: int, body: Run, place: Place) -> Run:
    """Return what a macro does with each element of a list or key of a map.

    Args:
        macro: Which one.
        over: Gives the list or map.
        cell: Where the macro's variable is kept.
        body: The predicate, or what an element becomes.
        place: Of the macro.
    """
    match macro:
        case Macro.ALL:
            return _quantifier(over, cell, body, place, decides=False)
        case Macro.EXISTS:
            return _quantifier(over, cell, body, place, decides=True)
        case Macro.EXISTS_ONE:
            return _exactly_one(over, cell, body, place)
        case Macro.FILTER:
            return _filter(over, cell, body, place)
        case Macro.MAP:
            return _transform(over, cell, body, place)
        case _:
            assert_never(macro)


def _quantifier(over: Run, cell: int, body: Run, place: Place, *, decides: bool) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        error: EvaluationError | None = None
        for count, item in enumerate(over(variables, cells), 1):
            cells[cell] = item
            try:
                if (not body(variables, cells)) is not decides:
                    return decides
            except BudgetExceededError:
                raise
            except EvaluationError as fault:
                error = error or fault
            if not count & _STRIDE:
                check_deadline(cells, place)
        if error is not None:
            raise error
        return not decides

    return run


def _exactly_one(over: Run, cell: int, body: Run, place: Place) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> bool:
        found: int = 0
        for count, item in enumerate(over(variables, cells), 1):
            cells[cell] = item
            if body(variables, cells):
                found += 1
            if not count & _STRIDE:
                check_deadline(cells, place)
        return found == 1

    return run


def _filter(over: Run, cell: int, body: Run, place: Place) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> list[Any]:
        kept = []
        for count, item in enumerate(over(variables, cells), 1):
            cells[cell] = item
            if body(variables, cells):
                kept.append(item)
            if not count & _STRIDE:
                check_deadline(cells, place)
        return kept

    return run


def _transform(over: Run, cell: int, body: Run, place: Place) -> Run:
    def run(variables: Mapping[str, Any], cells: Cells) -> list[Any]:
        made = []
        for count, item in enumerate(over(variables, cells), 1):
            cells[cell] = item
            made.append(body(variables, cells))
            if not count & _STRIDE:
                check_deadline(cells, place)
        return made

    return run
