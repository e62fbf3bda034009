"""ID tokens that a provider hands to the gateway itself, at the end of a sign-in.

More is known of such a token than of one that somebody brings along: the sign-in that it
answers, the access token that came with it, and that it was made a moment ago. What a
provider says beside it, at its userinfo endpoint, counts only for the same subject.

Reference: OpenID Connect Core 1.0 sections 3.1.3.6 to 3.1.3.8 and 5.3.4.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.authentication.claim_rules import (
    LifetimeRule,
    check_audience,
    check_authorized_party,
    check_lifetime,
    read_subject,
    read_text,
    read_time,
    shown,
)
from gateway.authentication.compact import UnverifiedToken, names_of, parse_compact
from gateway.authentication.errors import (
    WrongHashError,
    WrongNonceError,
    WrongSubjectError,
)
from gateway.authentication.issuers import Issuers
from gateway.authentication.oidc import MAX_LIFETIME
from gateway.authentication.signature import Keys, check_signature
from gateway.config.providers.oidc import OidcProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    ExpiredCredentialError,
    WrongTokenTypeError,
)

# It was made for the code that was redeemed a second ago. An older one comes from somewhere
# else, whatever else is right about it.
MAX_AGE: Final = timedelta(minutes=10)

# What ID tokens call themselves, if anything.
_TYPES: Final = frozenset({"", "jwt"})

# With every claim that a provider may have; what somebody's groups take is most of it.
MAX_BYTES: Final = 64 * 1024

# Half of what the signature is made over (OpenID Connect Core section 3.1.3.6). That of
# Ed25519 is SHA-512.
_DIGESTS: Final = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}

# An address, and what says that somebody has proven it (section 5.1).
_MARKS: Final = {"email": "email_verified", "phone_number": "phone_number_verified"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token has to fit.

    Attributes:
        nonce: What was sent with the request.
        access_token: What came together with it.
        max_age: How long ago they may have signed in; `None` for any time.
    """

    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    max_age: timedelta | None = None


class IdTokenVerifier:
    """Checks the ID tokens of sign-ins at one provider. Shared by threads.

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
        # Made for this sign-in, so for nobody but the client that began it.
        self._clients = frozenset([settings.client.id] if settings.client else [])
        self._skew = skew
        self._lifetime = LifetimeRule(skew, MAX_LIFETIME, issued_at_required=True)

    def verify(self, text: str, expected: Expected, *, now: datetime) -> VerifiedClaims:
        """Return what the provider says about somebody who has signed in.

        May fetch the provider's keys.

        Args:
            text: The token, as the token endpoint has answered.
            expected: What it has to fit.
            now: The time, aware UTC.

        Raises:
            EncryptedTokenError: It is encrypted.
            CredentialError: It is not a good ID token of this sign-in.
            ProviderUnavailableError: The provider's keys cannot be had.
        """
        token = parse_compact(text, max_bytes=MAX_BYTES)
        issuer = self._issuers.check(token)
        # Other claims than are known are no reason (section 2): some providers write into
        # ID tokens what belongs to access tokens, and the nonce tells the two apart.
        if token.type not in _TYPES or "events" in token.unverified_claims:
            raise WrongTokenTypeError(f"typ={shown(token.type)} in its place")
        check_signature(
            token, keys=self._keys, accepted=self._algorithms, may_wait=True
        )
        claims = token.unverified_claims
        expires_at = check_lifetime(claims, self._lifetime, now=now)
        audiences = check_audience(claims, self._clients)
        check_authorized_party(claims, audiences, self._clients)
        self._check_times(claims, expected, now)
        _check_nonce(claims, expected.nonce)
        _check_hash(token, expected.access_token)
        return VerifiedClaims(
            provider=self._provider,
            issuer=issuer,
            subject=read_subject(claims),
            token_type=TokenType.ID_TOKEN,
            expires_at=expires_at,
            claims=claims,
        )

    def _check_times(
        self, claims: Mapping[str, Any], expected: Expected, now: datetime
    ) -> None:
        at, skew = now.timestamp(), self._skew.total_seconds()
        issued = read_time(claims, "iat", required=True)
        if at - issued > MAX_AGE.total_seconds() + skew:
            raise ExpiredCredentialError(f"iat={issued:.0f} at {at:.0f}")
        if expected.max_age is None:
            return
        # Section 3.1.2.1: with `max_age` in the request, it has to be there.
        signed_in = read_time(claims, "auth_time", required=True)
        if at - signed_in > expected.max_age.total_seconds() + skew:
            raise ExpiredCredentialError(f"auth_time={signed_in:.0f} at {at:.0f}")


def with_userinfo(
    claims: VerifiedClaims, userinfo: Mapping[str, Any]
) -> VerifiedClaims:
    """Return the claims, and those that the provider gives beside its ID token.

    What is signed counts more: a claim that the ID token has stays. What says of an address
    that it is verified counts for the address that it was said of, and for no other.

    Args:
        claims: Of the ID token.
        userinfo: The answer of the provider's userinfo endpoint.

    Raises:
        WrongSubjectError: It is about somebody else, or about nobody.
    """
    if userinfo.get("sub") != claims.subject:
        raise WrongSubjectError("userinfo is about another subject than the ID token")
    signed, said = dict(claims.claims), dict(userinfo)
    for address, mark in _MARKS.items():
        if address not in signed:
            # Of an address that it did not name.
            signed.pop(mark, None)
        elif said.get(address) != signed[address]:
            said.pop(mark, None)
    return with_unsigned(replace(claims, claims=signed), said)


def with_unsigned(claims: VerifiedClaims, more: Mapping[str, Any]) -> VerifiedClaims:
    """Return the claims, and others that they say nothing of and that nobody signed.

    Args:
        claims: Of the ID token; each stays.
        more: What whoever brought it can have made up, unless the provider itself did.
    """
    return replace(claims, claims={**more, **claims.claims})


def _check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    stated = read_text(claims, "nonce").encode("utf-8")
    if not hmac.compare_digest(stated, nonce.encode("utf-8")):
        raise WrongNonceError("the ID token answers another sign-in")


def _check_hash(token: UnverifiedToken, access_token: str) -> None:
    """Refuse an ID token that came with another access token (section 3.1.3.8)."""
    stated = token.unverified_claims.get("at_hash")
    if stated is None and "at_hash" not in token.unverified_claims:
        return
    digest = _DIGESTS.get(token.algorithm[-3:], hashlib.sha512)
    whole = digest(access_token.encode("utf-8")).digest()
    half = urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode("ascii")
    if stated != half:
        raise WrongHashError(f"at_hash={shown(stated)}")
