"""Inputs for which conditions are true, or false, as is wanted.

Goes through what a condition is made of: for `a && b` it makes both true, for `a || b` one
after the other, and for a single condition it tries the probes of that condition, each by
evaluating it. What is found is therefore right; that nothing is found proves nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from gateway.cel.meaning.plan import Choice, Comprehension, Invoke, Terms, Variable
from gateway.cel.parsing.syntax import Connective
from gateway.policy.comparison.searching.aims import Scene
from gateway.policy.comparison.searching.inputs import Inputs
from gateway.policy.comparison.searching.probes import probes
from gateway.policy.comparison.searching.side import ImpossibleError, Side
from gateway.policy.comparison.searching.terms import (
    FAILED,
    Parts,
    Term,
    Trial,
    parts,
    term_of,
)
from gateway.policy.plan import Plan, RoleGroup

# Of the ways to make one condition true, the first few: more would multiply.
_WAYS: Final = 8
_ROUNDS: Final = 2
_SECOND_TRIES: Final = 16


@dataclass(frozen=True, slots=True)
class Want:
    """What a condition has to be.

    Attributes:
        side: Where it is looked at.
        term: The condition.
        value: True, false, or `None` for either, as long as it has a value.
    """

    side: Side
    term: Term
    value: bool | None

    def is_met(self, trial: Trial) -> bool:
        """Whether the condition is what it has to be."""
        found = trial.value(self.term)
        if self.value is None:
            return found is not FAILED
        return found is self.value


@dataclass(frozen=True, slots=True)
class Either:
    """Several ways to the same end.

    Attributes:
        ways: For each, all that has to be.
    """

    ways: tuple[tuple["Goal", ...], ...]


Goal = Want | Either


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        made: Where compiled terms are kept.
        left: How many more requests may be tried.
    """

    made: Parts
    left: int
    _last: dict[str, tuple[Inputs, Trial | None]] = field(default_factory=dict)

    def solve(self, inputs: Inputs, goals: Sequence[Goal]) -> Iterator[Inputs]:
        """Yield inputs that meet all goals.

        First by steps that undo none of those before; then also by others, and what was
        undone is seen to again.
        """
        everything = tuple(goals)
        yield from self._in_turn(inputs, everything, ())
        yield from self._rounds(inputs, everything, _ROUNDS)

    def trial(self, side: Side, inputs: Inputs) -> Trial | None:
        """Return a request as one side sees it; `None` if it cannot be there."""
        last = self._last.get(side.name)
        if last is not None and last[0] is inputs:
            return last[1]
        self.left -= 1
        trial: Trial | None = None
        try:
            access = side.access_of(inputs)
            trial = Trial(access, engine=side.engine, made=self.made)
        except ImpossibleError:
            trial = None
        self._last[side.name] = (inputs, trial)
        return trial

    def _rounds(
        self, inputs: Inputs, goals: tuple[Goal, ...], rounds: int
    ) -> Iterator[Inputs]:
        for found in self._in_turn(inputs, goals, None):
            # What came later may have undone what came first.
            if self._all_met(found, goals):
                yield found
            elif rounds:
                yield from self._rounds(found, goals, rounds - 1)

    def _all_met(self, inputs: Inputs, goals: Sequence[Goal]) -> bool:
        return all(self._is_met(inputs, goal) for goal in goals)

    def _is_met(self, inputs: Inputs, goal: Goal) -> bool:
        if isinstance(goal, Either):
            return any(self._all_met(inputs, way) for way in goal.ways)
        trial = self.trial(goal.side, inputs)
        return trial is not None and goal.is_met(trial)

    def _in_turn(
        self, inputs: Inputs, goals: tuple[Goal, ...], kept: tuple[Goal, ...] | None
    ) -> Iterator[Inputs]:
        """Yield inputs that meet one goal after the other.

        Args:
            inputs: Where to begin.
            goals: What to meet.
            kept: What must not be undone; `None` if anything may be.
        """
        if not goals:
            yield inputs
            return
        first, rest = goals[0], goals[1:]
        later = None if kept is None else (*kept, first)
        for found in self._meet(inputs, first, kept):
            if kept is None or self._all_met(found, kept):
                yield from self._in_turn(found, rest, later)

    def _meet(
        self, inputs: Inputs, goal: Goal, kept: tuple[Goal, ...] | None
    ) -> Iterator[Inputs]:
        if self.left <= 0:
            return
        if self._is_met(inputs, goal):
            yield inputs
            return
        if isinstance(goal, Either):
            for way in goal.ways:
                yield from islice(self._in_turn(inputs, way, kept), _WAYS)
            return
        ways = list(_ways(goal))
        if not ways:
            yield from islice(self._tried(inputs, goal), _WAYS)
        for way in ways:
            solved = (
                self._rounds(inputs, way, 1)
                if kept is None
                else self._in_turn(inputs, way, kept)
            )
            some = islice(solved, _WAYS)
            yield from (found for found in some if self._is_met(found, goal))

    def _tried(self, inputs: Inputs, goal: Want) -> Iterator[Inputs]:
        """Yield the inputs after edits that make a single condition what it has to be."""
        yield from self._by_roles(inputs, goal)
        missed: list[Inputs] = []
        seen: set[tuple[object, ...]] = set()
        for changed in self._probed(goal, inputs, seen):
            if self._is_met(changed, goal):
                yield changed
            else:
                missed.append(changed)
        if not has_macro(goal.term):
            return
        # What is asked of one element may be two things.
        for first in missed[:_SECOND_TRIES]:
            for changed in self._probed(goal, first, seen):
                if self._is_met(changed, goal):
                    yield changed

    def _probed(
        self, goal: Want, inputs: Inputs, seen: set[tuple[object, ...]]
    ) -> Iterator[Inputs]:
        trial = self.trial(goal.side, inputs)
        if trial is None:
            return
        for edit in probes(goal.term, Scene(trial)):
            changed = inputs.edited(edit)
            if changed.key not in seen:
                seen.add(changed.key)
                yield changed
            if self.left <= 0:
                return

    def _by_roles(self, inputs: Inputs, goal: Want) -> Iterator[Inputs]:
        trial = self.trial(goal.side, inputs)
        if trial is None or not reads_roles(goal.term):
            return
        access = trial.access
        kind = access.subject.identity.kind
        plan = goal.side.engine.plan_of(access.route.id, kind)
        for group in plan.groups:
            for role in group.roles:
                wanted: tuple[Goal, ...] = (held(goal.side, plan, role.id),)
                if role.id in trial.roles:
                    wanted = not_held(goal.side, plan, role.id)
                for found in islice(self._in_turn(inputs, wanted, ()), _WAYS):
                    if self._is_met(found, goal):
                        yield found


def reads_roles(term: Term) -> bool:
    """Whether a condition asks for the roles that are held."""
    return any(
        isinstance(each.plan, Variable) and each.plan.name == "roles"
        for each in parts(term)
    )


def has_macro(term: Term) -> bool:
    """Whether a condition goes through the elements of something."""
    return any(isinstance(each.plan, Comprehension) for each in parts(term))


def _ways(goal: Want) -> Iterator[tuple[Want, ...]]:
    """Yield what a joint condition needs; nothing for a single one."""
    side, value, children = goal.side, goal.value, goal.term.children
    match goal.term.plan:
        case Terms(connective=connective):
            decisive = connective is Connective.OR
            if value is not None and value is not decisive:
                yield tuple(Want(side, child, value) for child in children)
            else:
                yield from ((Want(side, child, value),) for child in children)
        case Invoke(name="!_"):
            yield (Want(side, children[0], None if value is None else not value),)
        case Choice():
            test, then, otherwise = children
            yield (Want(side, test, value=True), Want(side, then, value))
            yield (Want(side, test, value=False), Want(side, otherwise, value))
        case _:
            return


def held(side: Side, plan: Plan, role: str) -> Either:
    """Return the goal that a role is held."""
    return Either(
        tuple(
            way
            for group in plan.groups
            if plan.ceiling is None or role in plan.ceiling
            for way in _granted(side, group, role)
        )
    )


def not_held(side: Side, plan: Plan, role: str) -> tuple[Goal, ...]:
    """Return the goals that a role is not held."""
    return tuple(
        Want(side, term_of(each.when), value=False)
        for group in plan.groups
        for each in group.roles
        if each.id == role
    )


def _granted(side: Side, group: RoleGroup, role: str) -> Iterator[tuple[Goal, ...]]:
    conditions = [(each.id, term_of(each.when)) for each in group.roles]
    for position, (name, term) in enumerate(conditions):
        if name != role:
            continue
        before = conditions[:position] if group.first_only else []
        others = tuple(Want(side, other, value=False) for _, other in before)
        yield (Want(side, term, value=True), *others)
    if group.default == role:
        yield tuple(Want(side, term, value=False) for _, term in conditions)
