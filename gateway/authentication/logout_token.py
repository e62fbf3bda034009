"""Logout tokens: a provider says that somebody has signed out there.

They come by themselves, without a browser, and end sessions; so each is good once, for minutes,
and is told apart from an ID token, which says the opposite.

Reference: OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_lifetime,
    read_subject,
    read_text,
    read_time,
    shown,
)
from gateway.authentication.compact import names_of, parse_compact
from gateway.authentication.issuers import Issuers
from gateway.authentication.signature import Keys, check_signature
from gateway.config.providers.oidc import OidcProvider
from gateway.model.errors import (
    ExpiredCredentialError,
    MalformedCredentialError,
    WrongTokenTypeError,
)

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"

# Section 2.4 recommends two; an event may wait in a queue.
MAX_AGE: Final = timedelta(minutes=5)

MAX_BYTES: Final = 16 * 1024
_MAX_TEXT: Final = 1024


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """Somebody has signed out at a provider.

    Attributes:
        provider: The provider's id.
        subject: Its name for them; empty if it names a session alone.
        session_id: Its name for one session; empty if all of them are meant.
        token_id: The token's own name, for whoever sees to it that it is good once.
        expires_at: Until when it is good.
    """

    provider: str
    subject: str
    session_id: str
    token_id: str
    expires_at: datetime


class LogoutTokenVerifier:
    """Checks the logout tokens of one provider. Shared by threads.

    Args:
        settings: The provider's file; with a client.
        keys: The provider's published keys.
        skew: How far its clock may be from ours.
    """

    def __init__(self, settings: OidcProvider, *, keys: Keys, skew: timedelta) -> None:
        self._provider = settings.id
        self._issuers = Issuers(settings)
        self._keys = keys
        self._algorithms = names_of(settings.algorithms)
        self._clients = frozenset([settings.client.id] if settings.client else [])
        self._skew = skew
        self._lifetime = LifetimeRule(skew, timedelta(days=1), issued_at_required=True)

    def verify(self, text: str, *, now: datetime) -> LogoutNotice:
        """Return what a token says.

        May fetch the provider's keys.

        Args:
            text: As it came.
            now: The time, aware UTC.

        Raises:
            CredentialError: It is no good logout token.
            ProviderUnavailableError: The provider's keys cannot be had.
        """
        token = parse_compact(text, max_bytes=MAX_BYTES)
        self._issuers.check(token)
        if token.type not in {"logout+jwt", "jwt", ""}:
            raise WrongTokenTypeError(f"typ={shown(token.type)}")
        check_signature(
            token, keys=self._keys, accepted=self._algorithms, may_wait=True
        )
        claims = token.unverified_claims
        _check_event(claims)
        issued = read_time(claims, "iat", required=True)
        oldest = now.timestamp() - (MAX_AGE + self._skew).total_seconds()
        if issued < oldest:
            raise ExpiredCredentialError(f"iat={issued:.0f}")
        ends = check_lifetime(_with_end(claims, issued), self._lifetime, now=now)
        check_audience(claims, self._clients)
        subject = read_subject(claims) if "sub" in claims else ""
        session_id = _session_id(claims)
        if not subject and not session_id:
            raise MalformedCredentialError("neither sub nor sid")
        return LogoutNotice(
            provider=self._provider,
            subject=subject,
            session_id=session_id,
            token_id=read_text(claims, "jti"),
            expires_at=max(ends, now + MAX_AGE) + 2 * self._skew,
        )


def _check_event(claims: Mapping[str, Any]) -> None:
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(EVENT), Mapping):
        raise WrongTokenTypeError("no logout token: it has no such event")
    if "nonce" in claims:
        # Section 2.4: so that no ID token is ever taken for one.
        raise WrongTokenTypeError("no logout token: it has a nonce")


def _with_end(claims: Mapping[str, Any], issued: float) -> Mapping[str, Any]:
    """Return the claims with an end: earlier drafts of the standard had none."""
    if "exp" in claims:
        return claims
    return {**claims, "exp": issued + MAX_AGE.total_seconds()}


def _session_id(claims: Mapping[str, Any]) -> str:
    found = claims.get("sid", "")
    if not isinstance(found, str) or len(found) > _MAX_TEXT:
        raise MalformedCredentialError("sid is no text")
    return found
