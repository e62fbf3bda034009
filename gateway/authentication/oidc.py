"""Tokens of OpenID Connect providers: access tokens and ID tokens.

An access token says what somebody may do here; an ID token says that somebody signed in
somewhere. A provider's file says which of the two it lets pass, and each is recognised by
what it is, never by what would be convenient.

References: RFC 9068 section 4; OpenID Connect Core 1.0 sections 2 and 3.1.3.7; RFC 8725
sections 3.11 and 3.12.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_authorized_party,
    check_lifetime,
    read_subject,
    read_text,
    shown,
)
from gateway.authentication.compact import UnverifiedToken, names_of
from gateway.authentication.issuers import Issuers
from gateway.authentication.signature import Keys, check_signature
from gateway.config.providers.oidc import OidcProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import WrongTokenTypeError

# No provider hands out longer-lived ones by default; a token that claims to be good for
# years is a key, and has to be managed as one.
MAX_LIFETIME = timedelta(days=31)

# Claims that belong to other kinds of token. Many providers give access tokens no `typ`
# of their own; one of these shows them. `events` is that of logout and security event
# tokens (OpenID Connect Back-Channel Logout 1.0 section 2.4).
_NOT_IN_ID_TOKENS = ("client_id", "events", "scope", "scp")

# What Cognito and Keycloak say inside of an ID token, if they say anything.
_ID_TOKEN_MARKS: Mapping[str, str] = {"token_use": "id", "typ": "ID"}


class OidcVerifier:
    """Checks the tokens of one provider.

    Args:
        settings: The provider's file.
        keys: The provider's published keys.
        skew: How far its clock may be from ours.
    """

    def __init__(self, settings: OidcProvider, *, keys: Keys, skew: timedelta) -> None:
        self.provider = settings.id
        self._issuers = Issuers(settings)
        self.issuers = self._issuers.names
        self._keys = keys
        self._algorithms = names_of(settings.algorithms)
        self._audiences = frozenset(settings.accepted_audiences)
        self._types = frozenset(TokenType(name) for name in settings.accept.tokens)
        self._lifetime = LifetimeRule(skew, MAX_LIFETIME, issued_at_required=True)

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what the provider says, once the token has been checked.

        Args:
            token: The token, taken apart.
            now: The time, aware UTC.
            may_wait: Whether it may take longer than a moment.

        Raises:
            WouldWaitError: It may not, and would.
            CredentialError: The token is not one that the provider's file accepts.
            ProviderUnavailableError: Its keys cannot be had.
        """
        issuer = self._issuers.check(token)
        kind = _kind_of(token)
        if kind not in self._types:
            raise WrongTokenTypeError(f"{kind} is not accepted from {self.provider!r}")
        check_signature(
            token, keys=self._keys, accepted=self._algorithms, may_wait=may_wait
        )
        claims = token.unverified_claims
        expires_at = check_lifetime(claims, self._lifetime, now=now)
        audiences = check_audience(claims, self._audiences)
        if kind is TokenType.ID_TOKEN:
            check_authorized_party(claims, audiences, self._audiences)
        else:
            # RFC 9068 section 2.2 requires both.
            read_text(claims, "client_id")
            read_text(claims, "jti")
        return VerifiedClaims(
            provider=self.provider,
            issuer=issuer,
            subject=read_subject(claims),
            token_type=kind,
            expires_at=expires_at,
            claims=claims,
        )


def _kind_of(token: UnverifiedToken) -> TokenType:
    """Return what a token is for.

    Raises:
        WrongTokenTypeError: It is for something that is never accepted here.
    """
    match token.type:
        case "at+jwt":
            return TokenType.ACCESS_TOKEN
        case "" | "jwt":
            _check_looks_like_id_token(token.unverified_claims)
            return TokenType.ID_TOKEN
        case other:
            raise WrongTokenTypeError(f"typ={shown(other)}")


def _check_looks_like_id_token(claims: Mapping[str, Any]) -> None:
    foreign = [name for name in _NOT_IN_ID_TOKENS if name in claims]
    if foreign:
        raise WrongTokenTypeError(
            f"not of type at+jwt, and no ID token: it has {', '.join(foreign)}"
        )
    for name, expected in _ID_TOKEN_MARKS.items():
        if claims.get(name, expected) != expected:
            raise WrongTokenTypeError(f"no ID token: {name}={shown(claims[name])}")
