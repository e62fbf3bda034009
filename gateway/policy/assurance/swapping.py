"""Plans in which some expressions are evaluated by other programs.

Everything else of a plan is shared with the one that it was made from. A file's `vars` are
reached through its expressions, so an expression whose file has a changed variable is made
anew as well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gateway.cel.program import Program
from gateway.policy.expressions import Expression, Frame
from gateway.policy.plan import Candidates, CompiledRule, Plan

RuleChange = Callable[[CompiledRule], CompiledRule | None]


class Swap:
    """Replaces programs, the same way in every plan."""

    def __init__(self, programs: Mapping[Expression, Program]) -> None:
        """Take what is to be replaced.

        Args:
            programs: The new programs, by the expression at its place.
        """
        self._programs = programs
        self._made: dict[Expression, Expression] = {}
        self._frames: dict[Frame, Frame] = {}

    def expression(self, old: Expression) -> Expression:
        """Return the expression with its new program, in its new frame."""
        made = self._made.get(old)
        if made is None:
            frame = None if old.frame is None else self._frame(old.frame)
            program = self._programs.get(old, old.program)
            is_same = program is old.program and frame is old.frame
            made = old if is_same else replace(old, program=program, frame=frame)
            self._made[old] = made
        return made

    def _frame(self, old: Frame) -> Frame:
        made = self._frames.get(old)
        if made is not None:
            return made
        if self._programs.keys().isdisjoint(old.variables.values()):
            self._frames[old] = old
            return old
        # Filled after it is known: the variables stand in the frame themselves.
        variables: dict[str, Expression] = {}
        self._frames[old] = made = replace(old, variables=variables)
        for name, variable in old.variables.items():
            variables[name] = self.expression(variable)
        return made

    def plan(self, old: Plan) -> Plan:
        """Return the plan with every expression replaced that has to be."""
        changed = with_rules(old, self._rule)
        groups = tuple(
            replace(
                group,
                roles=tuple(
                    replace(role, when=self.expression(role.when))
                    for role in group.roles
                ),
            )
            for group in old.groups
        )
        claims = tuple(
            replace(claim, value=self.expression(claim.value)) for claim in old.claims
        )
        return replace(changed, groups=groups, claims=claims)

    def _rule(self, old: CompiledRule) -> CompiledRule:
        when = self.expression(old.when)
        return old if when is old.when else replace(old, when=when)


def with_rules(plan: Plan, change: RuleChange) -> Plan:
    """Return the plan with its rules changed, each in its place.

    Args:
        plan: The plan.
        change: Gives what a rule becomes; `None` if it is to go. Must not change the
            rule's effect or mode.
    """
    return replace(
        plan,
        denies=_changed(plan.denies, change),
        allows=_changed(plan.allows, change),
        shadows=_changed(plan.shadows, change),
    )


def _changed(candidates: Candidates, change: RuleChange) -> Candidates:
    rules = [change(rule) for rule in candidates.rules]
    if all(new is old for new, old in zip(rules, candidates.rules, strict=True)):
        return candidates
    return Candidates([rule for rule in rules if rule is not None])


def expressions_in(plan: Plan) -> Iterator[Expression]:
    """Yield every expression that a plan can come to, `vars` included; some twice."""
    for expression in _own_expressions(plan):
        yield expression
        if expression.frame is not None:
            yield from expression.frame.variables.values()


def _own_expressions(plan: Plan) -> Iterator[Expression]:
    for group in plan.groups:
        yield from (role.when for role in group.roles)
    for candidates in (plan.denies, plan.allows, plan.shadows):
        yield from (rule.when for rule in candidates.rules)
    yield from (claim.value for claim in plan.claims)
