"""Guest tokens: tokens of our own that are taken back.

The gateway makes other tokens too. App tokens are taken back as well (`app_token`); those for
upstreams are no credentials here: an upstream that was shown one must not be able to come back
with it.

Reference: RFC 8725 section 3.11 (explicit typing).
"""

from datetime import datetime, timedelta
from typing import Protocol

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_lifetime,
    read_subject,
    shown,
)
from gateway.authentication.compact import UnverifiedToken, one_name
from gateway.authentication.errors import UnknownKeyError, WrongAlgorithmError
from gateway.authentication.signature import check_signature
from gateway.authentication.verification_key import (
    SUPPORTED_ALGORITHMS,
    PublicKey,
    VerificationKey,
)
from gateway.config.providers.guest import GuestProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import UntrustedIssuerError


class OwnKeys(Protocol):
    """The gateway's own public keys."""

    def public_key(self, kid: str) -> tuple[str, PublicKey] | None:
        """Return the algorithm and the key of an id; `None` if there is no such key."""
        ...


class GuestVerifier:
    """Checks guest tokens.

    Args:
        settings: The guest provider's file.
        own_keys: What the tokens were signed with.
        issuer: The gateway's own issuer, which is their audience too.
        max_lifetime: The longest that a guest token is made for.
        skew: How far the clocks of two instances may be apart.
    """

    def __init__(
        self,
        settings: GuestProvider,
        *,
        own_keys: OwnKeys,
        issuer: str,
        max_lifetime: timedelta,
        skew: timedelta,
    ) -> None:
        self.provider = settings.id
        self.issuers = frozenset({issuer})
        self._issuer = issuer
        self._keys = OwnRing(own_keys)
        self._lifetime = LifetimeRule(skew, max_lifetime, issued_at_required=True)

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what a guest token says, once it has been checked.

        Args:
            token: The token, taken apart.
            now: The time, aware UTC.
            may_wait: Whether it may take longer than a moment.

        Raises:
            WouldWaitError: It may not, and would.
            UntrustedIssuerError: It is another token of our own, or of somebody else.
            CredentialError: It is no valid guest token.
        """
        if (token.unverified_issuer, token.type) != (self._issuer, TokenType.GUEST):
            raise UntrustedIssuerError(
                f"iss={shown(token.unverified_issuer)} typ={shown(token.type)}"
            )
        check_signature(
            token, keys=self._keys, accepted=SUPPORTED_ALGORITHMS, may_wait=may_wait
        )
        claims = token.unverified_claims
        expires_at = check_lifetime(claims, self._lifetime, now=now)
        check_audience(claims, self.issuers)
        return VerifiedClaims(
            provider=self.provider,
            issuer=self._issuer,
            subject=read_subject(claims),
            token_type=TokenType.GUEST,
            expires_at=expires_at,
            claims=claims,
        )


class OwnRing:
    """The key ring, seen as the keys of an issuer."""

    def __init__(self, own_keys: OwnKeys) -> None:
        self._own_keys = own_keys

    def get(
        self, key_id: str | None, algorithm: str, *, may_wait: bool
    ) -> VerificationKey:
        """Return the key of an id, or raise `UnknownKeyError`."""
        # The ring is in memory.
        del may_wait
        found = self._own_keys.public_key(key_id) if key_id is not None else None
        if found is None:
            raise UnknownKeyError("no such key of our own")
        own_algorithm, key = found
        if one_name(own_algorithm) != algorithm:
            raise WrongAlgorithmError(f"alg={algorithm[:20]!r}")
        return VerificationKey(key_id=key_id, algorithm=algorithm, key=key)
