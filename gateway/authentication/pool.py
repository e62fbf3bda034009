"""Tokens of a user pool of our own: access tokens and ID tokens.

Each is recognised by the key that signed it, since a pool has one ring for either. What a
token says is completed by what is known of the person; and a person who was switched off, or
has signed out, is refused although the token is still good.

References: Amazon Cognito, "Verifying JSON web tokens"; RFC 8725 sections 3.8 to 3.12; RFC
9449 section 7.1 (a bound token is none for a bearer); RFC 8707 section 2 (whom a token is for).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_lifetime,
    read_subject,
    read_text,
    shown,
)
from gateway.authentication.compact import UnverifiedToken
from gateway.authentication.errors import UnknownKeyError
from gateway.authentication.signature import check_signature
from gateway.authentication.verification_key import PublicKey, VerificationKey
from gateway.config.providers.pool.provider import PoolProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from gateway.model.waiting import WouldWaitError
from gateway.storage.epochs import heard_as
from gateway.storage.pools.users import USER_TOPIC, change_key

# The longest that a client's tokens may live.
_MAX_LIFETIME: Final = timedelta(days=1)

# What each kind is called in the file, and what Cognito's profile says inside.
_NAMES: Final = {
    TokenType.ACCESS_TOKEN: ("access_token", "access"),
    TokenType.ID_TOKEN: ("id_token", "id"),
}


class Bearers(Protocol):
    """Knows the keys and the people behind a pool's tokens."""

    def find_key(
        self, pool_id: str, kid: str
    ) -> tuple[TokenType, str, PublicKey] | None:
        """Return what a key signs, its only algorithm, and the key."""
        ...

    def profile(self, pool_id: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is known of the person; raise if they are not let in any more."""
        ...


class PoolVerifier:
    """Checks the tokens of one pool.

    Args:
        settings: The pool's file.
        bearers: Knows keys and people.
        skew: How far the clocks of two instances may be apart.
    """

    def __init__(
        self,
        settings: PoolProvider,
        *,
        bearers: Bearers,
        skew: timedelta,
    ) -> None:
        self.provider = settings.id
        self.issuers = frozenset(settings.issuers)
        self._pool_id = settings.pool_id
        self._issuer = settings.issuer
        self._bearers = bearers
        self._tokens = frozenset(settings.accept.tokens)
        self._clients = frozenset(settings.accept.clients)
        self._own = (settings.public_url, f"{settings.public_url}/")
        self._lifetime = LifetimeRule(skew, _MAX_LIFETIME, issued_at_required=True)

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what the pool says, once the token and the person have been checked.

        Args:
            token: The token, taken apart.
            now: The time, aware UTC.
            may_wait: Whether it may take longer than a moment.

        Raises:
            WouldWaitError: It may not: who the person is stands in the database.
            CredentialError: The token is not one that the pool's file accepts, or the
                person is not let in any more.
            UnavailableError: That cannot be found out.
        """
        if token.unverified_issuer not in self.issuers:
            raise UntrustedIssuerError(f"iss={shown(token.unverified_issuer)}")
        if not may_wait:
            raise WouldWaitError
        kind = self._check_signed(token)
        claims = token.unverified_claims
        name, use = _NAMES[kind]
        if name not in self._tokens or claims.get("token_use", use) != use:
            raise WrongTokenTypeError(f"{name} is not accepted from {self.provider!r}")
        expires_at = check_lifetime(claims, self._lifetime, now=now)
        subject = read_subject(claims)
        self._check_client(kind, claims, subject)
        profile = self._bearers.profile(self._pool_id, claims)
        key = change_key(self._pool_id, subject)
        return VerifiedClaims(
            provider=self.provider,
            issuer=self._issuer,
            subject=subject,
            token_type=kind,
            expires_at=expires_at,
            claims={**profile, **claims},
            depends_on=heard_as(USER_TOPIC, key),
        )

    def _check_signed(self, token: UnverifiedToken) -> TokenType:
        """Return what a token is, by the key that has signed it."""
        found = self._bearers.find_key(self._pool_id, token.key_id or "")
        if found is None:
            raise UnknownKeyError("the pool has no such key")
        kind, algorithm, key = found
        check_signature(
            token,
            keys=_OneKey(VerificationKey(token.key_id, algorithm, key)),
            accepted=(algorithm,),
            may_wait=True,
        )
        return kind

    def _check_client(
        self, kind: TokenType, claims: Mapping[str, Any], subject: str
    ) -> None:
        """Refuse what was made for somebody else, or is about nobody."""
        is_access = kind is TokenType.ACCESS_TOKEN
        client_id = read_text(claims, "client_id" if is_access else "aud")
        if self._clients and client_id not in self._clients:
            raise WrongAudienceError(f"client {shown(client_id)}")
        if subject == client_id:
            raise WrongTokenTypeError("a client that acts for itself is no person")
        if is_access and "aud" in claims:
            # Made for one service by name: then for no other.
            check_audience(claims, (client_id, *self._own))


class _OneKey:
    """The key that the pool has found for a token."""

    def __init__(self, key: VerificationKey) -> None:
        self._key = key

    def get(
        self, key_id: str | None, algorithm: str, *, may_wait: bool
    ) -> VerificationKey:
        # Its only algorithm is the one that is accepted.
        del key_id, algorithm, may_wait
        return self._key
