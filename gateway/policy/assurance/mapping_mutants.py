"""The mistakes in what is given: roles and claims, their conditions and values apart."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from gateway.config.configuration import PolicyFile
from gateway.config.positions import Keys
from gateway.config.settings.written import written
from gateway.model.identity import IdentityKind
from gateway.policy.assurance.items import Item, ItemKind
from gateway.policy.assurance.mutants import EXPECTATION, Mutant, Question
from gateway.policy.engine import Engine
from gateway.policy.patterns import RoutePatterns
from gateway.policy.plan import Plan, RoleGroup

GroupEdit = Callable[[RoleGroup], RoleGroup]


def mapping_mutants(
    items: Sequence[Item],
    policies: Sequence[PolicyFile],
    engine: Engine,
    patterns: RoutePatterns,
) -> Iterator[Mutant]:
    """Yield the mistakes in how roles and claims are given.

    Args:
        items: Whose mistakes are wanted.
        policies: Their files.
        engine: The compiled policies.
        patterns: Which routes there are.
    """
    for policy in policies:
        scope = patterns.find_all(policy.settings.policy.scope)
        yield from _modes(policy, engine, scope)
    for item in items:
        if item.expression is None:
            continue
        if item.kind is ItemKind.ROLE:
            scope = patterns.find_all(item.policy.settings.policy.scope)
            yield from _audiences(item, scope)
        elif item.kind is ItemKind.CLAIM:
            mint = item.policy.settings.mint[int(item.keys[1])]
            yield _without_claim(item, patterns.find_all(mint.routes))


def _modes(
    policy: PolicyFile, engine: Engine, routes: frozenset[str]
) -> Iterator[Mutant]:
    """Yield the mistakes in `[roles]`."""
    head = policy.settings.roles
    groups = _groups(policy, engine, routes)
    several = {question for question, one in groups.items() if len(one.roles) > 1}
    # The other way round, roles that exclude each other could not be told from it.
    if several and head.mode == "first":
        yield _Place(policy, ("roles", "mode"), "roles").mutant(
            ('mode = "first"', 'mode = "all"'),
            "two of the roles match",
            lambda group: replace(group, first_only=False),
            several,
        )
    default = {question for question, one in groups.items() if one.default}
    if default:
        yield _Place(policy, ("roles", "on_none"), "roles").mutant(
            ('on_none = "default"', 'on_none = "deny"'),
            "none of the roles matches",
            lambda group: replace(group, default=""),
            default,
        )


def _groups(
    policy: PolicyFile, engine: Engine, routes: frozenset[str]
) -> dict[Question, RoleGroup]:
    return {
        Question(route, kind): group
        for route in routes
        for kind in IdentityKind
        for group in engine.plan_of(route, kind).groups
        if group.policy == policy.settings.policy.id
    }


def _audiences(item: Item, routes: frozenset[str]) -> Iterator[Mutant]:
    """Yield the role for all of its audiences but one."""
    role = item.policy.settings.role[int(item.keys[1])]
    place = _Place(item.policy, ("role", item.keys[1], "for"), f"role {role.id}")
    for kind in role.for_ if len(role.for_) > 1 else ():
        rest = [each for each in role.for_ if each != kind]
        yield place.mutant(
            (f"for = {written(role.for_)}", f"for = {written(rest)}"),
            f"a {kind} identity holds the role `{role.id}`",
            lambda group: _without_role(group, role.id),
            {Question(route, IdentityKind(kind)) for route in routes},
        )


def _without_role(group: RoleGroup, name: str) -> RoleGroup:
    roles = tuple(role for role in group.roles if role.id != name)
    default = "" if group.default == name else group.default
    return replace(group, roles=roles, default=default)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a mistake in the role mapping of one file is made."""

    policy: PolicyFile
    keys: Keys
    item: str

    def mutant(
        self,
        texts: tuple[str, str],
        hint: str,
        edit: GroupEdit,
        questions: set[Question],
    ) -> Mutant:
        name = self.policy.settings.policy.id

        def change(_question: Question, plan: Plan) -> Plan:
            groups = tuple(
                edit(group) if group.policy == name else group for group in plan.groups
            )
            return replace(plan, groups=groups)

        return Mutant(
            policy=name,
            where=self.policy.document.where(self.keys),
            item=self.item,
            before=texts[0],
            after=texts[1],
            hint=f"a test in which {hint}",
            expect=EXPECTATION[ItemKind.ROLE],
            change=change,
            questions=frozenset(questions),
        )


def _without_claim(item: Item, routes: frozenset[str]) -> Mutant:
    expression = item.expression

    def change(_question: Question, plan: Plan) -> Plan:
        claims = tuple(claim for claim in plan.claims if claim.value.place is not place)
        return replace(plan, claims=claims)

    place = None if expression is None else expression.place
    return Mutant(
        policy=item.policy.settings.policy.id,
        where=item.where,
        item=f"claim {item.name}",
        before=item.text,
        after="no claim",
        hint=f"a test that is allowed and expects the claim `{item.name}`",
        expect=EXPECTATION[ItemKind.CLAIM],
        change=change,
        questions=frozenset(
            Question(route, kind) for route in routes for kind in IdentityKind
        ),
    )
