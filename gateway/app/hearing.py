"""Hears what the database says has changed, and tells those who remember.

Asked twice a second, so that whoever is switched off is refused within two seconds
everywhere, on all gateways that share the database. While the database is away, nothing is
heard; what is remembered then ends by its age.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from gateway.identity.recent import RecentChanges
from gateway.model.errors import StorageError
from gateway.pool.pools import POOL_TOPIC
from gateway.storage.epochs import IDENTITY_TOPIC, News, heard_as
from gateway.storage.pools.users import USER_TOPIC
from gateway.telemetry.logs import Logger

# How often the database is asked.
INTERVAL = timedelta(milliseconds=500)

# How often old changes are removed there; any gateway may do it.
SWEEP = timedelta(minutes=10)


class ChangeReader(Protocol):
    """Tells what has changed."""

    def catch_up(self) -> News:
        """Return what has changed since the last time; or raise `StorageError`."""

    def forget_old(self, now: datetime) -> None:
        """Remove what everybody has heard of; or raise `StorageError`."""


class Hearing:
    """Passes on changes of identities, and of people in pools."""

    def __init__(
        self,
        *,
        reader: ChangeReader,
        recent: RecentChanges,
        clock: Callable[[], datetime],
        logger: Logger,
    ) -> None:
        self._reader = reader
        self._recent = recent
        self._clock = clock
        self._logger = logger
        self._swept_at = clock()
        self._deaf = False

    def tick(self) -> None:
        """Ask once. Belongs into a thread, one at a time."""
        try:
            self._listen()
        except StorageError as error:
            # Once, not twice a second.
            if not self._deaf:
                self._deaf = True
                self._logger.error(
                    "changes of identities are not heard", detail=error.detail
                )
            return
        if self._deaf:
            self._deaf = False
            self._logger.info("changes of identities are heard again")

    def _listen(self) -> None:
        news = self._reader.catch_up()
        now = self._clock()
        if news.everything or POOL_TOPIC in news.keys:
            # A pool seldom changes; with it, everybody in it may.
            self._recent.note_everything(now)
        changed = {
            heard_as(topic, key)
            for topic in (IDENTITY_TOPIC, USER_TOPIC)
            for key in news.keys.get(topic, ())
        }
        self._recent.note(changed, now)
        if now - self._swept_at >= SWEEP:
            self._swept_at = now
            # If not now, then another time, or another gateway.
            with suppress(StorageError):
                self._reader.forget_old(now)
