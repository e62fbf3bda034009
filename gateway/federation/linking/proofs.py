"""Links that wait until somebody has signed in here too, in the same browser.

A proof is bound to the person, the provider, its subject and the browser. It is good once and
for minutes, and dies with an unlink and with a change of the person's address.

Reference: Keycloak CVE-2026-9087, -82968, -92358 (proofs that were not bound, not used up, or
outlived an unlink).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.federation.errors import StaleAttemptError, WrongBrowserError
from gateway.model.user import User
from gateway.storage.database import Database
from gateway.storage.digests import (
    MAX_CHARACTERS,
    digest_of,
    is_digest_of,
    new_value,
)
from gateway.storage.pools.link_proofs import StoredLinkProof, StoredLinkProofs
from gateway.storage.pools.link_table import LINK_PROOF
from gateway.storage.sealed import Seal, SealedColumn

LIFETIME: Final = timedelta(minutes=10)

_PURPOSE: Final = "link proof"
_BROWSER: Final = "link browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLink:
    """A login that will lead to somebody once they have signed in here.

    Attributes:
        pool_id: The pool.
        sub: Who is to sign in.
        provider: Where the browser has been.
        subject: As whom.
        record: What the provider has said, in the words of whoever keeps it.
    """

    pool_id: str
    sub: str
    provider: str
    subject: str
    record: str = field(repr=False)


class LinkProofs:
    """Keeps them. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, seal: Seal, clock: Callable[[], datetime]
    ) -> None:
        """Take what it keeps them with.

        Args:
            database: Where.
            seal: Makes what nobody can read there.
            clock: The time.
        """
        self._database = database
        self._sealed = SealedColumn(LINK_PROOF.c.login, seal=seal)
        self._clock = clock

    def add(self, waiting: WaitingLink, browser: str) -> str:
        """Return the handle of a link that waits, which is kept nowhere else.

        Args:
            waiting: The link.
            browser: The browser's random name; never empty.

        Raises:
            StorageError: Nothing was kept.
        """
        handle = new_value()
        digest = digest_of(handle, purpose=_PURPOSE)
        stored = StoredLinkProof(
            pool_id=waiting.pool_id,
            sub=waiting.sub,
            provider=waiting.provider,
            subject=waiting.subject,
            browser=digest_of(browser, purpose=_BROWSER),
            login=self._sealed.seal(waiting.record.encode(), digest.hex()),
            expires_at=self._clock() + LIFETIME,
        )
        self._database.write(lambda each: StoredLinkProofs(each).add(digest, stored))
        return handle

    def find(self, handle: str, browser: str) -> WaitingLink:
        """Return a link that waits, and leave it there.

        Raises:
            StaleAttemptError: There is none of that name, or it has waited too long.
            WrongBrowserError: Another browser has been at the provider.
            StorageError: Nobody can tell.
        """
        with self._database.reading() as connection:
            return self._find(connection, handle, browser)

    def use(
        self, connection: Connection, handle: str, browser: str, user: User
    ) -> WaitingLink:
        """Return a link whose person has signed in; it waits no more.

        Args:
            connection: One that may write.
            handle: As it was handed out.
            browser: The browser's name.
            user: Who has signed in.

        Raises:
            StaleAttemptError: There is none of that name, it has waited too long, or
                somebody else has signed in.
            WrongBrowserError: Another browser has been at the provider.
        """
        waiting = self.take(connection, handle, browser)
        if (waiting.pool_id, waiting.sub) != (user.pool_id, user.sub):
            # Of the transaction nothing is kept: it goes on waiting for whoever is meant.
            raise StaleAttemptError("somebody else has signed in")
        return waiting

    def take(self, connection: Connection, handle: str, browser: str) -> WaitingLink:
        """Return a link that waits, and let it wait no more.

        Args:
            connection: One that may write.
            handle: As it was handed out.
            browser: The browser's name.

        Raises:
            StaleAttemptError: There is none of that name, or it has waited too long.
            WrongBrowserError: Another browser has been at the provider.
        """
        waiting = self._find(connection, handle, browser)
        if not StoredLinkProofs(connection).remove(_digest(handle)):
            raise StaleAttemptError("used at this very moment")
        return waiting

    def _find(self, connection: Connection, handle: str, browser: str) -> WaitingLink:
        digest = _digest(handle)
        stored = StoredLinkProofs(connection).find(digest)
        if stored is None or stored.expires_at <= self._clock():
            raise StaleAttemptError("no such link waits, or it has waited too long")
        if not browser or not is_digest_of(stored.browser, browser, purpose=_BROWSER):
            raise WrongBrowserError("another browser has been at the provider")
        return WaitingLink(
            pool_id=stored.pool_id,
            sub=stored.sub,
            provider=stored.provider,
            subject=stored.subject,
            record=self._sealed.open(stored.login, digest.hex()).decode(),
        )


def sweep(connection: Connection, now: datetime) -> int:
    """Remove links that wait for nobody any more; return how many there were."""
    return StoredLinkProofs(connection).remove_expired(now)


def _digest(handle: str) -> bytes:
    if len(handle) > MAX_CHARACTERS:
        raise StaleAttemptError("longer than any handle")
    return digest_of(handle, purpose=_PURPOSE)
