"""Sweeps out what is over: sessions, codes, tries, what was had in an hour.

Nothing counts on it: what is over is looked at as such. It keeps the tables small.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.pool.limits import WINDOW
from gateway.storage.database import Database
from gateway.storage.pools.codes import UserCodes
from gateway.storage.pools.failures import UserFailures
from gateway.storage.pools.sessions import SignInSessions
from gateway.storage.pools.spending import Spending

# How often there is something to sweep.
PAUSE: Final = timedelta(minutes=1)

# Where somebody has signed in within this time, strangers elsewhere do not keep them out
# (`gateway.pool.tries`).
KNOWN_FOR: Final = timedelta(days=30)


class Sweeper:
    """Sweeps, now and then. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._swept_at = clock()

    def sweep(self) -> None:
        """Remove what is over, unless that was done a moment ago.

        Raises:
            StorageError: It is there still.
        """
        now = self._clock()
        if now - self._swept_at < PAUSE:
            return
        self._swept_at = now

        def work(connection: Connection) -> None:
            SignInSessions(connection).remove_expired(now)
            UserCodes(connection).remove_expired(now)
            UserFailures(connection).remove_before(now - KNOWN_FOR)
            Spending(connection).remove_before(now - WINDOW)

        self._database.write(work)
