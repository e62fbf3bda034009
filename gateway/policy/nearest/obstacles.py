"""What stands between one question and the rules that are to allow it.

A role that is not held, a condition that is not true, a requirement that is not met, a
deny rule that matches, an expression before it that fails.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
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
from gateway.policy.nearest.terms import needs
from gateway.policy.nearest.wording import literal
from gateway.policy.plan import CompiledRule, Plan, RoleGroup


class Obstacles:
    """One question; what all rules share is looked at once."""

    def __init__(self, engine: Engine, access: AccessRequest) -> None:
        """Look at one question.

        Args:
            engine: The compiled policies.
            access: The question, which may be one that is only supposed.
        """
        self._access = access
        self._plan: Plan = engine.plan_of(access.route.id, access.subject.identity.kind)
        self._evaluation = Evaluation(access, deadline=inf)
        try:
            self._roles: Sequence[str] | None = map_roles(self._plan, self._evaluation)
        except FailedExpressionError:
            self._roles = None
        else:
            self._evaluation.hold(self._roles)

    def before(self, rule: CompiledRule) -> Changes:
        """Return the fewest changes with which a rule allows; none if it does so already.

        Args:
            rule: One of the allow rules for the question's route and audience kind.
        """
        if self._roles is None:
            return together(self._repaired_mapping(rule))
        found = together(
            (
                *self._role(rule, self._roles),
                *self._earlier(rule),
                self._needs(rule.when, wanted=True),
                self._requirement(rule),
                self._denials,
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

    def _repaired_mapping(self, rule: CompiledRule) -> Iterator[Changes]:
        for group in self._plan.groups:
            for role in group.roles:
                purpose = f"the mapping of {role.id} fails"
                is_needed = role.id in rule.roles
                yield self._repaired(role.when, purpose, rather=is_needed)

    def _role(self, rule: CompiledRule, roles: Sequence[str]) -> Iterator[Changes]:
        if rule.roles and rule.roles.isdisjoint(roles):
            yield cheapest(map(self._held, sorted(rule.roles)))

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

    def _earlier(self, rule: CompiledRule) -> Iterator[Changes]:
        """Yield what lets the allow rules before this one have a value."""
        for other, changes in self._broken.items():
            if self._ranks[other] < self._ranks[rule]:
                yield changes

    @cached_property
    def _ranks(self) -> Mapping[CompiledRule, int]:
        return {rule: rank for rank, rule in enumerate(self._plan.allows.rules)}

    @cached_property
    def _broken(self) -> Mapping[CompiledRule, Changes]:
        """What would repair the allow rules that fail."""
        return {
            rule: self._repaired(rule.when, f"{rule.name} fails")
            for rule in self._plan.allows.for_roles(self._roles or ())
            if self._outcome(rule.when) is None
        }

    @cached_property
    def _denials(self) -> Changes:
        """What would keep the deny rules from matching, and from failing."""
        return together(
            self._needs(rule.when, wanted=False, purpose=f"{rule.name} denies")
            for rule in self._plan.denies.for_roles(self._roles or ())
        )

    def _requirement(self, rule: CompiledRule) -> Changes:
        require, identity = rule.require, self._access.subject.identity
        if require is None or require.is_met(identity, self._access.now):
            return ()
        purpose, where = f"{rule.name} requires it", rule.where
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
        if require.sender and identity.sender != require.sender:
            found.append(
                Change(
                    subject="identity.sender",
                    now=f"is {literal(identity.sender)}",
                    where=where,
                    action=Action.SET,
                    path=("identity", "sender"),
                    value=require.sender,
                    needs=f"needs {literal(require.sender)}",
                    purpose=purpose,
                )
            )
        rest = replace(require, acr="", sender="")
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
