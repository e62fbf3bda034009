"""Assertions of the team's own backend: short-lived JWTs, signed with keys from a file.

An assertion is a bearer credential here, presented with each request until it expires; so
accepting each `jti` only once is not offered, and a short lifetime is demanded instead.

Reference: RFC 7523 section 3 (what an assertion has to say).
"""

from datetime import datetime, timedelta

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_lifetime,
    read_subject,
    shown,
)
from gateway.authentication.compact import UnverifiedToken, names_of
from gateway.authentication.signature import Keys, check_signature
from gateway.config.providers.developer import DeveloperProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import UntrustedIssuerError, WrongTokenTypeError


class DeveloperVerifier:
    """Checks the assertions of one backend.

    Args:
        settings: The provider's file.
        keys: The backend's keys.
        skew: How far its clock may be from ours.
    """

    def __init__(
        self, settings: DeveloperProvider, *, keys: Keys, skew: timedelta
    ) -> None:
        self.provider = settings.id
        self.issuers = frozenset(settings.issuers)
        self._keys = keys
        self._algorithms = names_of(settings.algorithms)
        self._audiences = frozenset(settings.audiences)
        self._lifetime = LifetimeRule(
            skew, settings.max_lifetime, issued_at_required=True
        )

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what the backend says, once the assertion has been checked.

        Args:
            token: The assertion, taken apart.
            now: The time, aware UTC.
            may_wait: Whether it may take longer than a moment.

        Raises:
            WouldWaitError: It may not, and would.
            CredentialError: It is not an assertion that the provider's file accepts.
        """
        if token.unverified_issuer not in self.issuers:
            raise UntrustedIssuerError(f"iss={shown(token.unverified_issuer)}")
        if token.type not in {"", "jwt"}:
            raise WrongTokenTypeError(f"typ={shown(token.type)}")
        check_signature(
            token, keys=self._keys, accepted=self._algorithms, may_wait=may_wait
        )
        claims = token.unverified_claims
        expires_at = check_lifetime(claims, self._lifetime, now=now)
        check_audience(claims, self._audiences)
        return VerifiedClaims(
            provider=self.provider,
            issuer=token.unverified_issuer,
            subject=read_subject(claims),
            token_type=TokenType.DEVELOPER,
            expires_at=expires_at,
            claims=claims,
        )
