"""Which roles, rules and claims can matter for a route and an audience kind.

Found once, at load. Routes that are matched by the same patterns share their plans, so
ten thousand routes under one pattern take the room of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from gateway.config.settings.guest import GuestSettings
from gateway.model.identity import IdentityKind
from gateway.model.route import Route
from gateway.policy.files import CompiledFile, CompiledMint
from gateway.policy.patterns import RoutePatterns
from gateway.policy.plan import (
    Candidates,
    CompiledRule,
    Effect,
    Plan,
    RoleGroup,
    RoutePlans,
)
from gateway.policy.read_sets import ReadSets

T = TypeVar("T")
Patterns = tuple[str, ...]


class _Shelf(Generic[T]):
    """Things by the patterns of the routes that they are for, in the order of the files."""

    def __init__(self) -> None:
        self._count = 0
        self._things: dict[Patterns, list[tuple[int, T]]] = {}

    def put(self, patterns: Patterns, thing: T) -> None:
        self._things.setdefault(patterns, []).append((self._count, thing))
        self._count += 1

    def patterns(self) -> Iterable[Patterns]:
        return self._things.keys()

    def take(self, chosen: Iterable[Patterns]) -> list[T]:
        """Return what is for any of the patterns, in the order of the files."""
        found = [each for patterns in chosen for each in self._things.get(patterns, ())]
        return [thing for _, thing in sorted(found, key=lambda each: each[0])]


class Planner:
    """Makes the plans of all routes."""

    def __init__(
        self,
        files: Sequence[CompiledFile],
        *,
        patterns: RoutePatterns,
        guest: GuestSettings,
    ) -> None:
        """Sort what the files say.

        Args:
            files: Without faults.
            patterns: Which routes there are.
            guest: Whether guests exist, and which roles they may hold.
        """
        self._patterns = patterns
        self._guest = guest
        self._read_sets = ReadSets()
        self._groups: _Shelf[Mapping[IdentityKind, RoleGroup]] = _Shelf()
        self._rules: _Shelf[tuple[CompiledRule, CompiledFile]] = _Shelf()
        self._mints: _Shelf[CompiledMint] = _Shelf()
        for file in files:
            self._groups.put(file.settings.policy.scope, file.groups)
            for rule in file.rules:
                self._rules.put(rule.patterns, (rule, file))
            for mint in file.mints:
                self._mints.put(mint.patterns, mint)

    def plan(self, routes: Sequence[Route]) -> Mapping[str, RoutePlans]:
        """Return the plans of each route, by its id."""
        known: dict[Patterns, None] = {}
        for shelf in (self._groups, self._rules, self._mints):
            known.update(dict.fromkeys(shelf.patterns()))
        matched: dict[str, list[Patterns]] = {route.id: [] for route in routes}
        for patterns in known:
            for route_id in self._patterns.find_all(patterns):
                matched[route_id].append(patterns)
        made: dict[tuple[Patterns, ...], RoutePlans] = {}
        plans: dict[str, RoutePlans] = {}
        for route_id, chosen in matched.items():
            key = tuple(chosen)
            if key not in made:
                made[key] = {kind: self._plan(chosen, kind) for kind in IdentityKind}
            plans[route_id] = made[key]
        return plans

    def _plan(self, chosen: Sequence[Patterns], kind: IdentityKind) -> Plan:
        is_guest = kind is IdentityKind.GUEST
        if is_guest and not self._guest.enabled:
            return Plan()
        rules = [
            narrowed(rule, file.groups.get(kind))
            for rule, file in self._rules.take(chosen)
            if kind in rule.kinds
        ]
        enforced = [rule for rule in rules if not rule.shadow]
        groups = [group.get(kind) for group in self._groups.take(chosen)]
        mints = self._mints.take(chosen)
        plan = Plan(
            groups=tuple(filter(None, groups)),
            denies=Candidates(
                sorted(
                    _of(Effect.DENY, enforced), key=lambda rule: rule.when.program.cost
                )
            ),
            allows=Candidates(_of(Effect.ALLOW, enforced)),
            shadows=Candidates([rule for rule in rules if rule.shadow]),
            claims=tuple(claim for mint in mints for claim in mint.claims),
            ceiling=frozenset(self._guest.ceiling) if is_guest else None,
        )
        return replace(plan, reads=self._read_sets.of_plan(plan))


def _of(effect: Effect, rules: Sequence[CompiledRule]) -> list[CompiledRule]:
    return [rule for rule in rules if rule.effect is effect]


def narrowed(rule: CompiledRule, group: RoleGroup | None) -> CompiledRule:
    """Return the rule with the roles that it needs, as its plan has it.

    An allow rule that names no role, in a file that grants roles to this audience, needs
    one of them: who holds none is not let in by that file.

    Args:
        rule: As the file has it.
        group: The role mapping of the same file for the audience kind of the plan.
    """
    if rule.effect is Effect.DENY or rule.roles or group is None:
        return rule
    return replace(rule, roles=frozenset(role.id for role in group.roles))
