"""Browser sessions: who is signed in at the gateway's pages.

The cookie holds 256 random bits; the database, their digest. A sign-in makes a new session
always, so that nobody can be made to use one that somebody else knows. Whoever is disabled,
deleted or signed out everywhere has none.

Reference: Amazon Cognito, "Managed login": a session cookie is good for an hour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.storage.database import Database
from gateway.storage.digests import MAX_CHARACTERS, digest_of, new_value
from gateway.storage.pools.browser_sessions import StoredSession, StoredSessions
from gateway.storage.pools.users import Users

LIFETIME: Final = timedelta(hours=1)
_PURPOSE: Final = "browser session"
_MAX_ADDRESS: Final = 64
_MAX_AGENT: Final = 256


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """Somebody who is signed in.

    Attributes:
        id: A name for it that lets nobody in.
        user: Who.
        authenticated_at: When.
        amr: How (RFC 8176).
        expires_at: Until when.
        address: Where from; empty if nobody knows.
        user_agent: With what; empty if it did not say.
    """

    id: str
    user: User
    authenticated_at: datetime
    amr: tuple[str, ...]
    expires_at: datetime
    address: str = ""
    user_agent: str = ""


class BrowserSessions:
    """Keeps who is signed in. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Callable[[], datetime],
        lifetime: timedelta = LIFETIME,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lifetime = lifetime

    def create(
        self,
        user: User,
        *,
        authenticated_at: datetime,
        amr: Sequence[str],
        address: str = "",
        user_agent: str = "",
    ) -> str:
        """Return the cookie's value of a new session, which is kept nowhere else.

        Args:
            user: Who has signed in.
            authenticated_at: When.
            amr: How (RFC 8176).
            address: Where from, for the person's own list.
            user_agent: With what, likewise; cut off if it is long.

        Raises:
            StorageError: Nothing was kept.
        """
        handle = new_value()
        session = StoredSession(
            id=str(uuid4()),
            pool_id=user.pool_id,
            sub=user.sub,
            amr=tuple(amr),
            authenticated_at=authenticated_at,
            expires_at=self._clock() + self._lifetime,
            address=address[:_MAX_ADDRESS],
            user_agent=user_agent[:_MAX_AGENT],
        )
        digest = digest_of(handle, purpose=_PURPOSE)
        self._database.write(lambda each: StoredSessions(each).add(digest, session))
        return handle

    def find(self, handle: str) -> BrowserSession | None:
        """Return who is signed in with a cookie.

        Args:
            handle: The cookie's value, as it came.

        Raises:
            StorageError: Nobody knows.
        """
        if not handle or len(handle) > MAX_CHARACTERS:
            return None
        digest = digest_of(handle, purpose=_PURPOSE)
        now = self._clock()
        with self._database.reading() as connection:
            stored = StoredSessions(connection).find(digest)
            if stored is None or stored.expires_at <= now:
                return None
            user = Users(connection).find(stored.pool_id, stored.sub)
        return None if user is None else _session(stored, user)

    def end(self, handle: str) -> None:
        """End a session; that there is none is no fault.

        Raises:
            StorageError: It was not ended.
        """
        if not handle or len(handle) > MAX_CHARACTERS:
            return
        digest = digest_of(handle, purpose=_PURPOSE)
        self._database.write(lambda each: StoredSessions(each).remove(digest))

    def list(self, user: User) -> Sequence[BrowserSession]:
        """Return where somebody is signed in, the latest first.

        Raises:
            StorageError: Nobody knows.
        """
        now = self._clock()
        with self._database.reading() as connection:
            stored = StoredSessions(connection).page(user.pool_id, user.sub)
        found = [_session(each, user) for each in stored if each.expires_at > now]
        kept = [session for session in found if session is not None]
        return sorted(kept, key=lambda each: each.authenticated_at, reverse=True)

    def end_one(self, user: User, session_id: str) -> bool:
        """End one of somebody's sessions by its name; return whether there was one.

        Raises:
            StorageError: It was not ended.
        """
        return self._database.write(
            lambda each: (
                StoredSessions(each).remove_of(user.pool_id, user.sub, session_id) > 0
            )
        )

    def end_all(self, user: User) -> int:
        """End all of somebody's sessions; return how many there were.

        Raises:
            StorageError: None was ended.
        """
        return self._database.write(
            lambda each: StoredSessions(each).remove_of(user.pool_id, user.sub)
        )

    def sweep(self, connection: Connection, now: datetime) -> int:
        """Remove what is over, in the caller's transaction; return how much there was."""
        return StoredSessions(connection).remove_expired(now)


def _session(stored: StoredSession, user: User) -> BrowserSession | None:
    signed_out = user.signed_out_at
    if not user.enabled:
        return None
    if signed_out is not None and stored.authenticated_at <= signed_out:
        return None
    return BrowserSession(
        id=stored.id,
        user=user,
        authenticated_at=stored.authenticated_at,
        amr=stored.amr,
        expires_at=stored.expires_at,
        address=stored.address,
        user_agent=stored.user_agent,
    )
