"""Many threads, each with its own identity: no answer is ever that of another."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from math import inf
from threading import Barrier
from typing import Any, Final

import pytest

from gateway.cel.compiling.closures import Cells, Run
from gateway.cel.meaning.plan import Plan as Part
from gateway.cel.program import Program
from gateway.model.access import AccessRequest
from gateway.model.decision import Decision
from gateway.policy.assurance.items import plans_of
from gateway.policy.assurance.swapping import Swap, expressions_in
from gateway.policy.engine import Engine
from tests.policy.files import ROUTES, engine
from tests.policy.generated import Generator

THREADS: Final = 16
EVALUATIONS: Final = 1_000_000
QUESTIONS_EACH: Final = 12


@pytest.fixture
def eager_switches() -> Iterator[None]:
    """Threads are interrupted after a tenth of a millisecond, in the middle of everything."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(before)


def questions_of(number: int) -> list[AccessRequest]:
    """What one thread asks, all of it as its own identity."""
    found = Generator(seed=1000 + number).questions(QUESTIONS_EACH)
    return [
        replace(
            one,
            subject=replace(
                one.subject, identity=replace(one.subject.identity, id=f"u{number}")
            ),
        )
        for one in found
    ]


def evaluations(made: Engine, question: AccessRequest) -> int:
    """How many expressions one decision evaluates."""
    count = 0

    def counted(program: Program) -> Program:
        def wrap(part: Part, run: Run, _absorbed: Sequence[Run]) -> Run:
            def counting(variables: Mapping[str, Any], cells: Cells) -> Any:
                nonlocal count
                count += 1
                return run(variables, cells)

            return counting if part is program.plan else run

        return program.observed(wrap)

    places = {
        one: counted(one.program)
        for _, _, plan in plans_of(made, ROUTES)
        for one in expressions_in(plan)
    }
    swap = Swap(places)
    route, kind = question.route.id, question.subject.identity.kind
    plan = swap.plan(made.plan_of(route, kind))
    made.with_plans({route: {kind: plan}}).decide(question, budget=inf)
    return count


@pytest.mark.long
@pytest.mark.usefixtures("eager_switches")
def test_a_million_evaluations_in_many_threads_give_nobody_the_answer_of_another() -> (
    None
):
    """Roles, rules, claims and shadows of all threads at once, over the same plans."""
    made = engine(*Generator(seed=20).files())
    asked = [questions_of(number) for number in range(THREADS)]
    expected: list[list[Decision]] = [
        [made.decide(one, budget=inf) for one in mine] for mine in asked
    ]
    told = {str(decision.claims) for mine in expected for decision in mine}
    once = sum(evaluations(made, one) for mine in asked for one in mine)
    rounds = -(-EVALUATIONS // once)
    together = Barrier(THREADS)

    def ask(number: int) -> int:
        right = 0
        mine = list(zip(asked[number], expected[number], strict=True))
        together.wait()
        for _, (question, answer) in zip(
            range(rounds * len(mine)), cycle(mine), strict=False
        ):
            right += made.decide(question, budget=inf) == answer
        return right

    with ThreadPoolExecutor(THREADS) as pool:
        right = list(pool.map(ask, range(THREADS)))

    assert rounds * once >= EVALUATIONS
    assert right == [rounds * QUESTIONS_EACH] * THREADS
    # What the threads are told differs, so a mistake could not look right.
    assert len(told) > THREADS
