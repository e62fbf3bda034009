"""Who vouches for this credential, and is it true?

Finds the provider whose issuer a token names, and lets it judge. What the token says is
believed by nobody before that.

Reference: RFC 8725 section 3.8 (the issuer chooses the keys, so it has to be known).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, assert_never

from gateway.authentication.claim_rules import read_thumbprint, shown
from gateway.authentication.compact import UnverifiedToken, parse_compact
from gateway.authentication.issuers import template_of
from gateway.model.claims import VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import UntrustedIssuerError


class ProviderVerifier(Protocol):
    """Checks the credentials of one provider."""

    @property
    def provider(self) -> str:
        """The provider's id."""
        ...

    @property
    def issuers(self) -> frozenset[str]:
        """Every value of `iss` that means the provider; with `{tenantid}` for any."""
        ...

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what the provider says, once the token has been checked.

        Raises:
            WouldWaitError: It may not wait, and would have to.
            CredentialError: The token is not acceptable.
            ProviderUnavailableError: The provider's keys cannot be had.
        """
        ...


class Verifier:
    """Turns credentials into verified claims. Shared by threads.

    Args:
        providers: One for each provider's file.
        clock: The time, aware UTC.
        max_token_bytes: The longest token that is looked at.

    Raises:
        ValueError: Two providers have an issuer in common, so that a token could be
            judged by either.
    """

    def __init__(
        self,
        *,
        providers: Sequence[ProviderVerifier],
        clock: Callable[[], datetime],
        max_token_bytes: int,
    ) -> None:
        self._clock = clock
        self._max_token_bytes = max_token_bytes
        self._by_issuer: dict[str, ProviderVerifier] = {}
        for provider in providers:
            for issuer in provider.issuers:
                other = self._by_issuer.setdefault(issuer, provider)
                if other is not provider:
                    raise ValueError(
                        f"providers {other.provider!r} and {provider.provider!r} have "
                        f"the same issuer {issuer!r}"
                    )

    def verify(
        self, credential: Credential, *, may_wait: bool = True
    ) -> VerifiedClaims:
        """Return what an issuer says about somebody, once that has been checked.

        Whether the credential is shown by who holds the key that it is bound to
        (`VerifiedClaims.thumbprint`) is for the caller to check: the key is proven for each
        request anew.

        May fetch the issuer's keys, so it belongs into a thread.

        Args:
            credential: As it was presented.
            may_wait: False on the event loop. Then it uses what is in memory alone, and
                takes a fraction of a millisecond.

        Raises:
            WouldWaitError: It may not wait, and would have to.
            OversizedCredentialError: It is longer than a token may be.
            MalformedCredentialError: It is no signed token, or a claim is misshapen.
            UntrustedIssuerError: No provider has its issuer.
            WrongTokenTypeError: It is for something else.
            ExpiredCredentialError: Its time is over.
            ImmatureCredentialError: Its time is to come.
            WrongAudienceError: It was made for somebody else.
            CredentialError: Anything else about it is not acceptable.
            ProviderUnavailableError: Its issuer's keys cannot be had.
        """
        match credential.scheme:
            case Scheme.BEARER | Scheme.DPOP:
                return self._verify_token(credential.value, may_wait=may_wait)
            case _:
                assert_never(credential.scheme)

    def _verify_token(self, text: str, *, may_wait: bool) -> VerifiedClaims:
        token = parse_compact(text, max_bytes=self._max_token_bytes)
        provider = self._by_issuer.get(token.unverified_issuer)
        if provider is None:
            # Of a provider that signs for each of its tenants in another name.
            provider = self._by_issuer.get(template_of(token))
        if provider is None:
            raise UntrustedIssuerError(f"iss={shown(token.unverified_issuer)}")
        claims = provider.claims_for(token, now=self._clock(), may_wait=may_wait)
        if "cnf" not in claims.claims:
            return claims
        return replace(claims, thumbprint=read_thumbprint(claims.claims))
