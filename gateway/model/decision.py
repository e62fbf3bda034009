"""The answer of the policies, with the rule that caused it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

_NO_CLAIMS: Mapping[str, Any] = MappingProxyType({})


def _no_claims() -> Mapping[str, Any]:
    return _NO_CLAIMS


class Reason(StrEnum):
    """Why a decision came out as it did; stable, for logs and for tests of policies."""

    ALLOWED = "allowed"
    DENIED_BY_RULE = "denied_by_rule"
    NO_ALLOW = "no_allow"
    NO_ROLE = "no_role"
    STEP_UP = "step_up"
    POLICY_ERROR = "policy_error"
    POLICY_TIMEOUT = "policy_timeout"


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """An expression that could not be evaluated.

    Attributes:
        where: `file:line:column` of the position inside the expression.
        message: What went wrong there. Holds no value of the request.
    """

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the caller has to do for the same request to be allowed (RFC 9470).

    Attributes:
        error: `insufficient_user_authentication`, or `invalid_token` if only the binding
            of the credential is missing.
        acr: The authentication context that is needed; empty if any will do.
        max_age: Seconds since the last authentication that are acceptable; `None` if
            any age is.
        sender: How the credential has to be bound to the caller; empty if not at all.
    """

    error: str = "insufficient_user_authentication"
    acr: str = ""
    max_age: int | None = None
    sender: str = ""


@dataclass(frozen=True, slots=True)
class ShadowResult:
    """What a rule in shadow mode would have done.

    Attributes:
        rule: `policy/rule`.
        effect: `allow` or `deny`.
        outcome: `true`, `false`, `error`, or `skipped` if no time was left to ask.
    """

    rule: str
    effect: str
    outcome: str


@dataclass(slots=True)
class StepTimes:
    """When the steps of a decision ended; filled in as it goes.

    Instants in nanoseconds on `time.perf_counter_ns()`; zero for a step that was not
    reached.

    Attributes:
        began: When the decision was asked for.
        roles: When the roles were known.
        deny: When no deny rule was left to ask.
        allow: When an allow rule was found, or none was.
        mint: When the claims were known.
        shadow: When the rules in shadow mode had been asked.
    """

    began: int = 0
    roles: int = 0
    deny: int = 0
    allow: int = 0
    mint: int = 0
    shadow: int = 0

    def microseconds(self) -> tuple[int, int, int, int, int]:
        """Return how long `roles`, `deny`, `allow`, `mint` and `shadow` took."""
        roles = self.roles or self.began
        deny = self.deny or roles
        allow = self.allow or deny
        mint = self.mint or allow
        return (
            (roles - self.began) // 1000,
            (deny - roles) // 1000,
            (allow - deny) // 1000,
            (mint - allow) // 1000,
            ((self.shadow or mint) - mint) // 1000,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may pass. An ordinary value, also when it says no.

    Attributes:
        allowed: The answer.
        reason: Why, as a stable name.
        rule: `policy/rule` of the deciding rule; empty if no rule decided.
        message: The deciding rule's own `reason`; empty if it has none.
        roles: The roles that the identity holds for this request, sorted.
        claims: What `[[mint]]` adds to the credential; empty unless allowed.
        challenge: How to be allowed after all, if stepping up would help.
        faults: The expressions that could not be evaluated.
        shadow: What rules in shadow mode would have said.
        digest: Digest of the policies that decided.
    """

    allowed: bool
    reason: Reason
    rule: str = ""
    message: str = ""
    roles: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=_no_claims)
    challenge: Challenge | None = None
    faults: tuple[PolicyFault, ...] = ()
    shadow: tuple[ShadowResult, ...] = ()
    digest: str = ""

    def needs_authentication(self, *, anonymous: bool) -> bool:
        """Whether showing a credential, or a stronger one, may help.

        If not, the denial stands whoever is known to ask: the same caller need not try
        again with the same policies.

        Args:
            anonymous: Whether the denied request carried no credential at all.

        Reference: RFC 9110 section 15.5.2 (401) and 15.5.4 (403), which is what most
        wires make of the two answers; RFC 9470 for stepping up.
        """
        if self.reason is Reason.STEP_UP:
            return True
        return anonymous and self.reason in {Reason.NO_ALLOW, Reason.NO_ROLE}
