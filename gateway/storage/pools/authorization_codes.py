"""Authorization codes that were handed out, as digests; the used ones too, for a while.

Works inside a transaction of somebody else's, so that of two who use a code at once one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gateway.storage.pools.oauth_tables import OAUTH_CODE

_FIND: Final = select(OAUTH_CODE).where(OAUTH_CODE.c.digest == bindparam("the_digest"))
_USE: Final = (
    update(OAUTH_CODE)
    .where(
        OAUTH_CODE.c.digest == bindparam("the_digest"), OAUTH_CODE.c.is_used.is_(False)
    )
    .values(is_used=True)
)


@dataclass(frozen=True, slots=True)
class StoredAuthorizationCode:
    """What is kept of a code.

    Attributes:
        pool_id: The pool.
        sub: Who signed in.
        client_id: Who may use it.
        request: What was asked for, and how the person signed in.
        expires_at: From when on it is good for nothing.
        origin_id: What it gives, or gave.
        is_used: Whether it was used.
    """

    pool_id: str
    sub: str
    client_id: str
    request: Mapping[str, Any]
    expires_at: datetime
    origin_id: str
    is_used: bool = False


class AuthorizationCodes:
    """The codes of all clients, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: bytes) -> StoredAuthorizationCode | None:
        """Return a code, however old or used it is."""
        row = self._connection.execute(_FIND, {"the_digest": digest}).first()
        if row is None:
            return None
        return StoredAuthorizationCode(
            pool_id=row.pool_id,
            sub=row.sub,
            client_id=row.client_id,
            request=row.request,
            expires_at=row.expires_at,
            origin_id=row.origin_id,
            is_used=row.is_used,
        )

    def add(self, digest: bytes, code: StoredAuthorizationCode) -> None:
        """Keep a new code."""
        self._connection.execute(
            insert(OAUTH_CODE),
            [
                {
                    "digest": digest,
                    "pool_id": code.pool_id,
                    "sub": code.sub,
                    "client_id": code.client_id,
                    "request": dict(code.request),
                    "expires_at": code.expires_at,
                    "origin_id": code.origin_id,
                    "is_used": code.is_used,
                }
            ],
        )

    def use(self, digest: bytes) -> bool:
        """Keep that a code was used; return whether it was still to be."""
        done = self._connection.execute(_USE, {"the_digest": digest})
        return done.rowcount > 0

    def remove_expired(self, before: datetime) -> int:
        """Remove codes that ended before a time; return how many there were."""
        done = self._connection.execute(
            delete(OAUTH_CODE).where(OAUTH_CODE.c.expires_at <= before)
        )
        return done.rowcount
