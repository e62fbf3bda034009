"""What has changed in the database since the last look, whoever changed it.

Several gateways share a database, and each remembers what it has read. What must not be
believed any longer, because somebody was switched off, is written into the table `change`,
in the same transaction; each gateway asks now and then for what is new there.

**Nothing is missed.** SQLite has one writer at a time, so the numbers of the rows are their
order. In PostgreSQL a transaction that began early may be kept late, behind the numbers of
others. So the reader's mark there is the oldest transaction that was under way when it
looked: everything from that one on is read again, and told if it is new.

Reference: https://www.postgresql.org/docs/current/functions-info.html (`pg_snapshot`).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
)

from gateway.storage.database import Database
from gateway.storage.tables import CHANGE

# Of rows of `identity`; the key is the identity's id.
IDENTITY_TOPIC = "identity"

# Whoever has more to catch up with than this forgets everything, which takes less time.
MAX_CHANGES = 10_000

# How long changes are kept. Who could not look for longer forgets everything.
RETENTION = timedelta(hours=1)

_NOTE = insert(CHANGE)
_FORGET = delete(CHANGE).where(CHANGE.c.changed_at < bindparam("before"))


@dataclass(frozen=True, slots=True)
class News:
    """What has changed.

    Attributes:
        keys: By topic.
        everything: So much that nobody knows: whatever is remembered may be wrong.
    """

    keys: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    everything: bool = False


def note_change(connection: Connection, topic: str, key: str) -> None:
    """Tell all gateways that something has changed, once the transaction is kept.

    For identities the database does so by itself.

    Args:
        connection: One that may write.
        topic: What it is: the name of a table, say. 63 characters at most.
        key: Which one. 255 characters at most.
    """
    connection.execute(_NOTE, {"topic": topic, "key": key})


def heard_as(topic: str, key: str) -> str:
    """Return one text for what has changed: an identity's id is its own."""
    return key if topic == IDENTITY_TOPIC else f"{topic}/{key}"


class ChangeReader:
    """Tells what has changed since it was asked last."""

    def __init__(
        self,
        *,
        database: Database,
        monotonic: Callable[[], float] = time.monotonic,
        limit: int = MAX_CHANGES,
    ) -> None:
        """Begin with the present: whoever remembers nothing yet has missed nothing.

        Args:
            database: Where changes are written.
            monotonic: Seconds that pass.
            limit: More changes than this are told as everything.

        Raises:
            StorageError: The database cannot be read.
        """
        self._database = database
        self._monotonic = monotonic
        self._limit = limit
        with database.reading() as connection:
            self._order = _order_of(connection)
            self._mark = self._order.present(connection)
        self._looked_at = monotonic()
        # Rows behind the mark that were told already, and what the last crowd was like.
        self._told: frozenset[int] = frozenset()
        self._crowd: tuple[int, int] | None = None

    def catch_up(self) -> News:
        """Return what has changed since the last time.

        Raises:
            StorageError: The database cannot be read; nothing is lost by that.
        """
        now = self._monotonic()
        with self._database.reading() as connection:
            present = self._order.present(connection)
            rows = connection.execute(
                self._order.later, {"mark": self._mark, "most": self._limit + 1}
            ).all()
            crowd = self._crowd_in(connection) if len(rows) > self._limit else None
        too_late = now - self._looked_at >= RETENTION.total_seconds() / 2
        same_crowd = crowd is not None and crowd == self._crowd
        told = self._told
        self._mark, self._looked_at, self._crowd = present, now, crowd
        self._told = frozenset(row.number for row in rows)
        if same_crowd and not too_late:
            return News()
        if too_late or crowd is not None:
            return News(everything=True)
        keys: dict[str, set[str]] = {}
        for row in rows:
            if row.number not in told:
                keys.setdefault(row.topic, set()).add(row.key)
        return News({topic: frozenset(found) for topic, found in keys.items()})

    def _crowd_in(self, connection: Connection) -> tuple[int, int]:
        # One transaction of others that goes on for long keeps the mark where it is; who
        # has been told of everything once need not be told of the same again and again.
        row = connection.execute(self._order.crowd, {"mark": self._mark}).one()
        return row[0], row[1]

    def forget_old(self, now: datetime) -> None:
        """Remove what everybody has heard of.

        Raises:
            StorageError: The database cannot be written.
        """
        before = {"before": now - RETENTION}
        self._database.write(lambda connection: connection.execute(_FORGET, before))


class _Order:
    """How one kind of database puts changes into an order."""

    def __init__(self, column: Column[Any], present: ColumnElement[int]) -> None:
        self.later = (
            select(CHANGE.c.number, CHANGE.c.topic, CHANGE.c.key)
            .where(column >= bindparam("mark"))
            .order_by(column)
            .limit(bindparam("most"))
        )
        self.crowd = select(func.count(), func.sum(CHANGE.c.number)).where(
            column >= bindparam("mark")
        )
        self._present = select(present)

    def present(self, connection: Connection) -> int:
        """Return the mark from which on everything is yet to be told."""
        mark: int = connection.execute(self._present).scalar_one()
        return mark


_BY_NUMBER = _Order(CHANGE.c.number, func.coalesce(func.max(CHANGE.c.number), 0) + 1)
_BY_TRANSACTION = _Order(
    CHANGE.c.transaction,
    literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
)


def _order_of(connection: Connection) -> _Order:
    on_server = connection.dialect.name == "postgresql"
    return _BY_TRANSACTION if on_server else _BY_NUMBER
