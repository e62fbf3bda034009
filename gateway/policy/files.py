"""One policy file, compiled: its roles, rules and claims, without regard to other files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from gateway.cel.types import BOOL
from gateway.config.configuration import PolicyFile
from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.policies.policy import PolicySettings, Rule
from gateway.config.positions import Keys
from gateway.model.identity import IdentityKind
from gateway.policy.expressions import (
    Demand,
    Expression,
    ExpressionCompiler,
    Place,
    Programs,
)
from gateway.policy.frames import FrameCompiler, variables_in
from gateway.policy.json_values import is_json_type
from gateway.policy.patterns import RoutePatterns
from gateway.policy.plan import (
    CompiledClaim,
    CompiledRole,
    CompiledRule,
    Effect,
    Requirement,
    RoleGroup,
)

_REMEMBERED: Final = 1024
_EFFECTS: Final = {effect.value: effect for effect in Effect}

_ROLE: Final = Demand(type=BOOL, roles=False)
_RULE: Final = Demand(type=BOOL, roles=True)
_CLAIM: Final = Demand(type=None, roles=True)


@dataclass(frozen=True, slots=True)
class CompiledMint:
    """One `[[mint]]`.

    Attributes:
        patterns: The routes that it is for.
        claims: In file order.
    """

    patterns: tuple[str, ...]
    claims: tuple[CompiledClaim, ...]


@dataclass(slots=True)
class CompiledFile:
    """One policy file.

    Attributes:
        source: The file as it was read.
        groups: Its role mapping, for each audience kind that it has roles for.
        rules: In file order, faulty ones left out.
        mints: In file order.
        faults: What was found to be wrong.
    """

    source: PolicyFile
    groups: Mapping[IdentityKind, RoleGroup] = field(default_factory=dict)
    rules: Sequence[CompiledRule] = ()
    mints: Sequence[CompiledMint] = ()
    faults: Sequence[Fault] = ()

    @property
    def id(self) -> str:
        """The policy's id."""
        return self.source.settings.policy.id

    @property
    def document(self) -> Document:
        """The file with its positions."""
        return self.source.document

    @property
    def settings(self) -> PolicySettings:
        """What the file says."""
        return self.source.settings

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Yield every expression but `vars`, with the name of what it belongs to."""
        yield from self.conditions()
        for mint in self.mints:
            for claim in mint.claims:
                yield f"claim `{claim.name}`", claim.value

    def conditions(self) -> Iterator[tuple[str, Expression]]:
        """Yield the conditions of roles and rules, with the name of what has them."""
        for role in {
            role.id: role for group in self.groups.values() for role in group.roles
        }.values():
            yield f"role `{role.id}`", role.when
        for rule in self.rules:
            yield f"rule `{rule.id}`", rule.when


def compile_file(
    source: PolicyFile, *, programs: Programs, patterns: RoutePatterns
) -> CompiledFile:
    """Return the file with everything compiled, and with all its faults.

    Args:
        source: The file.
        programs: Where programs are shared between files.
        patterns: Which routes there are.
    """
    compiler = _FileCompiler(source, programs, patterns)
    return CompiledFile(
        source=source,
        groups=compiler.compile_roles(),
        rules=compiler.compile_rules(),
        mints=compiler.compile_mints(),
        faults=compiler.faults(),
    )


class _FileCompiler:
    def __init__(
        self, source: PolicyFile, programs: Programs, patterns: RoutePatterns
    ) -> None:
        self._document = source.document
        self._settings = source.settings
        self._patterns = patterns
        self._frame = FrameCompiler(source.document, source.settings, programs)
        self._expressions: ExpressionCompiler = self._frame.compile()
        self._scope = patterns.find_all(source.settings.policy.scope)
        self._faults: list[Fault] = []
        self._fine: set[tuple[str, ...]] = set()
        if "scope" in source.settings.policy.model_fields_set:
            self._check_patterns(("policy", "scope"), source.settings.policy.scope)

    def faults(self) -> Sequence[Fault]:
        return [*self._frame.faults, *self._expressions.faults, *self._faults]

    def compile_roles(self) -> Mapping[IdentityKind, RoleGroup]:
        head = self._settings.roles
        roles: dict[IdentityKind, list[CompiledRole]] = {}
        defaults: dict[IdentityKind, str] = {}
        for number, role in enumerate(self._settings.role):
            keys: Keys = ("role", number, "when")
            when = self._expressions.compile(role.when, keys, _ROLE)
            if when is None:
                continue
            self._check_circle(when, keys)
            for kind in map(IdentityKind, role.for_):
                roles.setdefault(kind, []).append(CompiledRole(role.id, when))
                if head.on_none == "default" and role.id == head.default:
                    defaults[kind] = role.id
        return {
            kind: RoleGroup(
                policy=self._settings.policy.id,
                roles=tuple(declared),
                first_only=head.mode == "first",
                default=defaults.get(kind, ""),
            )
            for kind, declared in roles.items()
        }

    def _check_circle(self, when: Expression, keys: Keys) -> None:
        """Report a role that reads a variable that reads the roles."""
        reads = variables_in(when.program.reads)
        for name in sorted(reads & self._frame.of_roles):
            message = f"`vars.{name}` reads `roles`, which role mapping has yet to make"
            self._faults.append(self._document.fault("E224", keys, message))

    def compile_rules(self) -> Sequence[CompiledRule]:
        compiled = []
        for number, rule in enumerate(self._settings.rule):
            keys: Keys = ("rule", number)
            self._check_patterns((*keys, "routes"), rule.routes)
            when = self._expressions.compile(rule.when, (*keys, "when"), _RULE)
            if when is not None:
                compiled.append(self._compile_rule(number, rule, when))
        return compiled

    def _compile_rule(self, number: int, rule: Rule, when: Expression) -> CompiledRule:
        return CompiledRule(
            name=f"{self._settings.policy.id}/{rule.id}",
            id=rule.id,
            place=Place(self._document, ("rule", number, "id")),
            effect=_EFFECTS[rule.effect],
            shadow=rule.mode == "shadow",
            patterns=rule.routes,
            kinds=_kinds(rule.for_),
            roles=_names(rule.roles),
            when=when,
            require=_requirement(rule),
            message=rule.reason,
        )

    def compile_mints(self) -> Sequence[CompiledMint]:
        compiled = []
        for number, mint in enumerate(self._settings.mint):
            keys: Keys = ("mint", number)
            self._check_patterns((*keys, "routes"), mint.routes)
            claims = []
            for name, text in mint.claims.items():
                place = (*keys, "claims", name)
                value = self._expressions.compile(text, place, _CLAIM)
                if value is not None and self._check_claim(value, place):
                    claims.append(CompiledClaim(name, self._settings.policy.id, value))
            compiled.append(CompiledMint(mint.routes, tuple(claims)))
        return compiled

    def _check_claim(self, value: Expression, keys: Keys) -> bool:
        kind = value.program.type
        if is_json_type(kind):
            return True
        message = f"a claim cannot hold a value of type {kind}"
        hint = "write string(...) around it, or int(...) for a number of seconds"
        self._faults.append(self._document.fault("E225", keys, message, help=hint))
        return False

    def _check_patterns(self, keys: Keys, patterns: tuple[str, ...]) -> None:
        # Many rules are about the same routes.
        if patterns in self._fine:
            return
        known = len(self._faults)
        self._check_each(keys, patterns)
        if len(self._faults) == known and keys[0] != "policy":
            self._fine.add(patterns)

    def _check_each(self, keys: Keys, patterns: Sequence[str]) -> None:
        for number, pattern in enumerate(patterns):
            found = self._patterns.find(pattern)
            outside = found - self._scope
            if found and (not outside or keys[0] == "policy"):
                continue
            # A single pattern may stand without brackets.
            place = (*keys, number) if self._document.has((*keys, number)) else keys
            if not found:
                self._faults.append(
                    self._document.fault(
                        "E311",
                        place,
                        f"no route matches `{pattern}`",
                        help=self._patterns.suggest(pattern),
                    )
                )
            else:
                first = self._patterns.in_order(outside)[0]
                self._faults.append(
                    self._document.fault(
                        "E312",
                        place,
                        f"route `{first}` is outside the scope of this policy",
                        help="[policy] scope names the routes that it may decide on",
                    )
                )


# Thousands of rules are for the same people.
@lru_cache(maxsize=_REMEMBERED)
def _kinds(names: tuple[str, ...]) -> frozenset[IdentityKind]:
    return frozenset(map(IdentityKind, names))


@lru_cache(maxsize=_REMEMBERED)
def _names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


def _requirement(rule: Rule) -> Requirement | None:
    if rule.require is None:
        return None
    require = rule.require
    sender = "" if require.sender == "none" else require.sender
    return Requirement(require.acr, require.auth_age, sender)
