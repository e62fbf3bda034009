"""What two decisions on the same request differ in, and the groups of such differences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.model.decision import Decision, Reason
from gateway.policy.comparison.searching.inputs import Inputs


class Verdict(StrEnum):
    """What a difference means to somebody who guards the door. Stable."""

    WIDENED = "widened"
    NARROWED = "narrowed"
    CLAIMS = "claims"
    SHADOW = "shadow"
    RENAMED = "renamed"


class What(StrEnum):
    """What it is that differs. Stable; approvals name it."""

    ACCESS = "access"
    REQUIRE = "require"
    ROLES = "roles"
    CLAIMS = "claims"
    SHADOW = "shadow"
    REASON = "reason"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one side says to a request.

    Attributes:
        allowed: The answer.
        reason: Why, as a stable name; of a request that nothing decides, why not.
        rule: `policy/rule` of the deciding rule.
        through: The roles that are held and that the deciding rule asks for.
        route: Id of the route; empty if none serves it.
        decision: The decision itself, if there is one.
        audience: For whom a credential would be made.
        watched: What the rules in shadow mode say: rule, effect and outcome.
    """

    allowed: bool
    reason: str
    rule: str = ""
    through: tuple[str, ...] = ()
    route: str = ""
    decision: Decision | None = field(default=None, repr=False)
    audience: str = ""
    watched: tuple[tuple[str, str, str], ...] = ()

    @property
    def claims(self) -> Mapping[str, Any]:
        """What the credential says beside who it is for."""
        if self.decision is None or not self.allowed:
            return {}
        return {**self.decision.claims, "aud": self.audience}

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that are held."""
        return () if self.decision is None else self.decision.roles

    def as_text(self) -> str:
        """Return the answer for people."""
        words = "allowed" if self.allowed else f"denied ({self.reason})"
        return f"{words} by {self.rule}" if self.rule else words


@dataclass(frozen=True, slots=True)
class Key:
    """What a group of differences has in common.

    Attributes:
        verdict: What it means.
        what: What differs.
        route: Id of the route.
        method: In capitals.
        kind: The audience kind.
        rule: The rule that decides now, or did.
        role: The roles that the rule asks for and that are held; empty if it asks none.
        detail: For claims, which; for names, from what to what.
    """

    verdict: Verdict
    what: What
    route: str
    method: str
    kind: str
    rule: str
    role: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A group of differences with one request that shows it.

    Attributes:
        key: What they have in common.
        old: What was said to the witness.
        new: What is said to it.
        witness: The request; `None` for a setting that no request shows.
        count: How many requests of the corpus show it.
        providers: Whose identities were seen to meet it, by the providers' ids. Others may.
    """

    key: Key
    old: Outcome | None = None
    new: Outcome | None = None
    witness: Inputs | None = None
    count: int = 1
    providers: tuple[str, ...] = ()


def differences(
    old: Outcome, new: Outcome, *, kind: str, method: str, known: frozenset[str]
) -> Iterator[Key]:
    """Yield what two answers to one request differ in.

    Args:
        old: What was said.
        new: What is said.
        kind: The audience kind of who asked.
        method: The method.
        known: Roles of both sides that a rule of the new plan asks for.
    """
    if old.allowed != new.allowed:
        winner, loser = (new, old) if new.allowed else (old, new)
        verdict = Verdict.WIDENED if new.allowed else Verdict.NARROWED
        step_up = loser.reason == Reason.STEP_UP
        what = What.REQUIRE if step_up else What.ACCESS
        role = ",".join(winner.through)
        yield Key(verdict, what, winner.route, method, kind, winner.rule, role)
    elif new.allowed:
        yield from _of_allowed(old, new, kind=kind, method=method, known=known)
    elif (old.reason, old.rule) != (new.reason, new.rule):
        detail = f"{old.as_text()} → {new.as_text()}"
        route = new.route or old.route
        verdict, what = Verdict.RENAMED, What.REASON
        yield Key(verdict, what, route, method, kind, new.rule, "", detail)
    for name in sorted(set(old.watched) ^ set(new.watched)):
        if name[2] == "true":
            gone = name in old.watched
            detail = f"{name[1]} {'no longer' if gone else 'now'} noted"
            route = new.route or old.route
            verdict, what = Verdict.SHADOW, What.SHADOW
            yield Key(verdict, what, route, method, kind, name[0], "", detail)


def _of_allowed(
    old: Outcome, new: Outcome, *, kind: str, method: str, known: frozenset[str]
) -> Iterator[Key]:
    gained = sorted((set(new.roles) - set(old.roles)) & known)
    for role in gained:
        verdict, what = Verdict.WIDENED, What.ROLES
        yield Key(verdict, what, new.route, method, kind, new.rule, role)
    before, after = old.claims, new.claims
    names = sorted(
        name
        for name in before.keys() | after.keys()
        if before.get(name, _NONE) != after.get(name, _NONE)
    )
    for name in names:
        verdict, what = Verdict.CLAIMS, What.CLAIMS
        yield Key(verdict, what, new.route, method, kind, "", "", name)
    if old.rule != new.rule:
        detail = f"{old.rule} → {new.rule}"
        verdict, what = Verdict.RENAMED, What.REASON
        yield Key(verdict, what, new.route, method, kind, new.rule, "", detail)


_NONE = object()
