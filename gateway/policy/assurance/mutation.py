"""Which mistakes in the policies no test would notice.

Each mutant is decided by the tests that can notice it, and by no others: those that come to
what is changed, and in which it has another value. The first test that fails has killed
it. A mutant that no test kills is a hole in the tests, or a part of a policy that nobody
needs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from gateway.cel.errors import EvaluationError
from gateway.cel.program import Program
from gateway.policy.assurance.items import Item
from gateway.policy.assurance.mapping_mutants import mapping_mutants
from gateway.policy.assurance.mutants import Mutant, Question, expression_mutants
from gateway.policy.assurance.observation import Observation
from gateway.policy.assurance.rule_mutants import Surroundings, rule_mutants
from gateway.policy.assurance.trials import Trial
from gateway.policy.engine import Engine
from gateway.policy.evaluation import Evaluation
from gateway.policy.expressions import Expression
from gateway.policy.plan import Plan
from gateway.policy.testing import TEST_BUDGET

Outcome = tuple[bool, Any]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mistake that no test notices.

    Attributes:
        policy: Id of the policy.
        where: `file:line:column`.
        item: What is changed: `rule read-own`.
        before: The text that is changed.
        after: What it becomes.
        hint: What would notice it, as an advice.
    """

    policy: str
    where: str
    item: str
    before: str
    after: str
    hint: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """What came of all mutants.

    Attributes:
        tried: How many there were.
        survivors: Those that no test kills, in the order of the files.
    """

    tried: int
    survivors: tuple[Survivor, ...]

    @property
    def killed(self) -> int:
        """How many a test kills."""
        return self.tried - len(self.survivors)


def find_mutants(items: Sequence[Item], around: Surroundings) -> list[Mutant]:
    """Return all mutants of the items.

    Args:
        items: Those of some files, or of all.
        around: What they stand in.
    """
    files = {item.policy.document.name: item.policy for item in items}
    mutants = [
        *expression_mutants(items),
        *rule_mutants(items, around),
        *mapping_mutants(items, list(files.values()), around.engine, around.patterns),
    ]
    ranks = {
        policy.settings.policy.id: rank for rank, policy in enumerate(files.values())
    }
    return sorted(mutants, key=lambda each: (ranks[each.policy], _position(each.where)))


def _position(where: str) -> tuple[int, int]:
    _, line, column = where.rsplit(":", 2)
    return int(line), int(column)


class Arena:
    """Where mutants meet the tests."""

    def __init__(
        self, engine: Engine, trials: Sequence[Trial], seen: Observation
    ) -> None:
        """Take what decides.

        Args:
            engine: The compiled policies.
            trials: The tests; all of them have to pass.
            seen: What they have seen.
        """
        self._engine = engine
        self._trials = trials
        self._seen = seen
        self._evaluations: dict[int, Evaluation] = {}
        self._outcomes: dict[Expression, dict[int, Outcome]] = {}
        self._asking: dict[Question, list[int]] = {}
        self._of_policy: dict[str, set[int]] = {}
        for number, trial in enumerate(trials):
            self._asking.setdefault(_question(trial), []).append(number)
            policy = trial.case.policy.settings.policy.id
            self._of_policy.setdefault(policy, set()).add(number)

    def survivors(
        self, mutants: Iterable[Mutant], *, advance: Callable[[], None]
    ) -> Iterator[Survivor]:
        """Yield the mutants that no test kills.

        Args:
            mutants: The mistakes.
            advance: Called after each.
        """
        for mutant in mutants:
            survivor = self._try(mutant)
            advance()
            if survivor is not None:
                yield survivor

    def _try(self, mutant: Mutant) -> Survivor | None:
        changed: dict[Question, Engine] = {}
        noticing = 0
        example = ""
        for number in self._candidates(mutant):
            trial = self._trials[number]
            question = _question(trial)
            if question not in changed:
                changed[question] = self._changed(mutant, question)
            decision = changed[question].decide(trial.access, budget=TEST_BUDGET)
            if trial.case.differences(trial.access, decision):
                return None
            if decision != self._seen.decisions[number]:
                noticing += 1
                example = example or trial.name
        return _survivor(mutant, noticing, example)

    def _changed(self, mutant: Mutant, question: Question) -> Engine:
        plan = self._engine.plan_of(question.route, question.kind)
        made: Plan = mutant.change(question, plan)
        return self._engine.with_plans({question.route: {question.kind: made}})

    def _candidates(self, mutant: Mutant) -> Iterator[int]:
        """Yield the trials that can notice."""
        expression = mutant.expression
        numbers = {
            number
            for question in mutant.questions or ()
            for number in self._asking.get(question, ())
        }
        if mutant.questions is None and expression is not None:
            numbers = self._seen.sights[expression].whole.trials
        # The tests beside a rule are written for it, so one of them is the likeliest.
        beside = self._of_policy.get(mutant.policy, set())
        for number in (*sorted(numbers & beside), *sorted(numbers - beside)):
            if expression is None or self._matters(mutant, expression, number):
                yield number

    def _matters(self, mutant: Mutant, expression: Expression, number: int) -> bool:
        outcome = self._outcome(expression, number)
        if mutant.program is None:
            # A rule whose condition is false does nothing, whatever else it says; only
            # who holds no role is told whether there was a rule to ask.
            return outcome != (True, False) or self._is_roleless(number)
        return self._evaluated(mutant.program, expression, number) != outcome

    def _is_roleless(self, number: int) -> bool:
        """Whether roles are given where a trial asks, and it holds none."""
        question = _question(self._trials[number])
        plan = self._engine.plan_of(question.route, question.kind)
        return bool(plan.groups) and not self._seen.decisions[number].roles

    def _outcome(self, expression: Expression, number: int) -> Outcome:
        outcomes = self._outcomes.setdefault(expression, {})
        if number not in outcomes:
            program = expression.program
            outcomes[number] = self._evaluated(program, expression, number)
        return outcomes[number]

    def _evaluated(
        self, program: Program, expression: Expression, number: int
    ) -> Outcome:
        """Return whether a trial gives an expression a value, and which or why not."""
        variables = self._evaluation(number).variables_of(expression)
        try:
            value = program.evaluate(variables)
        except EvaluationError as error:
            return False, str(error)
        return True, value

    def _evaluation(self, number: int) -> Evaluation:
        evaluation = self._evaluations.get(number)
        if evaluation is None:
            trial = self._trials[number]
            evaluation = Evaluation(trial.access, deadline=inf)
            self._engine.enforce(trial.access, evaluation)
            self._evaluations[number] = evaluation
        return evaluation


def _question(trial: Trial) -> Question:
    access = trial.access
    return Question(access.route.id, access.subject.identity.kind)


def _survivor(mutant: Mutant, noticing: int, example: str) -> Survivor:
    hint = f"add {mutant.hint}"
    if noticing:
        hint = (
            f"{noticing} of the tests come out otherwise, `{example}` for one, and "
            f"none says so: expect {mutant.expect}"
        )
    return Survivor(
        policy=mutant.policy,
        where=mutant.where,
        item=mutant.item,
        before=mutant.before,
        after=mutant.after,
        hint=hint,
    )


def mutate(
    mutants: Sequence[Mutant], arena: Arena, *, advance: Callable[[], None]
) -> Mutation:
    """Return what came of all mutants.

    Args:
        mutants: As `find_mutants` gives them.
        arena: Where they meet the tests.
        advance: Called after each mutant.
    """
    survivors = tuple(arena.survivors(mutants, advance=advance))
    return Mutation(len(mutants), survivors)
