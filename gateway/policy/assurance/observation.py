"""What the tests have seen: of each item, and of each condition in it.

The tests are decided once more by the closures that decide anyway, each with a tally
around it. There is one meaning, not two.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from typing_extensions import override

from gateway.cel.compiling.closures import Cells, Run
from gateway.cel.errors import EvaluationError
from gateway.cel.meaning.plan import Plan as Part
from gateway.cel.program import Program
from gateway.model.decision import Decision
from gateway.model.identity import Identity, IdentityKind
from gateway.model.route import Route
from gateway.policy.assurance.conditions import conditions_of
from gateway.policy.assurance.items import plans_of
from gateway.policy.assurance.swapping import Swap, expressions_in, with_rules
from gateway.policy.assurance.trials import Trial
from gateway.policy.engine import Engine
from gateway.policy.expressions import Expression
from gateway.policy.plan import CompiledRule, Plan, Requirement
from gateway.policy.testing import TEST_BUDGET


@dataclass(slots=True, eq=False)
class Tally:
    """How often something came out as what.

    Attributes:
        true: Times it was true; of a requirement, met.
        false: Times it was false; of a requirement, not met.
        error: Times it failed.
        other: Times it had a value that is no bool.
        trials: The numbers of the trials that came to it.
    """

    true: int = 0
    false: int = 0
    error: int = 0
    other: int = 0
    trials: set[int] = field(default_factory=set)

    def note(self, value: Any, trial: int) -> None:
        """Count a value."""
        self.trials.add(trial)
        if value is True:
            self.true += 1
        elif value is False:
            self.false += 1
        else:
            self.other += 1

    def note_error(self, trial: int) -> None:
        """Count a failure."""
        self.trials.add(trial)
        self.error += 1


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of one expression at one place.

    Attributes:
        whole: Of the expression.
        conditions: Of the conditions below its top, in the order of the source.
    """

    whole: Tally
    conditions: Mapping[Part, Tally]


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of everything.

    Attributes:
        sights: By expression.
        requirements: By the name of the rule, `policy/rule`.
        decisions: Of the trials, in their order.
    """

    sights: Mapping[Expression, Sight]
    requirements: Mapping[str, Tally]
    decisions: Sequence[Decision]

    def decided_by(self, rule: str) -> int:
        """Return how many trials a rule has decided.

        Args:
            rule: `policy/rule`.
        """
        return sum(decision.rule == rule for decision in self.decisions)


def observe(
    engine: Engine,
    routes: Sequence[Route],
    trials: Sequence[Trial],
    *,
    advance: Callable[[], None],
) -> Observation:
    """Decide the trials, and return what was seen.

    Args:
        engine: The compiled policies.
        routes: All routes.
        trials: The tests.
        advance: Called after each trial.
    """
    observer = _Observer()
    watched = observer.watch(engine, routes)
    decisions = []
    for number, trial in enumerate(trials):
        observer.trial = number
        decisions.append(watched.decide(trial.access, budget=TEST_BUDGET))
        advance()
    return Observation(observer.sights, observer.requirements, decisions)


@dataclass(frozen=True, slots=True)
class _WatchedRequirement(Requirement):
    note: Callable[[bool], None] = field(kw_only=True)

    @override
    def is_met(self, identity: Identity, now: datetime) -> bool:
        # `super()` does not know a class that `slots` has made anew.
        met = Requirement.is_met(self, identity, now)
        self.note(met)
        return met


class _Observer:
    """Puts tallies around everything, for the trial at hand."""

    def __init__(self) -> None:
        self.trial = 0
        self.sights: dict[Expression, Sight] = {}
        self.requirements: dict[str, Tally] = {}

    def watch(self, engine: Engine, routes: Sequence[Route]) -> Engine:
        """Return an engine that decides the same, and is seen doing it."""
        plans = {id(plan): plan for _, _, plan in plans_of(engine, routes)}
        places = {one: None for plan in plans.values() for one in expressions_in(plan)}
        swap = Swap({place: self._watched(place) for place in places})
        made = {
            key: with_rules(swap.plan(plan), self._watch_requirement)
            for key, plan in plans.items()
        }
        watched: dict[str, dict[IdentityKind, Plan]] = {}
        for route_id, kind, plan in plans_of(engine, routes):
            watched.setdefault(route_id, {})[kind] = made[id(plan)]
        return engine.with_plans(watched)

    def _watched(self, expression: Expression) -> Program:
        program = expression.program
        conditions: dict[Part, Tally] = {
            part: Tally() for part in conditions_of(expression)
        }
        whole = Tally()
        self.sights[expression] = Sight(whole, conditions)
        tallies = conditions | {program.plan: whole}

        def wrap(part: Part, run: Run, absorbed: Sequence[Run]) -> Run:
            tally = tallies.get(part)
            hidden = [each for each in absorbed if each in watched]
            if tally is None and not hidden:
                return run
            made = self._noting(run, tally, hidden)
            watched.add(made)
            return made

        watched: set[Run] = set()
        return program.observed(wrap)

    def _noting(self, run: Run, tally: Tally | None, hidden: Sequence[Run]) -> Run:
        def noting(variables: Mapping[str, Any], cells: Cells) -> Any:
            for part in hidden:
                _show(part, variables, cells)
            try:
                value = run(variables, cells)
            except Exception:
                if tally is not None:
                    tally.note_error(self.trial)
                raise
            if tally is not None:
                tally.note(value, self.trial)
            return value

        return noting

    def _watch_requirement(self, rule: CompiledRule) -> CompiledRule:
        if rule.require is None:
            return rule
        tally = self.requirements.setdefault(rule.name, Tally())
        watched = _WatchedRequirement(
            rule.require.acr,
            rule.require.auth_age,
            rule.require.sender,
            note=lambda met: tally.note(met, self.trial),
        )
        return replace(rule, require=watched)


def _show(part: Run, variables: Mapping[str, Any], cells: Cells) -> None:
    """Evaluate what the closure around it computes without calling it."""
    # What fails is counted; whether it matters, the closure itself decides.
    with suppress(EvaluationError):
        part(variables, cells)
