"""Whatever fails, wherever it fails: nobody is let in who was not let in before.

Each expression of the demo's policies and of a larger set made by chance is replaced, one
after the other, by one that raises; then each part of each expression.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import pytest

from gateway.app.loading import load, policy_tests
from gateway.cel.compiling.closures import Cells, Run
from gateway.cel.errors import BudgetExceededError, EvaluationError, ValueFault
from gateway.cel.meaning.plan import Plan as Part
from gateway.cel.meaning.plan import walk
from gateway.cel.program import Program
from gateway.model.access import AccessRequest
from gateway.model.route import Route
from gateway.policy.assurance.items import plans_of
from gateway.policy.assurance.swapping import Swap, expressions_in
from gateway.policy.assurance.trials import trials_of
from gateway.policy.engine import Engine
from gateway.policy.expressions import Expression
from gateway.policy.testing import cases_of
from tests.flows.house import NOON, STORE_KEY
from tests.policy.files import ROUTES, engine
from tests.policy.generated import Generator

ROOT = Path(__file__).parents[2]

# What a library, a record or the machine may raise inside an expression.
FAULTS: tuple[Callable[[], Exception], ...] = (
    lambda: EvaluationError("injected"),
    lambda: ValueFault("injected"),
    lambda: BudgetExceededError("injected"),
    lambda: KeyError("injected"),
    RecursionError,
    MemoryError,
)


@dataclass(frozen=True)
class Setting:
    """Policies, and everything that is asked of them."""

    engine: Engine
    routes: Sequence[Route]
    questions: Sequence[AccessRequest]
    reached: dict[Expression, list[int]] = field(default_factory=dict)

    def expressions(self) -> list[Expression]:
        plans = [plan for _, _, plan in plans_of(self.engine, self.routes)]
        return list({one: None for plan in plans for one in expressions_in(plan)})

    def allowed(self) -> set[int]:
        """Which questions are answered by yes."""
        return self.allowed_by(self.engine, range(len(self.questions)))

    def allowed_by(self, engine: Engine, numbers: Iterable[int]) -> set[int]:
        return {
            number
            for number in numbers
            if engine.decide(self.questions[number], budget=inf).allowed
        }

    def changed(self, programs: Mapping[Expression, Program]) -> Engine:
        """The engine with other programs at some places."""
        swap = Swap(programs)
        plans: dict[str, dict[Any, Any]] = {}
        for route, kind, plan in plans_of(self.engine, self.routes):
            plans.setdefault(route, {})[kind] = swap.plan(plan)
        return self.engine.with_plans(plans)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """The demo's policies, and what their tests ask."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(ROOT / "config.toml", folder)
    for name in ("providers", "policies"):
        shutil.copytree(ROOT / name, folder / name)
    state = folder / "state"
    state.mkdir(mode=0o700)
    (state / "store.key").write_text(STORE_KEY)
    (state / "store.key").chmod(0o600)
    (state / "backend.jwks").write_text('{"keys": []}')
    loaded = load(folder / "config.toml")
    tests = policy_tests(loaded, clock=lambda: NOON)
    policies = loaded.configuration.policies
    trials = trials_of(tests, (case for each in policies for case in cases_of(each)))
    return Setting(loaded.engine, loaded.declared, [one.access for one in trials])


@pytest.fixture(scope="module")
def generated() -> Setting:
    """Seventy expressions and eighty questions made by chance."""
    generator = Generator(seed=20)
    made = engine(*generator.files())
    return Setting(made, ROUTES, generator.questions(80))


@pytest.fixture(params=["demo", "generated"])
def setting(request: pytest.FixtureRequest) -> Setting:
    """One after the other."""
    found: Setting = request.getfixturevalue(request.param)
    return found


def failing(
    program: Program, fault: Callable[[], Exception], at: Part
) -> tuple[Program, list[None]]:
    """The program with a part that raises; the list grows whenever it does."""
    reached: list[None] = []
    broken: set[Run] = set()

    def raising(_variables: Mapping[str, Any], _cells: Cells) -> Any:
        reached.append(None)
        raise fault()

    def wrap(part: Part, run: Run, absorbed: Sequence[Run]) -> Run:
        made = run
        if part is at:
            made = raising
        elif hidden := broken.intersection(absorbed):
            # What a closure computes at once, it computes from this as well.
            (inner,) = hidden

            def made(variables: Mapping[str, Any], cells: Cells) -> Any:
                inner(variables, cells)
                return run(variables, cells)

        if made is not run:
            broken.add(made)
        return made

    return program.observed(wrap), reached


def reached_by(setting: Setting, expression: Expression) -> list[int]:
    """The questions that come to an expression; found out once."""
    if expression in setting.reached:
        return setting.reached[expression]
    top = expression.program.plan
    program, reached = failing(expression.program, FAULTS[0], top)
    changed = setting.changed({expression: program})
    numbers = []
    for number in range(len(setting.questions)):
        before = len(reached)
        setting.allowed_by(changed, [number])
        if len(reached) > before:
            numbers.append(number)
    setting.reached[expression] = numbers
    return numbers


def test_the_settings_ask_for_much(setting: Setting) -> None:
    """Else what follows would say little: yes and no, and most expressions are read."""
    expressions = setting.expressions()
    read = sum(bool(reached_by(setting, one)) for one in expressions)

    assert 0.1 < len(setting.allowed()) / len(setting.questions) < 0.9
    assert read / len(expressions) > 0.8


@pytest.mark.long
def test_an_expression_that_fails_lets_nobody_in(setting: Setting) -> None:
    """Whatever it raises; and who came to it, other than in a shadow, is kept out."""
    allowed = setting.allowed()
    shadows = {
        rule.when
        for _, _, plan in plans_of(setting.engine, setting.routes)
        for rule in plan.shadows.rules
    }
    for expression in setting.expressions():
        numbers = reached_by(setting, expression)
        is_variable = expression.place.keys[0] == "vars"
        for fault in FAULTS:
            at = expression.program.plan
            program, reached = failing(expression.program, fault, at)
            changed = setting.changed({expression: program})

            let_in = setting.allowed_by(changed, numbers)

            assert bool(reached) == bool(numbers)
            assert let_in <= allowed, expression.place.at()
            # `&&` and `||` may do without a variable.
            if not is_variable and expression not in shadows:
                assert not let_in, expression.place.at()


@pytest.mark.long
def test_a_part_that_fails_lets_nobody_in(setting: Setting) -> None:
    """`false && error` is still false: what is absorbed decides nothing either."""
    allowed = setting.allowed()
    tried = 0
    for expression in setting.expressions():
        refused = set(reached_by(setting, expression)) - allowed
        for part in walk(expression.program.plan):
            program, reached = failing(expression.program, FAULTS[0], part)
            changed = setting.changed({expression: program})

            let_in = setting.allowed_by(changed, refused)

            tried += bool(reached)
            assert not let_in, program.place_of(part)
    assert tried > len(setting.expressions())


def test_variables_and_rules_that_fail_together_let_nobody_in(
    setting: Setting,
) -> None:
    """Two faults do not make up for each other."""
    allowed = setting.allowed()
    expressions = setting.expressions()
    for first, second in zip(
        expressions, [*expressions[1:], expressions[0]], strict=True
    ):
        programs = {
            one: failing(one.program, FAULTS[0], one.program.plan)[0]
            for one in (first, second)
        }

        refused = {*reached_by(setting, first), *reached_by(setting, second)} - allowed
        assert not setting.allowed_by(setting.changed(programs), refused)
