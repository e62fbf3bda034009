"""The mistakes in what a rule says beside its condition.

Its effect and mode, whom it is for, which roles and which sign-in it asks for, and its
routes. A change that nobody could notice is no mistake: a guest who can hold none of the
roles that a rule needs is not let in by a rule that is for guests as well.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.config.configuration import PolicyFile
from gateway.config.policies.policy import Require, Rule
from gateway.config.positions import Keys
from gateway.config.settings.written import written
from gateway.model.identity import IdentityKind
from gateway.policy.assurance.items import Item, ItemKind
from gateway.policy.assurance.mutants import (
    CHALLENGE,
    Mutant,
    PlanChange,
    Question,
    expectation_of,
)
from gateway.policy.engine import Engine
from gateway.policy.patterns import RoutePatterns
from gateway.policy.plan import Candidates, CompiledRule, Effect, Plan, Requirement
from gateway.policy.planner import narrowed

RuleEdit = Callable[[CompiledRule], CompiledRule]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule stands in.

    Attributes:
        engine: The compiled policies.
        patterns: Which routes there are.
        policies: All files, in their order.
    """

    engine: Engine
    patterns: RoutePatterns
    policies: Sequence[PolicyFile]

    def audiences(self) -> list[IdentityKind]:
        """Return the audience kinds that the files speak of."""
        spoken = {
            kind
            for policy in self.policies
            for audiences in (
                *(rule.for_ for rule in policy.settings.rule),
                *(role.for_ for role in policy.settings.role),
            )
            for kind in audiences
        }
        return [kind for kind in IdentityKind if kind in spoken]


def rule_mutants(items: Sequence[Item], around: Surroundings) -> Iterator[Mutant]:
    """Yield the mistakes in the rules among the items."""
    ranks = _ranks(around.policies)
    for item in items:
        if item.kind is ItemKind.RULE and item.expression is not None:
            yield from _RuleMutants(item, around, ranks).all()


def _ranks(policies: Sequence[PolicyFile]) -> dict[str, int]:
    names = [
        f"{policy.settings.policy.id}/{rule.id}"
        for policy in policies
        for rule in policy.settings.rule
    ]
    return {name: rank for rank, name in enumerate(names)}


class _RuleMutants:
    """The mistakes in one rule."""

    def __init__(self, item: Item, around: Surroundings, ranks: dict[str, int]) -> None:
        self._item = item
        self._around = around
        self._ranks = ranks
        self._number = int(item.keys[1])
        self._rule: Rule = item.policy.settings.rule[self._number]
        self._routes = around.patterns.find_all(self._rule.routes)
        self._declared = self._find()

    def all(self) -> Iterator[Mutant]:
        """Yield all of them."""
        yield from self._effect()
        if self._rule.mode == "enforce":
            yield from self._audiences()
        yield from self._roles()
        yield from self._requirement()
        yield from self._patterns()

    def _find(self) -> CompiledRule:
        """Return the rule as the file has it."""
        compiled = next(
            rule
            for route in sorted(self._routes)
            for kind in IdentityKind
            for rule in _rules(self._around.engine.plan_of(route, kind))
            if rule.name == self._item.full_name
        )
        return replace(compiled, roles=frozenset(self._rule.roles))

    def _effect(self) -> Iterator[Mutant]:
        if self._rule.mode == "shadow":
            hint = "the condition is true and the answer would be another one in force"
            yield self._edited(
                "mode",
                (written("shadow"), written("enforce")),
                hint,
                _having(shadow=False),
            )
            return
        was = self._declared.effect
        effect = Effect.DENY if was is Effect.ALLOW else Effect.ALLOW
        yield self._edited(
            "effect",
            (written(was.value), written(effect.value)),
            "the condition is true",
            _having(effect=effect, require=None),
        )

    def _audiences(self) -> Iterator[Mutant]:
        listed = written(self._rule.for_)
        for kind in self._around.audiences():
            if kind not in self._declared.kinds:
                if not self._can_reach(kind):
                    continue
                kinds = self._declared.kinds | {kind}
                hint = f"a {kind} identity asks and the condition is true"
            elif len(self._declared.kinds) > 1:
                kinds = self._declared.kinds - {kind}
                hint = f"the rule decides for a {kind} identity"
            else:
                continue
            yield self._edited(
                "for",
                (listed, written([*map(str, sorted(kinds))])),
                hint,
                _having(kinds=kinds),
                kinds=[kind],
            )

    def _can_reach(self, kind: IdentityKind) -> bool:
        """Whether a rule for this kind as well could ever match for it."""
        return any(
            _can_match(self._declared, self._around.engine.plan_of(route, kind), kind)
            for route in self._routes
        )

    def _roles(self) -> Iterator[Mutant]:
        roles = self._rule.roles
        if len(roles) > 1:
            for role in roles:
                rest = [each for each in roles if each != role]
                yield self._edited(
                    "roles",
                    (written(roles), written(rest)),
                    f"the rule decides for somebody who holds `{role}` alone of these",
                    _having(roles=frozenset(rest)),
                )
        if roles and self._needs_roles():
            yield self._edited(
                "roles",
                (written(roles), written([])),
                "the condition is true for somebody who holds none of the roles",
                _having(roles=frozenset()),
            )

    def _needs_roles(self) -> bool:
        """Whether the roles that the rule names are not all that there are."""
        bare = replace(self._declared, roles=frozenset())
        plans = [
            self._around.engine.plan_of(route, kind)
            for route in self._routes
            for kind in self._declared.kinds
        ]
        return any(
            self._narrowed(bare, plan).roles != self._declared.roles for plan in plans
        )

    def _requirement(self) -> Iterator[Mutant]:
        require = self._declared.require
        if require is None or self._rule.require is None:
            return
        # Where there are two, whoever loses both loses each of them.
        for name in ("acr", "auth_age", "sender"):
            if getattr(require, name):
                empty = Requirement()
                less = replace(require, **{name: getattr(empty, name)})
                yield self._edited(
                    "require",
                    (_requirement(self._rule), _requirement(self._rule, without=name)),
                    f"the condition is true and `{name}` alone is not met",
                    _having(require=None if less == empty else less),
                    expect=CHALLENGE,
                )

    def _patterns(self) -> Iterator[Mutant]:
        patterns = self._rule.routes
        for pattern in patterns if len(patterns) > 1 else ():
            rest = [each for each in patterns if each != pattern]
            lost = self._routes - self._around.patterns.find_all(rest)
            if lost:
                yield self._mutant(
                    "routes",
                    (written(patterns), written(rest)),
                    f"the rule decides on a route that `{pattern}` alone names",
                    lambda _question, plan: _without(plan, self._item.full_name),
                    self._questions(lost, self._declared.kinds),
                )

    def _edited(
        self,
        key: str,
        texts: tuple[str, str],
        hint: str,
        edit: RuleEdit,
        *,
        kinds: Sequence[IdentityKind] | None = None,
        expect: str = "",
    ) -> Mutant:
        edited = edit(self._declared)

        def change(question: Question, plan: Plan) -> Plan:
            bare = _without(plan, edited.name)
            if question.kind not in edited.kinds:
                return bare
            return self._with(bare, self._narrowed(edited, plan))

        among = self._declared.kinds if kinds is None else kinds
        mutant = self._mutant(
            key, texts, hint, change, self._questions(self._routes, among)
        )
        return replace(mutant, expect=expect or mutant.expect)

    def _mutant(
        self,
        key: str,
        texts: tuple[str, str],
        hint: str,
        change: PlanChange,
        questions: frozenset[Question],
    ) -> Mutant:
        before, after = texts
        keys: Keys = ("rule", self._number, key)
        document = self._item.policy.document
        place = keys if document.has(keys) else ("rule", self._number, "id")
        return Mutant(
            policy=self._item.policy.settings.policy.id,
            where=document.where(place),
            item=f"rule {self._rule.id}",
            before=f"{key} = {before}",
            after=f"{key} = {after}",
            hint=f"a test in which {hint}",
            expect=expectation_of(self._item),
            change=change,
            questions=questions,
            # A shadow that is false is told as well, and differs from one not asked.
            expression=None if self._declared.shadow else self._item.expression,
        )

    def _questions(
        self,
        routes: frozenset[str],
        kinds: Sequence[IdentityKind] | frozenset[IdentityKind],
    ) -> frozenset[Question]:
        return frozenset(Question(route, kind) for route in routes for kind in kinds)

    def _narrowed(self, rule: CompiledRule, plan: Plan) -> CompiledRule:
        policy = self._item.policy.settings.policy.id
        groups = (group for group in plan.groups if group.policy == policy)
        return narrowed(rule, next(groups, None))

    def _with(self, plan: Plan, rule: CompiledRule) -> Plan:
        """Return the plan with a rule put where the planner would put it."""
        if rule.shadow:
            return replace(plan, shadows=self._inserted(plan.shadows, rule))
        if rule.effect is Effect.ALLOW:
            return replace(plan, allows=self._inserted(plan.allows, rule))
        # Which deny rule comes first changes no answer.
        return replace(plan, denies=Candidates([*plan.denies.rules, rule]))

    def _inserted(self, candidates: Candidates, rule: CompiledRule) -> Candidates:
        rules = [*candidates.rules, rule]
        return Candidates(sorted(rules, key=lambda each: self._ranks[each.name]))


def _having(**fields: Any) -> RuleEdit:
    return lambda rule: replace(rule, **fields)


def _rules(plan: Plan) -> Iterator[CompiledRule]:
    for candidates in (plan.denies, plan.allows, plan.shadows):
        yield from candidates.rules


def _without(plan: Plan, name: str) -> Plan:
    def kept(candidates: Candidates) -> Candidates:
        rules = [rule for rule in candidates.rules if rule.name != name]
        same = len(rules) == len(candidates.rules)
        return candidates if same else Candidates(rules)

    return replace(
        plan,
        denies=kept(plan.denies),
        allows=kept(plan.allows),
        shadows=kept(plan.shadows),
    )


def _can_match(rule: CompiledRule, plan: Plan, kind: IdentityKind) -> bool:
    is_guest = kind is IdentityKind.GUEST
    if is_guest and plan.ceiling is None:
        # Guests are not enabled, so there are none.
        return False
    if not rule.roles:
        return True
    granted = {role.id for group in plan.groups for role in group.roles}
    if plan.ceiling is not None:
        granted &= plan.ceiling
    return not granted.isdisjoint(rule.roles)


def _requirement(rule: Rule, *, without: str = "") -> str:
    require = rule.require
    return written(
        {
            name: getattr(require, name)
            for name in Require.model_fields
            if require and name in require.model_fields_set and name != without
        }
    )
