"""What the compiler makes of the policy files, and the engine walks along.

For each route and audience kind there is one `Plan`: the roles to map, the rules that may
match and the claims to mint, found once, at load. So the time of a decision depends on
what can match it, not on how many rules there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.model.access import AccessRequest
from gateway.model.decision import Challenge
from gateway.model.identity import UNKNOWN_TIME, Identity, IdentityKind
from gateway.policy.expressions import Expression, Place

# How far ahead the clock of an honest provider may be.
SKEW: Final = timedelta(minutes=1)


class Effect(StrEnum):
    """What a rule does when its condition is true."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an allow rule demands of how the caller signed in.

    Attributes:
        acr: The authentication context that is needed; empty if any will do.
        auth_age: How long ago the last sign-in may be; `None` if any age is fine.
        sender: How the credential has to be bound to the caller; empty if not at all.
    """

    acr: str = ""
    auth_age: timedelta | None = None
    sender: str = ""

    def is_met(self, identity: Identity, now: datetime) -> bool:
        """Whether the sign-in is strong and fresh enough.

        The same as `fresh()` in an expression: an unknown time of sign-in is too old,
        and one that is to come is none.
        """
        if self.acr and identity.acr != self.acr:
            return False
        if self.sender and identity.sender != self.sender:
            return False
        if self.auth_age is None:
            return True
        if identity.auth_time == UNKNOWN_TIME:
            return False
        return -SKEW <= now - identity.auth_time <= self.auth_age

    def as_text(self) -> str:
        """Return the requirement for people."""
        parts = [f"acr {self.acr}"] if self.acr else []
        if self.auth_age is not None:
            seconds = self.auth_age.total_seconds()
            parts.append(f"a sign-in within the last {seconds:g} seconds")
        if self.sender:
            parts.append(f"a credential bound by {self.sender}")
        return f"requires {' and '.join(parts) or 'nothing'}"

    def challenge(self) -> Challenge:
        """Return what to ask of the caller (RFC 9470 section 3).

        All of it, also what is met: signing in again must not lose it.
        """
        age = None if self.auth_age is None else int(self.auth_age.total_seconds())
        if self.sender and not self.acr and age is None:
            # The sign-in would do; the token will not (RFC 9449 section 7.1).
            return Challenge(error="invalid_token", sender=self.sender)
        return Challenge(acr=self.acr, max_age=age, sender=self.sender)


@dataclass(frozen=True, slots=True)
class CompiledRole:
    """One `[[role]]`.

    Attributes:
        id: Its name, the same in every file.
        when: Whether the identity holds it.
    """

    id: str
    when: Expression


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """The role mapping of one file for one audience kind.

    Attributes:
        policy: Id of the policy.
        roles: In file order.
        first_only: `mode = "first"`: the first role that is held is the only one.
        default: The role of those who hold none; empty if they hold none then.
    """

    policy: str
    roles: tuple[CompiledRole, ...]
    first_only: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """One `[[rule]]`.

    Attributes:
        name: `policy/rule`.
        id: Its name in its file.
        place: Of its id.
        effect: What it does when `when` is true.
        shadow: Whether it is only watched, and not enforced.
        patterns: The routes that it is about.
        kinds: Whom it is for.
        roles: The roles of which one must be held; empty if none is needed.
        when: Its condition.
        require: What it demands beside, if it allows.
        message: What a denied caller is told; empty for nothing.
    """

    name: str
    id: str
    place: Place
    effect: Effect
    shadow: bool
    patterns: tuple[str, ...]
    kinds: frozenset[IdentityKind]
    roles: frozenset[str]
    when: Expression
    require: Requirement | None = None
    message: str = ""

    @property
    def where(self) -> str:
        """`file:line:column` of its id."""
        return self.place.document.where(self.place.keys)

    @property
    def challenge(self) -> Challenge | None:
        """What to ask of a caller who does not meet the requirement."""
        return None if self.require is None else self.require.challenge()

    def is_met_by(self, access: AccessRequest) -> bool:
        """Whether the caller has what the rule requires beside its condition."""
        if self.require is None:
            return True
        return self.require.is_met(access.subject.identity, access.now)


@dataclass(frozen=True, slots=True)
class CompiledClaim:
    """One claim of a `[[mint]]`.

    Attributes:
        name: The claim.
        policy: Id of the policy that gives it.
        value: Its expression.
    """

    name: str
    policy: str
    value: Expression


class Candidates:
    """Rules of one effect that may match; found by the roles that are held."""

    __slots__ = ("_by_role", "_open", "rules")

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        """Index the rules.

        Args:
            rules: In the order in which they are to be consulted.
        """
        self.rules = tuple(rules)
        self._open: dict[int, CompiledRule] = {}
        self._by_role: dict[str, dict[int, CompiledRule]] = {}
        for rank, rule in enumerate(self.rules):
            if not rule.roles:
                self._open[rank] = rule
            for role in rule.roles:
                self._by_role.setdefault(role, {})[rank] = rule

    def for_roles(self, roles: Sequence[str]) -> Sequence[CompiledRule]:
        """Return the rules that somebody with these roles is subject to, in order."""
        if not self._by_role:
            return self.rules
        found = dict(self._open)
        for role in roles:
            found.update(self._by_role.get(role, {}))
        return [found[rank] for rank in sorted(found)]


_NO_RULES = Candidates(())


@dataclass(frozen=True, slots=True)
class Plan:
    """All that can matter for one route and one audience kind.

    Attributes:
        groups: The role mappings that count here.
        denies: The deny rules, cheapest first.
        allows: The allow rules, in the order of the files.
        shadows: The rules in shadow mode.
        claims: What is minted, by name of claim.
        ceiling: The only roles that may be held; `None` for no bound.
        reads: The paths that a decision by this plan may read; it depends on no others.
    """

    groups: tuple[RoleGroup, ...] = ()
    denies: Candidates = _NO_RULES
    allows: Candidates = _NO_RULES
    shadows: Candidates = _NO_RULES
    claims: tuple[CompiledClaim, ...] = ()
    ceiling: frozenset[str] | None = None
    reads: tuple[str, ...] = ()


# One plan for each audience kind of a route.
RoutePlans = Mapping[IdentityKind, Plan]
