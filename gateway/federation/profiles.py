"""What a provider's claims make of somebody's profile, and why something is not there.

The one place that knows both: what is written at a sign-in, and what `gateway explain signin`
tells. Pure.

Reference: Amazon Cognito, "Specifying identity provider attribute mappings" (what is mapped is
written at each sign-in; a claim that is missing leaves the value as it is).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from gateway.config.providers.common import SignInSettings
from gateway.federation.profile_mapping import Said
from gateway.identity.mapper import MappedClaims
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.attributes.rights import may_write
from gateway.pool.attributes.schema import (
    VERIFIED,
    Attribute,
    AttributeProblem,
    Schema,
)

# Of the gateway's own making.
OWN: Final = frozenset({"sub", "identities"})

_NO_TEXT: Final = AttributeProblem.WRONG_TYPE


class Why(StrEnum):
    """Why an attribute has not the value that somebody would expect."""

    WRITTEN = "written"
    SCOPE_NOT_ASKED = "scope_not_asked"
    CLAIM_NOT_SENT = "claim_not_sent"
    NOT_MAPPED = "not_mapped"
    NO_SUCH_ATTRIBUTE = "no_such_attribute"
    NOT_TAKEN = "not_taken"
    NOT_WRITABLE = "not_writable"
    NOT_MUTABLE = "not_mutable"
    KEPT_AS_IT_IS = "kept_as_it_is"


@dataclass(frozen=True, slots=True)
class Reason:
    """What has become of one attribute.

    Attributes:
        why: In a word.
        claims: The claims that it would be made of.
        scopes: The scopes that would bring them, and were not asked for.
        problem: Why the pool does not take the value; empty if it does.
    """

    why: Why
    claims: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody's profile becomes.

    Attributes:
        attributes: All of them, those that stay as they are included.
        reasons: By attribute, whatever the provider could say of it.
    """

    attributes: Mapping[str, str] = field(repr=False)
    reasons: Mapping[str, Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a provider says about somebody, and how it was asked.

    Attributes:
        mapped: In the gateway's terms.
        said: In the pool's.
        sent: Names of the claims that came.
        scopes: Those that were asked for; empty where there are none.
        settings: What the provider's file says of sign-ins.
        vouched: Names of the addresses that it vouched for the last time.
    """

    mapped: MappedClaims
    said: Mapping[str, Said] = field(repr=False)
    sent: frozenset[str]
    scopes: frozenset[str]
    settings: SignInSettings
    vouched: frozenset[str] = frozenset()


def profile_of(
    source: Source, schema: Schema, client: Client, before: User | None
) -> Profile:
    """Return what somebody's profile becomes by a sign-in.

    Args:
        source: What the provider says.
        schema: The pool's.
        client: Through which client they sign in.
        before: As they are; `None` for somebody new.
    """
    return _Writing(source, schema, client, before).profile()


class _Writing:
    """One sign-in's writing."""

    def __init__(
        self, source: Source, schema: Schema, client: Client, before: User | None
    ) -> None:
        self._source = source
        self._schema = schema
        self._client = client
        self._known = dict(before.attributes) if before else {}
        # Whoever has a way in of their own has a profile of their own: what a provider
        # says only fills it up, and no address of theirs becomes another by it.
        self._is_own = (
            before is not None and before.status is not UserStatus.EXTERNAL_PROVIDER
        )

    def profile(self) -> Profile:
        attributes = dict(self._known)
        reasons: dict[str, Reason] = {}
        for name, said in self._all_said():
            reason = self._judge(name, said)
            reasons[name] = reason
            if reason.why is Why.WRITTEN:
                attributes[name] = said.value
                if name in VERIFIED:
                    proven = self._is_proven(name, said.value)
                    attributes[VERIFIED[name]] = "true" if proven else "false"
        for name in self._schema.attributes.keys() - reasons.keys() - OWN:
            if name not in VERIFIED.values():
                reasons[name] = Reason(Why.NOT_MAPPED)
        return Profile(attributes, reasons)

    def _all_said(self) -> Iterator[tuple[str, Said]]:
        mapped, said = self._source.mapped, self._source.said
        usual = {
            "name": (mapped.name, "name"),
            "email": (mapped.email, "email"),
            "phone_number": (mapped.phone, "phone_number"),
            "preferred_username": (mapped.username, "preferred_username"),
        }
        for name, (value, claim) in usual.items():
            if name not in said:
                yield name, Said(value, frozenset({claim}))
        yield from said.items()

    def _judge(self, name: str, said: Said) -> Reason:
        """Return whether a value is written, or why not."""
        claims = tuple(sorted(said.claims))
        attribute = self._schema.attributes.get(name)
        if attribute is None or name in OWN:
            return Reason(Why.NO_SUCH_ATTRIBUTE, claims)
        if not said.value and said.is_text:
            return self._unsaid(claims)
        problem = attribute.problem(said.value) if said.is_text else _NO_TEXT
        if problem is not None:
            return Reason(Why.NOT_TAKEN, claims, problem=str(problem))
        return Reason(self._may(attribute, said.value), claims)

    def _may(self, attribute: Attribute, value: str) -> Why:
        """Return whether a value that the pool takes is written for this person."""
        name = attribute.name
        known = self._known.get(name, "")
        if not may_write(self._client, name):
            return Why.NOT_WRITABLE
        if self._is_own and (known or name in VERIFIED):
            return Why.KEPT_AS_IT_IS
        if known and known != value and not attribute.mutable:
            return Why.NOT_MUTABLE
        return Why.WRITTEN

    def _unsaid(self, claims: tuple[str, ...]) -> Reason:
        source = self._source
        scopes = {
            source.settings.SCOPES[claim]
            for claim in claims
            if claim in source.settings.SCOPES and claim not in source.sent
        }
        missing = tuple(sorted(scopes - source.scopes))
        if missing and source.scopes:
            return Reason(Why.SCOPE_NOT_ASKED, claims, missing)
        return Reason(Why.CLAIM_NOT_SENT, claims)

    def _is_proven(self, name: str, value: str) -> bool:
        mapped = self._source.mapped
        address, vouched = (
            (mapped.email, mapped.email_verified)
            if name == "email"
            else (mapped.phone, mapped.phone_verified)
        )
        if vouched and address == value:
            return True
        # Proven here, by a code, where the provider never vouched: that stays. What it once
        # vouched for and does no more, does not.
        return (
            self._known.get(name) == value
            and self._known.get(VERIFIED[name]) == "true"
            and name not in self._source.vouched
        )


def vouched_for(mapped: MappedClaims) -> frozenset[str]:
    """Return the names of the addresses that a provider vouches for."""
    said = {"email": mapped.email_verified, "phone_number": mapped.phone_verified}
    return frozenset(name for name, is_vouched in said.items() if is_vouched)


def sent_claims(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the claims that say something."""
    return frozenset(name for name, value in claims.items() if value not in ("", None))
