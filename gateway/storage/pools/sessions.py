"""Sign-ins that are under way, by the digest of what was handed out.

Works inside a transaction of somebody else's, so that of two who answer at once one wins.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gateway.storage.pools.session_table import POOL_SESSION

_THIS: Final = POOL_SESSION.c.digest == bindparam("the_digest")
_FIND: Final = select(POOL_SESSION).where(_THIS)
_REMOVE: Final = delete(POOL_SESSION).where(_THIS)
_COUNT: Final = update(POOL_SESSION).where(_THIS).values(tries=POOL_SESSION.c.tries + 1)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What is kept between two steps of a sign-in.

    Attributes:
        digest: Of what was handed out.
        pool_id: The pool.
        client_id: Through which client.
        sub: Who is signing in; `None` for a name that is nobody's.
        state: Sealed.
        expires_at: From when on it is good for nothing.
        tries: How often a wrong answer was given.
    """

    digest: bytes = field(repr=False)
    pool_id: str
    client_id: str
    sub: str | None
    state: str = field(repr=False)
    expires_at: datetime
    tries: int = 0


class SignInSessions:
    """All sign-ins that are under way, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: bytes) -> StoredSession | None:
        """Return what was kept, however old it is."""
        row = self._connection.execute(_FIND, {"the_digest": digest}).first()
        if row is None:
            return None
        return StoredSession(
            digest=row.digest,
            pool_id=row.pool_id,
            client_id=row.client_id,
            sub=row.sub,
            state=row.state,
            expires_at=row.expires_at,
            tries=row.tries,
        )

    def add(self, session: StoredSession) -> None:
        """Keep a new one."""
        self._connection.execute(
            insert(POOL_SESSION),
            [
                {
                    "digest": session.digest,
                    "pool_id": session.pool_id,
                    "client_id": session.client_id,
                    "sub": session.sub,
                    "state": session.state,
                    "expires_at": session.expires_at,
                    "tries": session.tries,
                }
            ],
        )

    def count_try(self, digest: bytes) -> None:
        """Count a wrong answer."""
        self._connection.execute(_COUNT, {"the_digest": digest})

    def remove(self, digest: bytes) -> bool:
        """Let it be good for nothing; return whether it was there."""
        return self._connection.execute(_REMOVE, {"the_digest": digest}).rowcount > 0

    def remove_of(self, pool_id: str, sub: str) -> int:
        """Let all sign-ins of a person be good for nothing; return how many there were."""
        done = self._connection.execute(
            delete(POOL_SESSION).where(
                POOL_SESSION.c.pool_id == pool_id, POOL_SESSION.c.sub == sub
            )
        )
        return done.rowcount

    def remove_expired(self, now: datetime) -> int:
        """Remove what is good for nothing any more; return how many there were."""
        done = self._connection.execute(
            delete(POOL_SESSION).where(POOL_SESSION.c.expires_at <= now)
        )
        return done.rowcount
