"""Authorization requests that clients sent ahead, as digests of their names.

Works inside a transaction of somebody else's, so that of two who use one, one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from gateway.storage.pools.oauth_tables import OAUTH_PUSHED

_FIND: Final = select(OAUTH_PUSHED).where(
    OAUTH_PUSHED.c.digest == bindparam("the_digest")
)


@dataclass(frozen=True, slots=True)
class StoredPushedRequest:
    """What is kept of a request.

    Attributes:
        pool_id: The client's pool.
        client_id: Who sent it.
        parameters: What it says.
        expires_at: From when on it is good for nothing.
    """

    pool_id: str
    client_id: str
    parameters: Mapping[str, Any] = field(repr=False)
    expires_at: datetime


class StoredPushedRequests:
    """The requests of all clients, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: bytes) -> StoredPushedRequest | None:
        """Return a request, however old it is."""
        row = self._connection.execute(_FIND, {"the_digest": digest}).first()
        if row is None:
            return None
        return StoredPushedRequest(
            row.pool_id, row.client_id, row.parameters, row.expires_at
        )

    def add(self, digest: bytes, request: StoredPushedRequest) -> None:
        """Keep a request."""
        self._connection.execute(
            insert(OAUTH_PUSHED),
            [
                {
                    "digest": digest,
                    "pool_id": request.pool_id,
                    "client_id": request.client_id,
                    "parameters": dict(request.parameters),
                    "expires_at": request.expires_at,
                }
            ],
        )

    def remove(self, digest: bytes) -> bool:
        """Remove a request; return whether there was one."""
        done = self._connection.execute(
            delete(OAUTH_PUSHED).where(OAUTH_PUSHED.c.digest == digest)
        )
        return done.rowcount > 0

    def remove_expired(self, now: datetime) -> int:
        """Remove what is over; return how much there was."""
        done = self._connection.execute(
            delete(OAUTH_PUSHED).where(OAUTH_PUSHED.c.expires_at <= now)
        )
        return done.rowcount
