"""People who signed up and never confirmed: removed when the pool says so.

Their names are then free for others. As many as have come together go a few at a time, so
that nobody who wants to write waits long.

Reference: Amazon Cognito removes none; its names stay taken by whoever mistyped an address.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.pool.pool import Pool
from gateway.pool.pools import Pools
from gateway.storage.database import Database
from gateway.storage.pools.users import Users

BATCH: Final = 500

# The rest goes with the next sweep.
MOST: Final = 20_000

_POOLS: Final = 100


class Unconfirmed:
    """Removes people who never confirmed. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, pools: Pools) -> None:
        self._database = database
        self._pools = pools

    def sweep(self, now: datetime) -> int:
        """Remove those of all pools whose time is over; return how many there were.

        Raises:
            StorageError: The database cannot be used; who is removed until then stays so.
        """
        removed = 0
        cursor: str | None = None
        while True:
            page = self._pools.list(cursor=cursor, limit=_POOLS)
            for pool in page.entries:
                removed += self._sweep(pool, now, MOST - removed)
            cursor = page.next
            if cursor is None:
                return removed

    def _sweep(self, pool: Pool, now: datetime, most: int) -> int:
        lifetime = pool.settings.sign_up.unconfirmed_lifetime
        if lifetime is None:
            return 0
        removed = 0
        while removed < most:
            limit = min(BATCH, most - removed)
            gone = self._remove(pool, now - lifetime, limit)
            removed += gone
            if gone < limit:
                break
        return removed

    def _remove(self, pool: Pool, before: datetime, limit: int) -> int:
        def work(connection: Connection) -> int:
            users = Users(connection)
            return users.remove_unconfirmed(pool.id, before=before, limit=limit)

        return self._database.write(work)
