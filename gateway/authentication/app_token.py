"""App tokens: what the token endpoint hands out for the token of a provider.

A token of our own that stands for what a provider said a moment ago. It says whom it came of
and what was said (`via`), so whoever shows it is who they were at the exchange: the provider's
file is applied anew, and a provider that is switched off takes its app tokens along.

Tokens for upstreams have the same issuer and type, and are none: they are for another
audience, and have no `via`, which no policy can set.

References: RFC 9068 section 4; RFC 8693 section 4.1 (`act`); RFC 7800 section 3.1 (`cnf`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_lifetime,
    read_text,
    read_thumbprint,
    shown,
)
from gateway.authentication.compact import UnverifiedToken
from gateway.authentication.guest import OwnKeys, OwnRing
from gateway.authentication.signature import check_signature
from gateway.authentication.verification_key import SUPPORTED_ALGORITHMS
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import MalformedCredentialError, UntrustedIssuerError
from gateway.model.waiting import WouldWaitError
from gateway.storage.epochs import heard_as
from gateway.storage.pools.users import USER_TOPIC, change_key

ACCESS_TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a name, not a secret

# The longest that a token profile allows.
MAX_LIFETIME: Final = timedelta(minutes=15)


class People(Protocol):
    """Knows the people behind a pool's tokens."""

    def profile(self, pool_id: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is known of the person; raise if they are not let in any more."""
        ...


@dataclass(frozen=True, slots=True)
class Via:
    """What an app token came of.

    Attributes:
        provider: Id of the provider.
        issuer: Its issuer.
        subject: Its name for somebody.
        claims: What it said of them.
    """

    provider: str
    issuer: str
    subject: str
    claims: Mapping[str, Any]

    def written(self) -> dict[str, Any]:
        """Return it as it stands in a token."""
        return {
            "provider": self.provider,
            "issuer": self.issuer,
            "subject": self.subject,
            "claims": dict(self.claims),
        }


class AppVerifier:
    """Checks app tokens.

    Args:
        own_keys: What they were signed with.
        issuer: The gateway's own issuer, which is their audience too.
        providers: Whose tokens are exchanged, by id; of a pool, with its `pool_id`.
        people: Knows the people of pools.
        skew: How far the clocks of two instances may be apart.
    """

    def __init__(
        self,
        *,
        own_keys: OwnKeys,
        issuer: str,
        providers: Mapping[str, str],
        people: People,
        skew: timedelta,
    ) -> None:
        self._issuer = issuer
        self._keys = OwnRing(own_keys)
        self._providers = providers
        self._people = people
        self._lifetime = LifetimeRule(skew, MAX_LIFETIME, issued_at_required=True)

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what the provider said at the exchange, once the token has been checked.

        Args:
            token: The token, taken apart.
            now: The time, aware UTC.
            may_wait: Whether it may take longer than a moment.

        Raises:
            WouldWaitError: It may not: who the person is stands in the database.
            UntrustedIssuerError: It is another token of our own, or its provider is not
                trusted any more.
            CredentialError: It is no valid app token, or the person is not let in any
                more.
            UnavailableError: That cannot be found out.
        """
        if token.type != ACCESS_TOKEN_TYPE:
            raise UntrustedIssuerError(f"typ={shown(token.type)}")
        check_signature(
            token, keys=self._keys, accepted=SUPPORTED_ALGORITHMS, may_wait=may_wait
        )
        claims = token.unverified_claims
        expires_at = check_lifetime(claims, self._lifetime, now=now)
        check_audience(claims, {self._issuer})
        via = _read_via(claims)
        pool_id = self._providers.get(via.provider)
        if pool_id is None:
            raise UntrustedIssuerError(f"provider {shown(via.provider)}")
        said, depends_on = via.claims, ""
        if pool_id:
            if not may_wait:
                raise WouldWaitError
            said = {**self._people.profile(pool_id, said), **said}
            depends_on = heard_as(USER_TOPIC, change_key(pool_id, via.subject))
        return VerifiedClaims(
            provider=via.provider,
            issuer=via.issuer,
            subject=via.subject,
            token_type=TokenType.APP,
            expires_at=expires_at,
            claims=said,
            depends_on=depends_on,
            thumbprint=read_thumbprint(claims),
            scopes=tuple(str(claims.get("scope", "")).split()),
            actor=claims.get("act"),
        )


def _read_via(claims: Mapping[str, Any]) -> Via:
    via = claims.get("via")
    if via is None:
        raise UntrustedIssuerError("a token for upstreams")
    if not isinstance(via, Mapping) or not isinstance(via.get("claims"), Mapping):
        raise MalformedCredentialError("via is misshapen")
    return Via(
        provider=read_text(via, "provider"),
        issuer=read_text(via, "issuer"),
        subject=read_text(via, "subject"),
        claims=via["claims"],
    )
