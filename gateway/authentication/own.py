"""Tokens of our own that come back: guest tokens and app tokens, told apart by their type.

Both have the gateway's own issuer, and an issuer has one verifier.

Reference: RFC 8725 section 3.11 (explicit typing).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from gateway.authentication.claim_rules import shown
from gateway.authentication.compact import UnverifiedToken
from gateway.model.claims import VerifiedClaims
from gateway.model.errors import UntrustedIssuerError


class OneType(Protocol):
    """Checks the tokens of one type."""

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what the token says, or raise as `OwnVerifier.claims_for`."""
        ...


class OwnVerifier:
    """Checks the gateway's own tokens.

    Args:
        issuer: The gateway's own issuer.
        provider: Its name in messages.
        by_type: What checks the tokens of each `typ`.
    """

    def __init__(
        self, *, issuer: str, provider: str, by_type: Mapping[str, OneType]
    ) -> None:
        self.provider = provider
        self.issuers = frozenset({issuer})
        self._by_type = by_type

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what a token says, once it has been checked.

        Args:
            token: The token, taken apart.
            now: The time, aware UTC.
            may_wait: Whether it may take longer than a moment.

        Raises:
            WouldWaitError: It may not, and would.
            UntrustedIssuerError: It is no type that comes back.
            CredentialError: It is not valid.
            UnavailableError: That cannot be found out.
        """
        verifier = self._by_type.get(token.type)
        if verifier is None:
            raise UntrustedIssuerError(f"our own, and typ={shown(token.type)}")
        return verifier.claims_for(token, now=now, may_wait=may_wait)
