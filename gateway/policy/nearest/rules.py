"""What each allow rule lacks, the smallest change first.

A rule allows if its role is held, its condition is true, what it requires is met, no deny
rule matches, and nothing fails before it. All of that is looked at together; what was found
is then tried on the engine, and what that brings to light (a deny rule for the role that
would be held) is looked at again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from gateway.model.access import AccessRequest
from gateway.policy.engine import Engine, map_roles
from gateway.policy.evaluation import Evaluation, FailedExpressionError
from gateway.policy.expressions import Expression
from gateway.policy.nearest.change import (
    ROLES,
    Action,
    Change,
    Changes,
    cheapest,
    together,
)
from gateway.policy.nearest.scope import Scope
from gateway.policy.nearest.supposing import NotSupposableError, suppose
from gateway.policy.nearest.terms import needs
from gateway.policy.nearest.wording import literal
from gateway.policy.plan import CompiledRule, Plan, RoleGroup

# A change may bring another obstacle to light; what takes more rounds is no small change.
_ROUNDS = 4
_BUDGET = 5.0
_MOST_TRIED = 20


@dataclass(frozen=True, slots=True)
class Way:
    """How one allow rule would come to allow.

    Attributes:
        rule: The rule.
        changes: What would have to be otherwise; `None` if nothing would do.
        tried: Whether the engine allowed the request with the changes.
    """

    rule: CompiledRule
    changes: Changes
    tried: bool = False


def find_ways(engine: Engine, access: AccessRequest) -> list[Way]:
    """Return the ways to an answer that allows, those with the fewest changes first.

    Rules that lack nothing are left out.
    """
    plan = engine.plan_of(access.route.id, access.subject.identity.kind)
    ways = [_way(engine, access, rule) for rule in plan.allows.rules]
    found = [way for way in ways if way.changes is None or way.changes]
    return sorted(found, key=_rank)


def _rank(way: Way) -> tuple[bool, int, bool]:
    count = 0 if way.changes is None else len(way.changes)
    return way.changes is None, count, not way.tried


def _way(engine: Engine, access: AccessRequest, rule: CompiledRule) -> Way:
    changes: tuple[Change, ...] = ()
    first: tuple[Change, ...] = ()
    supposed = access
    for _ in range(_ROUNDS):
        found = _Obstacles(engine, supposed, rule).changes()
        if found is None:
            return Way(rule, None)
        if not found:
            break
        changes = _later(changes, found)
        first = first or changes
        try:
            supposed = suppose(access, changes)
        except NotSupposableError:
            return Way(rule, changes)
    else:
        # One thing would have to be two.
        return Way(rule, first)
    if not changes or not engine.decide(supposed, budget=_BUDGET).allowed:
        return Way(rule, changes)
    return Way(rule, _reduced(engine, access, rule, changes), tried=True)


def _reduced(
    engine: Engine,
    access: AccessRequest,
    rule: CompiledRule,
    changes: tuple[Change, ...],
) -> tuple[Change, ...]:
    """Return the changes without those that the rule allows the request without."""
    for change in changes[:_MOST_TRIED]:
        rest = tuple(each for each in changes if each is not change)
        decision = engine.decide(suppose(access, rest), budget=_BUDGET)
        if decision.allowed and decision.rule == rule.name:
            changes = rest
    return changes


def _later(earlier: Sequence[Change], found: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes of all rounds; what is set anew is set once."""
    now = {change.path: change.now for change in earlier if change.path}
    anew = {change.path for change in found if change.action is Action.SET}
    kept = [change for change in earlier if change.path not in anew]
    # What it is now was said first: a later round sees what was only supposed.
    said = [replace(each, now=now.get(each.path, each.now)) for each in found]
    return together((tuple(kept), tuple(said))) or ()


class _Obstacles:
    """What stands between one question and one rule that is to allow it."""

    def __init__(
        self, engine: Engine, access: AccessRequest, rule: CompiledRule
    ) -> None:
        self._access = access
        self._rule = rule
        self._plan: Plan = engine.plan_of(access.route.id, access.subject.identity.kind)
        self._evaluation = Evaluation(access, deadline=inf)

    def changes(self) -> Changes:
        """Return the fewest changes; none if the rule allows already."""
        try:
            roles = map_roles(self._plan, self._evaluation)
        except FailedExpressionError:
            return together(self._repaired_mapping())
        self._evaluation.hold(roles)
        found = together(
            (
                *self._role(roles),
                *self._earlier(roles),
                self._needs(self._rule.when, wanted=True),
                self._requirement(),
                *self._denials(roles),
            )
        )
        if found is None:
            return None
        return together(self._mapped(change) for change in found)

    def _needs(self, when: Expression, *, wanted: bool, purpose: str = "") -> Changes:
        scope = Scope(when, self._evaluation)
        found = needs(scope, when.program.plan, wanted=wanted)
        if found is None or not purpose:
            return found
        return tuple(replace(each, purpose=each.purpose or purpose) for each in found)

    def _outcome(self, when: Expression) -> bool | None:
        return Scope(when, self._evaluation).outcome(when.program.plan)

    def _repaired(
        self, when: Expression, purpose: str, *, rather: bool = False
    ) -> Changes:
        """Return what lets an expression have a value at all, and rather a certain one."""
        if self._outcome(when) is not None:
            return ()
        found = self._needs(when, wanted=rather, purpose=purpose)
        if found is None:
            return self._needs(when, wanted=not rather, purpose=purpose)
        return found

    def _repaired_mapping(self) -> Iterator[Changes]:
        for group in self._plan.groups:
            for role in group.roles:
                purpose = f"the mapping of {role.id} fails"
                is_needed = role.id in self._rule.roles
                yield self._repaired(role.when, purpose, rather=is_needed)

    def _role(self, roles: Sequence[str]) -> Iterator[Changes]:
        if self._rule.roles and self._rule.roles.isdisjoint(roles):
            yield cheapest(map(self._held, sorted(self._rule.roles)))

    def _held(self, role: str) -> Changes:
        """Return what would let the identity hold a role."""
        return cheapest(self._granted(group, role) for group in self._plan.groups)

    def _granted(self, group: RoleGroup, role: str) -> Changes:
        purpose = f"for the role {role}"
        choices: list[Changes] = []
        for rank, each in enumerate(group.roles):
            if each.id != role:
                continue
            before = group.roles[:rank] if group.first_only else ()
            choices.append(
                together(
                    (
                        self._needs(each.when, wanted=True, purpose=purpose),
                        *(
                            self._needs(other.when, wanted=False, purpose=purpose)
                            for other in before
                        ),
                    )
                )
            )
        if group.default == role:
            choices.append(
                together(
                    self._needs(each.when, wanted=False, purpose=purpose)
                    for each in group.roles
                )
            )
        return cheapest(choices)

    def _mapped(self, change: Change) -> Changes:
        """Return what would change the roles, where that is what a term asks for."""
        if change.path != ROLES:
            return (change,)
        if change.action is not Action.ADD:
            return (replace(change, action=Action.OTHER, path=()),)
        return together(self._held(role) for role in change.value)

    def _earlier(self, roles: Sequence[str]) -> Iterator[Changes]:
        """Yield what lets the allow rules before this one have a value."""
        candidates = self._plan.allows.for_roles(roles)
        rules = self._plan.allows.rules
        for rule in rules[: rules.index(self._rule)]:
            if rule in candidates:
                yield self._repaired(rule.when, f"{rule.name} fails")

    def _denials(self, roles: Sequence[str]) -> Iterator[Changes]:
        for rule in self._plan.denies.for_roles(roles):
            yield self._needs(rule.when, wanted=False, purpose=f"{rule.name} denies")

    def _requirement(self) -> Changes:
        require, identity = self._rule.require, self._access.subject.identity
        if require is None or require.is_met(identity, self._access.now):
            return ()
        purpose, where = f"{self._rule.name} requires it", self._rule.where
        found: list[Change] = []
        if require.acr and identity.acr != require.acr:
            found.append(
                Change(
                    subject="identity.acr",
                    now=f"is {literal(identity.acr)}",
                    where=where,
                    action=Action.SET,
                    path=("identity", "acr"),
                    value=require.acr,
                    needs=f"needs {literal(require.acr)}",
                    purpose=purpose,
                )
            )
        rest = replace(require, acr="")
        if not rest.is_met(identity, self._access.now):
            age = literal(require.auth_age)
            found.append(
                Change(
                    subject="identity.auth_time",
                    now=f"is {literal(identity.auth_time)}",
                    where=where,
                    action=Action.SET,
                    path=("identity", "auth_time"),
                    value=self._access.now,
                    needs=f"needs a sign-in within the last {age}",
                    purpose=purpose,
                )
            )
        return tuple(found)
