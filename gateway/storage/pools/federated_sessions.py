"""Sign-ins that came from a provider, so that either side can tell the other when they end.

Works inside a transaction of somebody else's. What the provider wants to see is sealed by
whoever writes; here it is text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from gateway.storage.pools.federated_session_table import FEDERATED_SESSION

_C: Final = FEDERATED_SESSION.c

# Of one person at one provider, or of one session there.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class StoredFederatedSession:
    """What is kept of a sign-in.

    Attributes:
        sign_in: Its own name.
        pool_id: The pool.
        sub: Who has signed in.
        provider: Where.
        subject: As whom.
        upstream: Digest of the provider's name for its session; `None` if it has none.
        browser_session: The session of the browser; `None` if there is none.
        rest: What the provider wants to see when they sign out, sealed.
        expires_at: From when on nobody asks.
    """

    sign_in: str
    pool_id: str
    sub: str
    provider: str
    subject: str
    upstream: bytes | None = field(repr=False)
    browser_session: str | None
    rest: str = field(repr=False)
    expires_at: datetime


class StoredFederatedSessions:
    """The sign-ins of everybody, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: StoredFederatedSession) -> None:
        """Keep a new one."""
        names = [column.name for column in FEDERATED_SESSION.columns]
        row: dict[str, Any] = {name: getattr(session, name) for name in names}
        self._connection.execute(insert(FEDERATED_SESSION), row)

    def has(self, sign_in: str) -> bool:
        """Whether a sign-in came from a provider."""
        return bool(self._find(_C.sign_in == sign_in))

    def bind(self, sign_in: str, browser_session: str) -> None:
        """Keep which browser's session has come of a sign-in, if it came from elsewhere."""
        self._connection.execute(
            update(FEDERATED_SESSION)
            .where(_C.sign_in == sign_in)
            .values(browser_session=browser_session)
        )

    def of_browser(self, browser_session: str) -> StoredFederatedSession | None:
        """Return the sign-in that a browser's session has come of."""
        return next(iter(self._find(_C.browser_session == browser_session)), None)

    def of_upstream(
        self, provider: str, upstream: bytes
    ) -> Sequence[StoredFederatedSession]:
        """Return what has come of one session at a provider; `MOST` at most."""
        return self._find(_C.provider == provider, _C.upstream == upstream)

    def of_subject(
        self, provider: str, subject: str
    ) -> Sequence[StoredFederatedSession]:
        """Return the sign-ins of somebody of a provider; `MOST` at most."""
        return self._find(_C.provider == provider, _C.subject == subject)

    def remove(self, sign_in: str) -> bool:
        """Forget one; return whether it was there."""
        done = self._connection.execute(
            delete(FEDERATED_SESSION).where(_C.sign_in == sign_in)
        )
        return done.rowcount > 0

    def remove_expired(self, now: datetime) -> int:
        """Forget those that nobody asks for any more; return how many there were."""
        done = self._connection.execute(
            delete(FEDERATED_SESSION).where(_C.expires_at <= now)
        )
        return done.rowcount

    def _find(self, *meant: ColumnElement[bool]) -> Sequence[StoredFederatedSession]:
        rows = self._connection.execute(
            select(FEDERATED_SESSION).where(*meant).order_by(_C.sign_in).limit(MOST)
        )
        return [
            StoredFederatedSession(**row._mapping)  # noqa: SLF001 - the public way
            for row in rows
        ]
