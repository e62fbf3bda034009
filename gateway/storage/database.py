"""The database, whichever it is: transactions that read, and transactions that write.

Turns every failure into `StorageError`. What is read and written is the business of the
modules named by their records; how connections are made, of `gateway.storage.sqlite` and
`gateway.storage.postgresql`.

**The contract, the same for both.** A block that reads sees one state of the database. A
block that writes is kept whole or not at all, and as if all blocks that write had run one
after the other: what it has read is still true when it is kept. SQLite lets one writer in
at a time; PostgreSQL lets all of them in (`SERIALIZABLE`), and ends the one that would
break this with `ConflictError`. `Database.write` then simply does it again.
"""

import contextlib
import secrets
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import ClassVar, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from gateway.model.errors import StorageError
from gateway.storage.errors import ConflictError, DuplicateError
from gateway.storage.faults import cause_of, storage_error
from gateway.storage.migrator import migrate

T = TypeVar("T")

# How long to wait for another's transaction. Ours take milliseconds; a caller's request
# waits behind this one.
BUSY_TIMEOUT = timedelta(seconds=2)

# Few rows are read at a time, from memory mostly: more connections would not be faster.
CONNECTIONS = 8

# How often a transaction is begun anew that others were in the way of. Each pause is up
# to twice as long as the one before it, so that those who collide drift apart.
_ATTEMPTS = 10
_FIRST_PAUSE_US = 2_000


class Database(ABC):
    """An open database. Make one with `gateway.storage.opening`, and `close` it.

    Attributes:
        REPEATABLE: After which failures `write` tries again.
    """

    REPEATABLE: ClassVar[tuple[type[StorageError], ...]] = (ConflictError,)

    def __init__(
        self, *, engine: Engine, name: str, busy_timeout: timedelta = BUSY_TIMEOUT
    ) -> None:
        """Take over an engine; nothing is opened yet.

        Args:
            engine: Makes the connections.
            name: The database, as the operator knows it. Holds no secret.
            busy_timeout: How long to wait for others to finish writing.
        """
        self._engine = engine
        self._name = name
        self._busy_timeout = busy_timeout

    def migrate(self) -> None:
        """Bring the tables up to date. Does nothing if they are.

        Raises:
            StorageError: They are of a later version, or cannot be written.
        """
        migrate(self)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database until the block ends.

        Raises:
            StorageError: The database cannot be read.
        """
        with self._translated(), self._engine.connect() as connection:
            self._prepare(connection, writes=False)
            yield connection

    @contextlib.contextmanager
    def writing(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Give a connection that may write; what it did is kept if no error occurs.

        Args:
            lasting: Whether to wait for the disk. What need not outlive a power cut in the
                next moment is kept at once, and lost by nothing else.

        Raises:
            ConflictError: Another writer was in the way, and nothing was kept.
            DuplicateError: A row would be there twice.
            StorageError: The database cannot be written, or others write for too long.
        """
        with self._turn(), self._translated(), self._engine.connect() as connection:
            self._prepare(connection, writes=True, lasting=lasting)
            with connection.begin():
                yield connection

    def write(self, work: Callable[[Connection], T], *, lasting: bool = True) -> T:
        """Return what `work` returns, done in one transaction, if need be repeatedly.

        Args:
            work: What to do over a connection that may write. It may be called several
                times, so it must touch nothing but the database.
            lasting: Whether to wait for the disk, as for `writing`.

        Raises:
            DuplicateError: A row would be there twice.
            StorageError: The database cannot be written, or others were in the way for
                too long.
        """
        end = time.monotonic() + self._busy_timeout.total_seconds()
        duplicated = False
        for attempt in range(_ATTEMPTS - 1):
            try:
                with self.writing(lasting=lasting) as connection:
                    return work(connection)
            except self.REPEATABLE as error:
                # Whose row it was is kept by now: a second look sees it, or none will.
                again = isinstance(error, DuplicateError) and duplicated
                if again or time.monotonic() >= end:
                    raise
                duplicated = isinstance(error, DuplicateError)
            pause_us = secrets.randbelow(_FIRST_PAUSE_US << attempt)
            time.sleep(min(pause_us / 1e6, self._busy_timeout.total_seconds()))
        with self.writing(lasting=lasting) as connection:
            return work(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @abstractmethod
    def migrating(self) -> contextlib.AbstractContextManager[Connection]:
        """Give a connection that may write, while no other process migrates.

        Raises:
            StorageError: The database cannot be written, or others write for too long.
        """

    @abstractmethod
    def _prepare(
        self, connection: Connection, *, writes: bool, lasting: bool = True
    ) -> None:
        """Have a connection's next transaction be one that reads, or one that writes."""

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until it is this writer's turn."""
        yield

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise storage_error(self._name, error) from cause_of(error)
