"""W212, W213: rules that never decide anything, whatever the request.

A rule that denies without a condition leaves nothing for the others to decide. A rule that
allows what an earlier one allows already is never asked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from gateway.config.faults import Fault
from gateway.model.identity import IdentityKind
from gateway.policy.expressions import Expression
from gateway.policy.files import CompiledFile
from gateway.policy.lints.demands import structure
from gateway.policy.lints.truth import Truth
from gateway.policy.patterns import RoutePatterns
from gateway.policy.plan import CompiledRule, Effect

_ALWAYS: Final = "always"
_NO_ROLES: Final[frozenset[str]] = frozenset()

# What two spellings of one condition may differ in.
_SPACING: Final = str.maketrans("", "", " \t\n()")

# A rule for more routes than this is compared with every other rule of its kind.
_FEW: Final = 8


def find_overruled(
    files: Sequence[CompiledFile], patterns: RoutePatterns, truth: Truth
) -> Iterator[Fault]:
    """Yield the enforced rules that decide nothing.

    Args:
        files: Without faults, in the order in which their rules are consulted.
        patterns: Which routes there are.
        truth: What is known about conditions.
    """
    enforced = [
        (file, rule) for file in files for rule in file.rules if not rule.shadow
    ]
    alike = Counter(_outline(rule.when) for _, rule in enforced)
    rules = [
        _Enforced(
            file,
            rule,
            patterns.find_all(rule.patterns),
            _condition(rule.when, truth, is_alone=alike[_outline(rule.when)] == 1),
        )
        for file, rule in enforced
    ]
    denied = _Denied(rules)
    shelves: dict[Any, _Shelf] = {}
    for rule in rules:
        if (denier := denied.find(rule)) is not None:
            yield rule.fault("W213", f"{denier.title} denies all that it is about")
        elif (earlier := _find_earlier(rule, shelves)) is not None:
            verb = "denies" if rule.is_denial else "allows"
            yield rule.fault("W212", f"{earlier.title} {verb} all of it already")
        else:
            for kind in rule.kinds:
                shelves.setdefault(rule.own_key(kind), _Shelf()).put(rule)


@dataclass(slots=True)
class _Enforced:
    """A rule, and what matters for the question whether another one makes it idle.

    Attributes:
        file: Where it stands.
        rule: The rule.
        routes: All that it is about.
        condition: The same for two rules whose conditions mean the same.
    """

    file: CompiledFile
    rule: CompiledRule
    routes: frozenset[str]
    condition: Any

    @property
    def kinds(self) -> frozenset[IdentityKind]:
        return self.rule.kinds

    @property
    def is_denial(self) -> bool:
        return self.rule.effect is Effect.DENY

    @property
    def title(self) -> str:
        return f"rule `{self.rule.id}` ({self.rule.where})"

    @property
    def denies_always(self) -> bool:
        return self.is_denial and not self.rule.roles and self.condition is _ALWAYS

    def roles(self, kind: IdentityKind) -> frozenset[str]:
        """Return the roles of which somebody of a kind needs one; empty for none."""
        group = self.file.groups.get(kind)
        if self.is_denial or self.rule.roles or group is None:
            return self.rule.roles
        return frozenset(role.id for role in group.roles)

    def own_key(self, kind: IdentityKind) -> Any:
        """Return everything about it but its routes."""
        rule = self.rule
        return (rule.effect, kind, self.condition, self.roles(kind), rule.require)

    def stronger_keys(self, kind: IdentityKind) -> Iterator[Any]:
        """Yield the keys of the rules that apply wherever this one does."""
        choices = product(
            dict.fromkeys((self.condition, _ALWAYS)),
            dict.fromkeys((self.roles(kind), _NO_ROLES)),
            dict.fromkeys((self.rule.require, None)),
        )
        for condition, roles, require in choices:
            yield (self.rule.effect, kind, condition, roles, require)

    def fault(self, code: str, why: str) -> Fault:
        number = [rule.id for rule in self.file.settings.rule].index(self.rule.id)
        return self.file.document.fault(
            code,
            ("rule", number, "id"),
            f"rule `{self.rule.id}` never decides anything",
            help=why,
        )


def _outline(when: Expression) -> str:
    """Return what two conditions have in common at least, if they mean the same."""
    return when.program.source.translate(_SPACING)


def _condition(when: Expression, truth: Truth, *, is_alone: bool) -> Any:
    """Return what two conditions have in common if they mean the same.

    Args:
        when: The condition.
        truth: What is known about conditions.
        is_alone: Whether no other condition has its outline.
    """
    if truth.value(when) is True:
        return _ALWAYS
    known = None if is_alone else structure(when.program.plan)
    return (when.frame, known or when.program.source)


class _Denied:
    """What rules without any condition deny."""

    def __init__(self, rules: Sequence[_Enforced]) -> None:
        self._owners: dict[IdentityKind, dict[str, _Enforced]] = {}
        for rule in rules:
            if rule.denies_always:
                for kind, route in product(rule.kinds, rule.routes):
                    self._owners.setdefault(kind, {}).setdefault(route, rule)

    def find(self, rule: _Enforced) -> _Enforced | None:
        """Return a rule that denies all that another one is about, or the last of them."""
        owner: _Enforced | None = None
        for kind in rule.kinds:
            owners = self._owners.get(kind)
            if owners is None or not rule.routes <= owners.keys():
                return None
            for route in rule.routes:
                owner = owners[route]
                if owner is rule:
                    return None
        return owner


class _Shelf:
    """Rules that differ in their routes alone."""

    def __init__(self) -> None:
        self._by_route: dict[str, list[_Enforced]] = {}
        self._wide: dict[frozenset[str], _Enforced] = {}

    def put(self, rule: _Enforced) -> None:
        if len(rule.routes) > _FEW:
            self._wide.setdefault(rule.routes, rule)
            return
        for route in rule.routes:
            self._by_route.setdefault(route, []).append(rule)

    def find(self, routes: frozenset[str]) -> _Enforced | None:
        """Return a rule for all of some routes."""
        near = self._by_route.get(next(iter(routes)), []) if len(routes) <= _FEW else []
        return next(
            (each for each in (*near, *self._wide.values()) if each.routes >= routes),
            None,
        )


def _find_earlier(rule: _Enforced, shelves: dict[Any, _Shelf]) -> _Enforced | None:
    """Return an earlier rule that makes one idle; for several kinds, one of them."""
    found: _Enforced | None = None
    for kind in rule.kinds:
        found = next(
            filter(
                None,
                (
                    shelves[key].find(rule.routes)
                    for key in rule.stronger_keys(kind)
                    if key in shelves
                ),
            ),
            None,
        )
        if found is None:
            return None
    return found
