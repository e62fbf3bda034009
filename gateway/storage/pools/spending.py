"""How much people have had of what there is so much of in an hour.

Works inside a transaction of somebody else's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, select

from gateway.storage.pools.spending_table import POOL_SPENDING
from gateway.storage.upserts import insert_or_update

_KEY: Final = (
    POOL_SPENDING.c.pool_id,
    POOL_SPENDING.c.whose,
    POOL_SPENDING.c.what,
    POOL_SPENDING.c.network,
)
_MEANT: Final = and_(*(column == bindparam(f"the_{column.name}") for column in _KEY))
_FIND: Final = select(
    POOL_SPENDING.c["count"].label("spent"), POOL_SPENDING.c.began_at
).where(_MEANT)
_REMOVE: Final = delete(POOL_SPENDING).where(_MEANT)
_KEEP: Final = insert_or_update(POOL_SPENDING, _KEY)


@dataclass(frozen=True, slots=True)
class SpendingKey:
    """What is counted.

    Attributes:
        pool_id: The pool.
        whose: A person's `sub`, or a name that nobody has.
        what: What there is so much of.
        network: Where from; empty if that does not matter.
    """

    pool_id: str
    whose: str
    what: str
    network: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """How much was had.

    Attributes:
        count: How often.
        began_at: Since when.
    """

    count: int
    began_at: datetime


class Spending:
    """What all people have had, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, key: SpendingKey) -> Spent | None:
        """Return how much was had, however long ago."""
        row = self._connection.execute(_FIND, _named(key)).first()
        return None if row is None else Spent(row.spent, row.began_at)

    def keep(self, key: SpendingKey, spent: Spent) -> None:
        """Keep this in the place of what was kept before."""
        self._connection.execute(
            _KEEP,
            {
                "pool_id": key.pool_id,
                "whose": key.whose,
                "what": key.what,
                "network": key.network,
                "count": spent.count,
                "began_at": spent.began_at,
            },
        )

    def remove(self, key: SpendingKey) -> None:
        """Forget it."""
        self._connection.execute(_REMOVE, _named(key))

    def remove_before(self, time: datetime) -> int:
        """Forget what began before a time; return how much there was."""
        done = self._connection.execute(
            delete(POOL_SPENDING).where(POOL_SPENDING.c.began_at < time)
        )
        return done.rowcount


def _named(key: SpendingKey) -> dict[str, str]:
    return {
        "the_pool_id": key.pool_id,
        "the_whose": key.whose,
        "the_what": key.what,
        "the_network": key.network,
    }
