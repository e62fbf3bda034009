"""`&&`, `||` and the macros: which errors they absorb, and when they give up."""

import itertools
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest

from gateway.cel.compiling import logic
from gateway.cel.compiling.closures import FIRST_LOCAL, Cells, Run
from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.meaning.plan import Macro

PLACE: Final = (1, 1)
FAILS: Final = "error"
Connect = Callable[[Sequence[Run]], Run]


def gives(outcome: Any) -> Run:
    def run(_variables: Any, _cells: Cells) -> Any:
        if outcome == FAILS:
            raise EvaluationError(FAILS)
        return outcome

    return run


def exhausted(_variables: Any, _cells: Cells) -> Any:
    raise BudgetExceededError("too slow")


def outcome_of(run: Run) -> Any:
    try:
        return run({}, [math.inf, None, None])
    except EvaluationError:
        return FAILS


@pytest.mark.parametrize("number", [2, 3, 4])
@pytest.mark.parametrize(
    ("connect", "decides"), [(logic.conjunction, False), (logic.disjunction, True)]
)
def test_a_term_that_decides_beats_errors(
    connect: Connect, number: int, *, decides: bool
) -> None:
    """In every order of every outcome."""
    for outcomes in itertools.product([True, False, FAILS], repeat=number):
        expected: Any = decides if decides in outcomes else not decides
        if FAILS in outcomes and decides not in outcomes:
            expected = FAILS

        assert outcome_of(connect([gives(one) for one in outcomes])) == expected


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize(
    ("connect", "decides"), [(logic.conjunction, False), (logic.disjunction, True)]
)
def test_a_used_up_budget_is_never_absorbed(
    connect: Connect, number: int, *, decides: bool
) -> None:
    """Whatever comes after it: there is no time left to find out."""
    terms = [exhausted] + [gives(decides)] * (number - 1)

    with pytest.raises(BudgetExceededError):
        connect(terms)({}, [math.inf, None])


def test_a_dear_term_looks_at_the_clock_first() -> None:
    """It is not even begun when the time is over."""
    run = logic.timed(gives(True), PLACE)  # noqa: FBT003 - the outcome

    assert run({}, [math.inf]) is True
    with pytest.raises(BudgetExceededError):
        run({}, [time.monotonic() - 1])


def element(_variables: Any, cells: Cells) -> Any:
    if cells[FIRST_LOCAL] == FAILS:
        raise EvaluationError(FAILS)
    return cells[FIRST_LOCAL]


@pytest.mark.parametrize(
    ("macro", "items", "expected"),
    [
        (Macro.ALL, [], True),
        (Macro.ALL, [True, True], True),
        (Macro.ALL, [True, False], False),
        (Macro.ALL, [FAILS, False], False),
        (Macro.ALL, [False, FAILS], False),
        (Macro.ALL, [True, FAILS], FAILS),
        (Macro.EXISTS, [], False),
        (Macro.EXISTS, [False, False], False),
        (Macro.EXISTS, [FAILS, True], True),
        (Macro.EXISTS, [FAILS, False], FAILS),
        (Macro.EXISTS_ONE, [False, True], True),
        (Macro.EXISTS_ONE, [True, True], False),
        (Macro.EXISTS_ONE, [], False),
        (Macro.EXISTS_ONE, [True, FAILS], FAILS),
        (Macro.FILTER, [True, False, True], [True, True]),
        (Macro.FILTER, [True, FAILS], FAILS),
        (Macro.MAP, [1, 2], [1, 2]),
        (Macro.MAP, [1, FAILS], FAILS),
    ],
)
def test_a_macro_goes_through_a_list(macro: Macro, items: Any, expected: Any) -> None:
    """The quantifiers absorb, the others do not."""
    run = logic.comprehension(macro, gives(items), FIRST_LOCAL, element, PLACE)

    assert outcome_of(run) == expected


@pytest.mark.parametrize("macro", list(Macro))
def test_a_long_loop_gives_up_at_the_deadline(macro: Macro) -> None:
    """It looks at the clock every 16 elements, not at each."""
    items = [macro is not Macro.EXISTS] * 1_000
    over, late = gives(items), time.monotonic() - 1

    def body(_variables: Any, cells: Cells) -> Any:
        seen.append(cells[FIRST_LOCAL])
        return cells[FIRST_LOCAL]

    seen: list[Any] = []
    run = logic.comprehension(macro, over, FIRST_LOCAL, body, PLACE)
    with pytest.raises(BudgetExceededError):
        run({}, [late, None, None])

    assert len(seen) == 16


@pytest.mark.parametrize("macro", list(Macro))
def test_a_loop_passes_a_used_up_budget_on(macro: Macro) -> None:
    """From within its body."""
    run = logic.comprehension(macro, gives([1]), FIRST_LOCAL, exhausted, PLACE)

    with pytest.raises(BudgetExceededError):
        run({}, [math.inf, None, None])
