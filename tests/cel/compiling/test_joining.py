"""`&&` and `||` over terms that know only their own places."""

from collections.abc import Mapping
from math import inf
from typing import Any

import pytest

from gateway.cel.compiling.closures import Cells, Run
from gateway.cel.compiling.joining import Spot, joined, moved
from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.parsing.syntax import Connective

AND, OR = Connective.AND, Connective.OR


def gives(value: Any) -> Run:
    def run(_variables: Mapping[str, Any], _cells: Cells) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return run


def answer(connective: Connective, *values: Any) -> Any:
    spots = [Spot(1, 10 * number + 1) for number in range(len(values))]
    pairs = zip(map(gives, values), spots, strict=True)
    return joined(connective, list(pairs))({}, [inf])


@pytest.mark.parametrize(
    ("connective", "values", "expected"),
    [
        (AND, (True, True), True),
        (AND, (True, False, True), False),
        (AND, (EvaluationError("x"), False), False),
        (AND, (False, EvaluationError("x")), False),
        (OR, (False, False), False),
        (OR, (False, True, False), True),
        (OR, (EvaluationError("x"), True), True),
        (OR, (True, EvaluationError("x")), True),
    ],
)
def test_a_term_that_decides_outweighs_errors(
    connective: Connective, values: tuple[Any, ...], expected: object
) -> None:
    """From either side."""
    assert answer(connective, *values) is expected


@pytest.mark.parametrize(("connective", "neutral"), [(AND, True), (OR, False)])
def test_the_first_error_counts_if_nothing_decides(
    connective: Connective, neutral: object
) -> None:
    """At its place in the whole."""
    first, second = EvaluationError("one", 1, 3), EvaluationError("two")

    with pytest.raises(EvaluationError) as caught:
        answer(connective, neutral, first, second, neutral)

    assert str(caught.value) == "1:13: one"


@pytest.mark.parametrize("connective", [AND, OR])
def test_no_term_outweighs_the_budget(connective: Connective) -> None:
    """Whatever stands behind it is not evaluated."""
    late = BudgetExceededError("late", 1, 2)
    decides = connective is OR

    with pytest.raises(BudgetExceededError) as caught:
        answer(connective, not decides, late, decides)

    assert str(caught.value) == "1:12: late"


def test_a_place_moves_with_its_term() -> None:
    """And with the literals in front of it; lines below the first keep their columns."""
    spot = Spot(3, 5, moves=[(4, 2), (10, -1)])

    assert str(moved(EvaluationError("x", 1, 4), spot)) == "3:8: x"
    assert str(moved(EvaluationError("x", 1, 5), spot)) == "3:11: x"
    assert str(moved(EvaluationError("x", 1, 11), spot)) == "3:16: x"
    assert str(moved(EvaluationError("x", 2, 4), Spot(3, 5))) == "4:4: x"


def test_a_moved_error_keeps_its_class_and_cause() -> None:
    """The cause tells which of several expressions has failed."""
    fault = BudgetExceededError("late")
    fault.__cause__ = cause = ValueError()

    other = moved(fault, Spot(1, 1))

    assert isinstance(other, BudgetExceededError)
    assert other.__cause__ is cause
