"""Assertions by which clients prove themselves with a key of their own.

Signed by the client, for us, just now, and good once: what was presented is remembered for
as long as it would be good.

References: RFC 7523 section 3; OpenID Connect Core section 9 (`private_key_jwt`).
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from gateway.authentication.compact import UnverifiedToken, parse_compact
from gateway.authentication.key_set import KeySetError, parse_key_set
from gateway.authentication.signature import check_signature
from gateway.model.client import Client
from gateway.model.errors import CredentialError
from gateway.oauth.errors import InvalidClientError
from gateway.oauth.issuer import Issuers
from gateway.storage.database import Database
from gateway.storage.digests import digest_of
from gateway.storage.pools.replays import Replays

ALGORITHMS: Final = ("ES256", "EdDSA", "PS256", "RS256")

# Asserted for one request: whoever needs longer has a clock that is wrong.
MAX_LIFETIME: Final = timedelta(minutes=10)
LEEWAY: Final = timedelta(seconds=30)
_MAX_BYTES: Final = 8192
_MAX_ID: Final = 256
_PURPOSE: Final = "client assertion"


def unverified_subject(assertion: str) -> str:
    """Return which client an assertion is said to be by.

    Raises:
        InvalidClientError: It is none.
    """
    subject = _parse(assertion).unverified_claims.get("sub")
    if not isinstance(subject, str):
        raise InvalidClientError("the assertion has no subject")
    return subject


class AssertionChecks:
    """Checks assertions. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        issuers: Issuers,
        endpoints: Collection[str],
        clock: Callable[[], datetime],
    ) -> None:
        """Check assertions that are made for us.

        Args:
            database: Remembers what was presented.
            issuers: What pools are called: whom an assertion should be for.
            endpoints: Addresses that clients may name instead.
            clock: The time, aware UTC.
        """
        self._database = database
        self._issuers = issuers
        self._endpoints = frozenset(endpoints)
        self._clock = clock

    def check(self, client: Client, assertion: str) -> None:
        """Refuse an assertion that the client has not signed, for us, just now.

        Raises:
            InvalidClientError: It has not, or it was presented before.
            StorageError: Nobody knows.
        """
        token = _parse(assertion)
        claims = token.unverified_claims
        if claims.get("iss") != client.id or claims.get("sub") != client.id:
            raise InvalidClientError("an assertion about somebody else")
        self._check_audience(client, claims)
        try:
            keys = parse_key_set(client.jwks.encode(), ALGORITHMS)
            check_signature(token, keys=keys, accepted=ALGORITHMS, may_wait=True)
        except (CredentialError, KeySetError) as error:
            raise InvalidClientError(f"client {client.id}: {error}") from error
        ends_at = self._lifetime(claims)
        token_id = claims.get("jti")
        if not isinstance(token_id, str) or not 0 < len(token_id) <= _MAX_ID:
            raise InvalidClientError("an assertion without jti")
        digest = digest_of(f"{client.id} {token_id}", purpose=_PURPOSE)

        def work(connection: Connection) -> bool:
            return Replays(connection).is_first(digest, until=ends_at + LEEWAY)

        if not self._database.write(work):
            raise InvalidClientError(f"client {client.id}: an assertion was repeated")

    def _check_audience(self, client: Client, claims: Mapping[str, Any]) -> None:
        audience = claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        ours = {self._issuers.of(client.pool_id), *self._endpoints}
        # Of several, one could be somebody who presents it here in the client's name.
        if len(named) != 1 or named[0] not in ours:
            raise InvalidClientError("an assertion for somebody else")

    def _lifetime(self, claims: Mapping[str, Any]) -> datetime:
        now = self._clock().timestamp()
        leeway = LEEWAY.total_seconds()
        ends = _time(claims.get("exp"))
        begins = _time(claims.get("nbf", claims.get("iat", now)))
        if ends <= now - leeway or begins > now + leeway:
            raise InvalidClientError("an assertion of another time")
        if ends > now + MAX_LIFETIME.total_seconds() + leeway:
            raise InvalidClientError("an assertion that is good for too long")
        return datetime.fromtimestamp(ends, UTC)


def _parse(assertion: str) -> UnverifiedToken:
    try:
        return parse_compact(assertion, max_bytes=_MAX_BYTES)
    except CredentialError as error:
        raise InvalidClientError(f"the assertion: {error.detail}") from error


def _time(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidClientError("an assertion without times")
    return value
