"""Problems of an expression at load, and errors of its evaluation."""

from gateway.cel.errors import (
    BudgetExceededError,
    CompileError,
    EvaluationError,
    Problem,
)


def test_problems_are_sorted_by_place() -> None:
    """A reader goes through the source from top to bottom."""
    late = Problem("E201", "late", line=2, column=1)
    early = Problem("E202", "early", line=1, column=9)

    error = CompileError([late, early])

    assert error.problems == (early, late)
    assert str(error) == "1:9: E202 early"


def test_an_evaluation_error_says_where() -> None:
    """A used-up budget is an evaluation error too: whoever catches one denies."""
    error = BudgetExceededError("too slow", 3, 7)

    assert isinstance(error, EvaluationError)
    assert (error.message, error.line, error.column) == ("too slow", 3, 7)
    assert str(error) == "3:7: too slow"
