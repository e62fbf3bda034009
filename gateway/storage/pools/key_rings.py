"""The signing keys of pools, sealed, one ring for each purpose.

Works inside a transaction of somebody else's. What a ring is, and when it changes, is the
business of `gateway.mint.pool_keys`.
"""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from gateway.storage.pools.oauth_tables import POOL_KEY_RING
from gateway.storage.upserts import insert_unless_there

_FIND: Final = select(POOL_KEY_RING.c.ring, POOL_KEY_RING.c.version).where(
    POOL_KEY_RING.c.pool_id == bindparam("pool_id"),
    POOL_KEY_RING.c.purpose == bindparam("purpose"),
)
_BEGIN: Final = insert_unless_there(POOL_KEY_RING)


@dataclass(frozen=True, slots=True)
class StoredRing:
    """What is kept of a ring.

    Attributes:
        ring: Sealed.
        version: How often it has changed.
    """

    ring: str = field(repr=False)
    version: int


class PoolKeyRings:
    """The rings of all pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, purpose: str) -> StoredRing | None:
        """Return a ring as it is kept."""
        row = self._connection.execute(
            _FIND, {"pool_id": pool_id, "purpose": purpose}
        ).first()
        return None if row is None else StoredRing(row.ring, row.version)

    def begin(self, pool_id: str, purpose: str, ring: str) -> StoredRing:
        """Keep the first ring, unless somebody else was quicker; return the one there is.

        Raises:
            SQLAlchemyError: There is no such pool.
        """
        self._connection.execute(
            _BEGIN,
            {"pool_id": pool_id, "purpose": purpose, "ring": ring, "version": 1},
        )
        return self._get(pool_id, purpose)

    def change(
        self, pool_id: str, purpose: str, ring: str, *, before: int
    ) -> StoredRing:
        """Replace a ring, unless somebody else was quicker; return the one there is.

        Args:
            pool_id: The pool.
            purpose: Which of its rings.
            ring: The new one, sealed.
            before: The version of the one that it replaces.

        Raises:
            SQLAlchemyError: The pool has gone meanwhile.
        """
        self._connection.execute(
            update(POOL_KEY_RING)
            .where(
                POOL_KEY_RING.c.pool_id == pool_id,
                POOL_KEY_RING.c.purpose == purpose,
                POOL_KEY_RING.c.version == before,
            )
            .values(ring=ring, version=before + 1)
        )
        return self._get(pool_id, purpose)

    def _get(self, pool_id: str, purpose: str) -> StoredRing:
        row = self._connection.execute(
            _FIND, {"pool_id": pool_id, "purpose": purpose}
        ).one()
        return StoredRing(row.ring, row.version)
