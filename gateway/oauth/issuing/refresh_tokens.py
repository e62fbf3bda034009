"""Refresh tokens: begun with an authorization, exchanged one for the next.

A token is kept as a digest. Its successor is derived from it with a key of ours, so that two
windows of one browser that ask at once get the same one, and the database has nothing with
which anybody could ask in their place.

References: RFC 6749 section 6; RFC 9700 section 4.14.2 (rotation, reuse); Amazon Cognito,
RefreshTokenRotationType.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from gateway.model.client import Client, GrantKind
from gateway.oauth.issuing.authorization import Authorization, authorization_of
from gateway.oauth.issuing.person import Person, person_of
from gateway.storage.digests import MAX_CHARACTERS, digest_of, new_value
from gateway.storage.pools.origins import Origins, StoredRefresh

_PURPOSE: Final = "refresh token"


class Refusal(Enum):
    """Why a token is not good."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refresh token that was good.

    Attributes:
        person: Whose it is.
        granted: What it stands for.
        successor: What takes its place; `None` if it stays.
    """

    person: Person
    granted: Authorization
    successor: str | None = field(repr=False)


class RefreshTokens:
    """Begins refresh tokens and exchanges them, inside transactions of others."""

    def __init__(self, *, secret: bytes, clock: Callable[[], datetime]) -> None:
        """Work with a key.

        Args:
            secret: 32 random bytes, the same for all gateways of a database.
            clock: The time, aware UTC.
        """
        self._secret = secret
        self._clock = clock

    def begin(
        self, connection: Connection, client: Client, granted: Authorization
    ) -> str | None:
        """Keep an authorization; return its first refresh token, if the client has any."""
        origins = Origins(connection)
        origins.add(granted.stored())
        if GrantKind.REFRESH_TOKEN not in client.grants:
            return None
        token = new_value()
        ends_at = min(granted.expires_at, granted.created_at + client.lifetimes.refresh)
        digest = digest_of(token, purpose=_PURPOSE)
        origins.add_refresh(digest, granted.id, expires_at=ends_at)
        return token

    def find(self, connection: Connection, token: str) -> Authorization | None:
        """Return what a refresh token stands for, if it was ever one of ours."""
        found = self._find(connection, token)
        return None if found is None else authorization_of(found.origin)

    def find_active(
        self, connection: Connection, client: Client, token: str
    ) -> Authorization | None:
        """Return what a refresh token of a client stands for, if it would be good now."""
        found = self._find(connection, token)
        if found is None or found.origin.client_id != client.id:
            return None
        if _refusal(found, client, self._clock()) is not None:
            return None
        person = person_of(connection, found.user, has_groups=found.has_groups)
        if person is None or _has_left(person, found):
            return None
        return authorization_of(found.origin)

    def use(
        self, connection: Connection, client: Client, token: str
    ) -> Refreshed | Refusal:
        """Return what a client gets for a refresh token, and keep that it was used.

        A refusal is a value: what is kept of a reuse must not be undone.
        """
        now = self._clock()
        found = self._find(connection, token)
        if found is None or found.origin.client_id != client.id:
            return Refusal.UNKNOWN
        origin = found.origin
        refusal = _refusal(found, client, now)
        if refusal is Refusal.REUSED:
            Origins(connection).revoke(origin.id, now)
        if refusal is not None:
            return refusal
        person = person_of(connection, found.user, has_groups=found.has_groups)
        if person is None or _has_left(person, found):
            return Refusal.REVOKED
        granted = authorization_of(origin)
        if not client.rotation.enabled and found.replaced_at is None:
            return Refreshed(person, granted, None)
        return Refreshed(person, granted, self._replace(connection, token, found, now))

    def _replace(
        self, connection: Connection, token: str, found: StoredRefresh, now: datetime
    ) -> str:
        successor = self._successor(token)
        if found.replaced_at is None:
            origins = Origins(connection)
            origins.replace(digest_of(token, purpose=_PURPOSE), now)
            # It ends when the first one would have (Amazon Cognito's rule).
            origins.add_refresh(
                digest_of(successor, purpose=_PURPOSE),
                found.origin.id,
                expires_at=found.expires_at,
            )
        return successor

    def _find(self, connection: Connection, token: str) -> StoredRefresh | None:
        if len(token) > MAX_CHARACTERS:
            return None
        digest = digest_of(token, purpose=_PURPOSE)
        return Origins(connection).find_refresh(digest)

    def _successor(self, token: str) -> str:
        made = hmac.new(self._secret, f"successor {token}".encode(), sha256).digest()
        return urlsafe_b64encode(made).rstrip(b"=").decode("ascii")


def _refusal(found: StoredRefresh, client: Client, now: datetime) -> Refusal | None:
    """Return why a token is not good, as far as it can be seen by itself."""
    if found.origin.revoked_at is not None:
        return Refusal.REVOKED
    if found.expires_at <= now:
        return Refusal.EXPIRED
    replaced = found.replaced_at
    if replaced is not None and now - replaced > client.rotation.grace:
        return Refusal.REUSED
    return None


def _has_left(person: Person, found: StoredRefresh) -> bool:
    """Return whether somebody has signed out everywhere since."""
    signed_out = person.user.signed_out_at
    return signed_out is not None and found.origin.created_at <= signed_out
