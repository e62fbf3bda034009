"""Tries at signing in that failed, by name and network; also of names that nobody has.

Works inside a transaction of somebody else's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, select

from gateway.storage.pools.tables import POOL_FAILURE
from gateway.storage.upserts import insert_or_update

_KEY: Final = (POOL_FAILURE.c.pool_id, POOL_FAILURE.c.name, POOL_FAILURE.c.network)
_MEANT: Final = and_(*(column == bindparam(f"the_{column.name}") for column in _KEY))
_FIND: Final = select(
    POOL_FAILURE.c["count"].label("failures"),
    POOL_FAILURE.c.last_at,
    POOL_FAILURE.c.succeeded_at,
).where(_MEANT)
_KEEP: Final = insert_or_update(POOL_FAILURE, _KEY)


@dataclass(frozen=True, slots=True)
class FailureKey:
    """What tries are counted for.

    Attributes:
        pool_id: The pool.
        name: What was typed, in its comparable form.
        network: Where from; `EVERYWHERE` for all of them together.
    """

    pool_id: str
    name: str
    network: str


EVERYWHERE: Final = "*"


@dataclass(frozen=True, slots=True)
class StoredFailures:
    """What is kept of tries.

    Attributes:
        count: How many failed since the last success.
        last_at: When the last one was.
        succeeded_at: When somebody last signed in from there; `None` for never.
    """

    count: int
    last_at: datetime
    succeeded_at: datetime | None = None


class UserFailures:
    """The failed tries of all names, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, key: FailureKey) -> StoredFailures | None:
        """Return what is kept; `None` if there is nothing."""
        row = self._connection.execute(
            _FIND,
            {
                "the_pool_id": key.pool_id,
                "the_name": key.name,
                "the_network": key.network,
            },
        ).first()
        if row is None:
            return None
        return StoredFailures(row.failures, row.last_at, row.succeeded_at)

    def keep(self, key: FailureKey, failures: StoredFailures) -> None:
        """Keep this in the place of what was kept before."""
        self._connection.execute(
            _KEEP,
            {
                "pool_id": key.pool_id,
                "name": key.name,
                "network": key.network,
                "count": failures.count,
                "last_at": failures.last_at,
                "succeeded_at": failures.succeeded_at,
            },
        )

    def remove_strangers(self, time: datetime) -> int:
        """Forget what is older than a time, and was never followed by a success."""
        done = self._connection.execute(
            delete(POOL_FAILURE).where(
                POOL_FAILURE.c.last_at < time, POOL_FAILURE.c.succeeded_at.is_(None)
            )
        )
        return done.rowcount

    def remove_before(self, time: datetime) -> int:
        """Forget what is older than a time; return how much there was."""
        done = self._connection.execute(
            delete(POOL_FAILURE).where(POOL_FAILURE.c.last_at < time)
        )
        return done.rowcount
