"""The OAuth clients of pools: what each may do, and its sealed secret.

Works inside a transaction of somebody else's. What the settings mean is the business of
`gateway.pool.clients`, which seals the secrets too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from gateway.storage.cursors import Cursors
from gateway.storage.keyset import Keyset
from gateway.storage.pools.client_tables import POOL_CLIENT

_FIND: Final = select(POOL_CLIENT).where(POOL_CLIENT.c.id == bindparam("the_id"))


@dataclass(frozen=True, slots=True)
class StoredClient:
    """What is kept of a client.

    Attributes:
        id: Unique among the clients of all pools.
        pool_id: The pool.
        settings: What it may do.
        secret: Sealed; `None` for a client that has none.
        created_at: When it was registered.
        updated_at: When anything of this last changed.
    """

    id: str
    pool_id: str
    settings: Mapping[str, Any]
    secret: str | None = field(repr=False)
    created_at: datetime
    updated_at: datetime


class StoredClients:
    """The clients of all pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, client_id: str) -> StoredClient | None:
        """Return a client."""
        row = self._connection.execute(_FIND, {"the_id": client_id}).first()
        return None if row is None else _client(row)

    def add(self, client: StoredClient) -> None:
        """Add a client.

        Raises:
            DuplicateError: There is one with this id. (Of the transaction nothing is kept.)
        """
        self._connection.execute(insert(POOL_CLIENT), [_row(client)])

    def change(self, client: StoredClient) -> None:
        """Replace what is kept of a client."""
        row = _row(client)
        kept = {"id", "pool_id", "created_at"}
        self._connection.execute(
            update(POOL_CLIENT)
            .where(POOL_CLIENT.c.id == client.id)
            .values({name: value for name, value in row.items() if name not in kept})
        )

    def remove(self, client_id: str) -> bool:
        """Remove a client; return whether there was one."""
        done = self._connection.execute(
            delete(POOL_CLIENT).where(POOL_CLIENT.c.id == client_id)
        )
        return done.rowcount > 0

    def count(self, pool_id: str) -> int:
        """Return how many clients a pool has."""
        found: int = self._connection.execute(
            select(func.count()).where(POOL_CLIENT.c.pool_id == pool_id)
        ).scalar_one()
        return found

    def page(
        self, cursors: Cursors, pool_id: str, *, cursor: str | None, limit: int
    ) -> tuple[Sequence[StoredClient], str | None]:
        """Return a page of a pool's clients in the order of ids, and the next one's cursor.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        page = Keyset([POOL_CLIENT.c.id], cursors=cursors).page(
            self._connection,
            select(POOL_CLIENT).where(POOL_CLIENT.c.pool_id == pool_id),
            of=f"clients of {pool_id}",
            cursor=cursor,
            limit=limit,
        )
        return [_client(row) for row in page.rows], page.next


def _row(client: StoredClient) -> dict[str, Any]:
    return {
        "id": client.id,
        "pool_id": client.pool_id,
        "settings": dict(client.settings),
        "secret": client.secret,
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    }


def _client(row: Any) -> StoredClient:
    return StoredClient(
        row.id, row.pool_id, row.settings, row.secret, row.created_at, row.updated_at
    )
