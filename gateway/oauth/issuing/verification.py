"""Whether an access token of a pool is still good, and what it says.

For our own pages and APIs: beyond signature and lifetime, also that nothing was taken back
since, and that the person is still let in. What other services check is in the token alone.

References: RFC 9068 section 4; RFC 8725; Amazon Cognito, "Revoking tokens".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from gateway.authentication.compact import UnverifiedToken, parse_compact
from gateway.authentication.errors import WrongSignatureError
from gateway.authentication.verification_key import VerificationKey
from gateway.keys.signing import Algorithm, PublicKey
from gateway.mint.pool_keys import KeyPurpose
from gateway.mint.signer import MAX_TOKEN_BYTES
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    UntrustedIssuerError,
    WrongTokenTypeError,
)
from gateway.model.user import User
from gateway.oauth.issuer import Issuers
from gateway.oauth.issuing.authorization import Authorization, authorization_of
from gateway.pool.pool import Pool
from gateway.storage.database import Database
from gateway.storage.pools.origins import Origins
from gateway.storage.pools.users import Users

_ALGORITHM = "RS256"


class PublicKeys(Protocol):
    """The public keys of pools."""

    def public_key(
        self, pool_id: str, purpose: KeyPurpose, kid: str
    ) -> tuple[Algorithm, PublicKey] | None:
        """Return a published key with its only algorithm."""


class Pools(Protocol):
    """Knows which pools there are."""

    def find(self, pool_id: str) -> Pool | None:
        """Return a pool."""


class RevokedTokenError(CredentialError):
    """The token was good once, and was taken back."""

    public = "The token has been revoked."


@dataclass(frozen=True, slots=True)
class VerifiedAccess:
    """An access token that was checked.

    Attributes:
        pool_id: The pool that issued it.
        user: Whom it is about; `None` for a client that acts for itself.
        client_id: The client that it was issued to.
        scopes: What it is good for.
        origin_id: Of which authorization; empty for a client that acts for itself.
        granted: That authorization; `None` likewise.
        thumbprint: Of the key that it is bound to; empty if to none.
        claims: All that it says.
    """

    pool_id: str
    user: User | None
    client_id: str
    scopes: tuple[str, ...]
    origin_id: str
    thumbprint: str
    claims: Mapping[str, Any] = field(repr=False)
    granted: Authorization | None = None


class AccessTokens:
    """Checks access tokens of pools. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        keys: PublicKeys,
        issuers: Issuers,
        pools: Pools,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keys = keys
        self._issuers = issuers
        self._pools = pools
        self._clock = clock

    def verify(self, token: str) -> VerifiedAccess:
        """Return what an access token says, if it is good.

        Raises:
            MalformedCredentialError: It is no token.
            UntrustedIssuerError: It is from none of our pools.
            WrongTokenTypeError: It is an ID token, say.
            ExpiredCredentialError: It is too old.
            RevokedTokenError: It was taken back, or the person is not let in any more.
            CredentialError: It is not signed by the pool.
            UnavailableError: Whether it is good cannot be found out.
        """
        pool_id, claims = self._signed(token, KeyPurpose.ACCESS)
        if self._clock().timestamp() >= claims["exp"]:
            raise ExpiredCredentialError("the access token is too old")
        origin_id = _origin_of(claims)
        user, granted = self._read(origin_id) if origin_id else (None, None)
        return VerifiedAccess(
            pool_id=pool_id,
            user=user,
            client_id=claims["client_id"],
            scopes=tuple(claims["scope"].split()),
            origin_id=origin_id,
            thumbprint=claims.get("cnf", {}).get("jkt", ""),
            claims=claims,
            granted=granted,
        )

    def read_id_token(self, token: str) -> Mapping[str, Any]:
        """Return what an ID token says that a pool has signed, however old it is.

        A hint about who was signed in, and proof of nothing now.

        Raises:
            CredentialError: It is none of our pools' ID tokens.
            UnavailableError: Whether it is cannot be found out.
        """
        return self._signed(token, KeyPurpose.ID)[1]

    def _signed(self, token: str, purpose: KeyPurpose) -> tuple[str, Mapping[str, Any]]:
        """Return what a pool has signed with its key for one kind of tokens.

        Its own tokens are of one form: what is signed with that key is one of the kind,
        and has everything that they have.
        """
        parsed = parse_compact(token, max_bytes=MAX_TOKEN_BYTES)
        pool_id = self._issuers.find_pool(parsed.unverified_issuer)
        if pool_id is None or self._pools.find(pool_id) is None:
            raise UntrustedIssuerError(f"iss={parsed.unverified_issuer[:200]!r}")
        kid = parsed.key_id or ""
        found = self._keys.public_key(pool_id, purpose, kid)
        if found is None or parsed.algorithm != _ALGORITHM:
            raise self._refusal(pool_id, purpose, parsed)
        key = VerificationKey(kid, _ALGORITHM, found[1])
        if not key.verifies(parsed.signature, parsed.signing_input):
            raise WrongSignatureError(f"not signed by the key {kid!r}")
        return pool_id, parsed.unverified_claims

    def _refusal(
        self, pool_id: str, purpose: KeyPurpose, parsed: UnverifiedToken
    ) -> CredentialError:
        kid = parsed.key_id or ""
        for other in KeyPurpose:
            if other is not purpose and self._keys.public_key(pool_id, other, kid):
                return WrongTokenTypeError(f"a token of the kind {other.value!r}")
        return UntrustedIssuerError(f"kid={kid[:80]!r}, alg={parsed.algorithm[:20]!r}")

    def _read(self, origin_id: str) -> tuple[User, Authorization]:
        with self._database.reading() as connection:
            origin = Origins(connection).find(origin_id)
            if origin is None or origin.revoked_at is not None:
                raise RevokedTokenError(f"origin {origin_id} is gone or revoked")
            user = Users(connection).find(origin.pool_id, origin.sub)
        if user is None or not user.enabled:
            raise RevokedTokenError("the person is gone or disabled")
        signed_out = user.signed_out_at
        if signed_out is not None and origin.created_at <= signed_out:
            raise RevokedTokenError("the person has signed out everywhere")
        return user, authorization_of(origin)


def _origin_of(claims: Mapping[str, Any]) -> str:
    """Return which authorization a token came from; empty for a client of its own."""
    if claims["sub"] == claims["client_id"]:
        return ""
    found: str = claims.get("event_id") or claims["jti"].partition(".")[0]
    return found
