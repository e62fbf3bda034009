"""Recovery codes of people, as digests. Works inside a transaction of somebody else's."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select

from gateway.storage.pools.factor_tables import POOL_RECOVERY_CODE as TABLE

_OF: Final = and_(
    TABLE.c.pool_id == bindparam("the_pool_id"), TABLE.c.sub == bindparam("the_sub")
)
_COUNT: Final = select(func.count()).select_from(TABLE).where(_OF)
_REMOVE_ALL: Final = delete(TABLE).where(_OF)
_USE: Final = delete(TABLE).where(
    and_(_OF, TABLE.c.digest == bindparam("the_digest")),
)


class StoredRecoveryCodes:
    """The recovery codes of all people, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, pool_id: str, sub: str, digests: Sequence[bytes]) -> None:
        """Keep these in the place of those that a person has; none removes them all."""
        self._connection.execute(_REMOVE_ALL, _named(pool_id, sub))
        if digests:
            self._connection.execute(
                insert(TABLE),
                [
                    {"pool_id": pool_id, "sub": sub, "digest": digest}
                    for digest in digests
                ],
            )

    def use(self, pool_id: str, sub: str, digest: bytes) -> bool:
        """Remove one; return whether it was there, which is so for one caller alone."""
        named = {**_named(pool_id, sub), "the_digest": digest}
        return self._connection.execute(_USE, named).rowcount > 0

    def count(self, pool_id: str, sub: str) -> int:
        """Return how many a person has left."""
        found: int = self._connection.execute(_COUNT, _named(pool_id, sub)).scalar_one()
        return found


def _named(pool_id: str, sub: str) -> dict[str, object]:
    return {"the_pool_id": pool_id, "the_sub": sub}
