"""The resource servers of pools. Works inside a transaction of somebody else's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select

from gateway.storage.cursors import Cursors
from gateway.storage.keyset import Keyset
from gateway.storage.pools.client_tables import POOL_RESOURCE_SERVER as TABLE
from gateway.storage.upserts import insert_or_update

_FIND: Final = select(TABLE).where(
    TABLE.c.pool_id == bindparam("pool_id"),
    TABLE.c.identifier == bindparam("identifier"),
)
_ALL: Final = select(TABLE).where(TABLE.c.pool_id == bindparam("pool_id"))
_KEEP: Final = insert_or_update(TABLE, [TABLE.c.pool_id, TABLE.c.identifier])


@dataclass(frozen=True, slots=True)
class StoredResourceServer:
    """What is kept of a resource server.

    Attributes:
        pool_id: The pool.
        identifier: Its name in scopes; unique in the pool.
        settings: What it is told.
    """

    pool_id: str
    identifier: str
    settings: Mapping[str, Any]


class StoredResourceServers:
    """The resource servers of all pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, identifier: str) -> StoredResourceServer | None:
        """Return a resource server."""
        row = self._connection.execute(
            _FIND, {"pool_id": pool_id, "identifier": identifier}
        ).first()
        return None if row is None else _server(row)

    def keep(self, server: StoredResourceServer) -> None:
        """Keep a resource server in the place of the one with its name."""
        self._connection.execute(
            _KEEP,
            {
                "pool_id": server.pool_id,
                "identifier": server.identifier,
                "settings": dict(server.settings),
            },
        )

    def remove(self, pool_id: str, identifier: str) -> bool:
        """Remove a resource server; return whether there was one."""
        done = self._connection.execute(
            delete(TABLE).where(
                TABLE.c.pool_id == pool_id, TABLE.c.identifier == identifier
            )
        )
        return done.rowcount > 0

    def count(self, pool_id: str) -> int:
        """Return how many a pool has."""
        found: int = self._connection.execute(
            select(func.count()).where(TABLE.c.pool_id == pool_id)
        ).scalar_one()
        return found

    def all(self, pool_id: str) -> Sequence[StoredResourceServer]:
        """Return all that a pool has; who adds them keeps them few."""
        rows = self._connection.execute(_ALL, {"pool_id": pool_id})
        return [_server(row) for row in rows]

    def page(
        self, cursors: Cursors, pool_id: str, *, cursor: str | None, limit: int
    ) -> tuple[Sequence[StoredResourceServer], str | None]:
        """Return a page in the order of the identifiers, and the next one's cursor.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        page = Keyset([TABLE.c.identifier], cursors=cursors).page(
            self._connection,
            select(TABLE).where(TABLE.c.pool_id == pool_id),
            of=f"resource servers of {pool_id}",
            cursor=cursor,
            limit=limit,
        )
        return [_server(row) for row in page.rows], page.next


def _server(row: Any) -> StoredResourceServer:
    return StoredResourceServer(row.pool_id, row.identifier, row.settings)
