"""Who is signed in at the gateway's pages: a row for each browser, as a digest.

Works inside a transaction of somebody else's. Pages of a person's list go by keyset.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from gateway.storage.pools.oauth_tables import BROWSER_SESSION

_FIND: Final = select(BROWSER_SESSION).where(
    BROWSER_SESSION.c.digest == bindparam("the_digest")
)

# More browsers than anybody has; older sessions of theirs are found on the next page.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What is kept of a session.

    Attributes:
        id: A name that lets nobody in.
        pool_id: The pool.
        sub: The person.
        amr: How the person signed in (RFC 8176).
        authenticated_at: When.
        expires_at: From when on nobody is signed in.
        address: Where from; empty if nobody knows.
        user_agent: With what; empty if it did not say.
    """

    id: str
    pool_id: str
    sub: str
    amr: tuple[str, ...]
    authenticated_at: datetime
    expires_at: datetime
    address: str = ""
    user_agent: str = ""


class StoredSessions:
    """The sessions of all browsers, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: bytes) -> StoredSession | None:
        """Return a session, however old it is."""
        row = self._connection.execute(_FIND, {"the_digest": digest}).first()
        return None if row is None else _session(row)

    def add(self, digest: bytes, session: StoredSession) -> None:
        """Keep a new session."""
        self._connection.execute(
            insert(BROWSER_SESSION),
            [
                {
                    "digest": digest,
                    "id": session.id,
                    "pool_id": session.pool_id,
                    "sub": session.sub,
                    "amr": list(session.amr),
                    "authenticated_at": session.authenticated_at,
                    "expires_at": session.expires_at,
                    "address": session.address,
                    "user_agent": session.user_agent,
                }
            ],
        )

    def remove(self, digest: bytes) -> bool:
        """Remove a session by its digest; return whether there was one."""
        done = self._connection.execute(
            delete(BROWSER_SESSION).where(BROWSER_SESSION.c.digest == digest)
        )
        return done.rowcount > 0

    def page(
        self, pool_id: str, sub: str, *, after: str = "", limit: int = MOST
    ) -> Sequence[StoredSession]:
        """Return a page of a person's sessions in the order of ids, the old ones too."""
        rows = self._connection.execute(
            select(BROWSER_SESSION)
            .where(
                BROWSER_SESSION.c.pool_id == pool_id,
                BROWSER_SESSION.c.sub == sub,
                BROWSER_SESSION.c.id > after,
            )
            .order_by(BROWSER_SESSION.c.id)
            .limit(limit)
        )
        return [_session(row) for row in rows]

    def remove_of(self, pool_id: str, sub: str, session_id: str | None = None) -> int:
        """Remove one of a person's sessions, or all; return how many there were."""
        statement = delete(BROWSER_SESSION).where(
            BROWSER_SESSION.c.pool_id == pool_id, BROWSER_SESSION.c.sub == sub
        )
        if session_id is not None:
            statement = statement.where(BROWSER_SESSION.c.id == session_id)
        return self._connection.execute(statement).rowcount

    def remove_expired(self, now: datetime) -> int:
        """Remove what is over; return how much there was."""
        done = self._connection.execute(
            delete(BROWSER_SESSION).where(BROWSER_SESSION.c.expires_at <= now)
        )
        return done.rowcount


def _session(row: Any) -> StoredSession:
    return StoredSession(
        id=row.id,
        pool_id=row.pool_id,
        sub=row.sub,
        amr=tuple(row.amr),
        authenticated_at=row.authenticated_at,
        expires_at=row.expires_at,
        address=row.address,
        user_agent=row.user_agent,
    )
