"""The pools themselves: ids, and what each is told.

Settings are JSON here; what they mean is the business of `gateway.pool.pools`. Works inside a
transaction of somebody else's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gateway.storage.cursors import Cursors
from gateway.storage.keyset import Keyset
from gateway.storage.pools.tables import POOL, POOL_FAILURE

_FIND: Final = select(POOL).where(POOL.c.id == bindparam("the_id"))


@dataclass(frozen=True, slots=True)
class StoredPool:
    """What is kept of a pool.

    Attributes:
        id: `region_` and nine letters and digits.
        settings: What it is told.
        created_at: When it was made.
        updated_at: When it was last told something else.
    """

    id: str
    settings: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


class StoredPools:
    """All pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str) -> StoredPool | None:
        """Return a pool."""
        row = self._connection.execute(_FIND, {"the_id": pool_id}).first()
        return None if row is None else _pool(row)

    def add(self, pool: StoredPool) -> None:
        """Add a pool.

        Raises:
            DuplicateError: There is one with this id. (Of the transaction nothing is kept.)
        """
        self._connection.execute(
            insert(POOL),
            [
                {
                    "id": pool.id,
                    "settings": dict(pool.settings),
                    "created_at": pool.created_at,
                    "updated_at": pool.updated_at,
                }
            ],
        )

    def change(self, pool_id: str, settings: Mapping[str, Any], now: datetime) -> None:
        """Replace what a pool is told."""
        self._connection.execute(
            update(POOL)
            .where(POOL.c.id == pool_id)
            .values(settings=dict(settings), updated_at=now)
        )

    def remove(self, pool_id: str) -> bool:
        """Remove a pool with everything in it; return whether there was one."""
        # Counted of names that nobody may have, so no key leads from them to the pool.
        self._connection.execute(
            delete(POOL_FAILURE).where(POOL_FAILURE.c.pool_id == pool_id)
        )
        done = self._connection.execute(delete(POOL).where(POOL.c.id == pool_id))
        return done.rowcount > 0

    def page(
        self, cursors: Cursors, *, cursor: str | None, limit: int
    ) -> tuple[Sequence[StoredPool], str | None]:
        """Return a page of all pools in the order of their ids, and the next one's cursor.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        page = Keyset([POOL.c.id], cursors=cursors).page(
            self._connection, select(POOL), of="pools", cursor=cursor, limit=limit
        )
        return [_pool(row) for row in page.rows], page.next


def _pool(row: Any) -> StoredPool:
    return StoredPool(row.id, row.settings, row.created_at, row.updated_at)
