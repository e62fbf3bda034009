"""SQLite: one file, many threads, one writer at a time.

Write-ahead logging lets readers go on while one writes. `synchronous = FULL` costs one
fsync for each transaction that writes, and buys that an id which an upstream has seen is
still the same after a power cut; with NORMAL the last ones could come back as somebody new.
Counts of tries, which nobody has seen, do with NORMAL.

Reference: https://www.sqlite.org/wal.html, https://www.sqlite.org/lang_transaction.html.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from typing_extensions import override

from gateway.model.errors import StorageError
from gateway.storage.database import BUSY_TIMEOUT, CONNECTIONS, Database

# A transaction that will write takes the write lock at its beginning. One that took it
# later, after reading, could not wait for it (SQLITE_BUSY_SNAPSHOT).
_BEGIN_TO_READ = "BEGIN"
_BEGIN_TO_WRITE = "BEGIN IMMEDIATE"

# Whether what is committed is on the disk before the next statement.
_WAIT = "PRAGMA synchronous = FULL"
_DO_NOT_WAIT = "PRAGMA synchronous = NORMAL"
_LASTING = "lasting"

_BUSY_POLL_SECONDS = 0.01


class SqliteDatabase(Database):
    """An open database in a file."""

    def __init__(
        self, *, engine: Engine, name: str, busy_timeout: timedelta = BUSY_TIMEOUT
    ) -> None:
        super().__init__(engine=engine, name=name, busy_timeout=busy_timeout)
        # SQLite polls for its write lock, which is unfair; our own threads queue here.
        self._writing = threading.Lock()
        self._file = _find_file(name)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        busy_timeout: timedelta = BUSY_TIMEOUT,
        connections: int = CONNECTIONS,
    ) -> Self:
        """Return the database in a file, with its tables made or brought up to date.

        Args:
            path: The file; made if it is missing, readable for its owner alone.
            busy_timeout: How long to wait for others to finish writing.
            connections: How many there are at most.

        Raises:
            StorageError: The folder is missing, or the file is locked, read-only,
                damaged, no database, or of a later version of this program.
        """
        _make_file(path)
        database = cls(
            engine=_make_engine(path, busy_timeout, connections),
            name=str(path),
            busy_timeout=busy_timeout,
        )
        try:
            with database._translated():
                _write_ahead(database._engine, busy_timeout)
            database.migrate()
        except StorageError:
            database.close()
            raise
        return database

    @override
    def migrating(self) -> contextlib.AbstractContextManager[Connection]:
        """Give the one connection that may write."""
        return self.writing()

    @override
    def _prepare(
        self, connection: Connection, *, writes: bool, lasting: bool = True
    ) -> None:
        # Asked of the driver itself, whose module begins none here. As an event of
        # SQLAlchemy's it would slow down every statement of every transaction.
        driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
        if writes and connection.info.get(_LASTING, True) is not lasting:
            # Each connection has its own setting, and no transaction can change it.
            driver.execute(_WAIT if lasting else _DO_NOT_WAIT)
            connection.info[_LASTING] = lasting
        driver.execute(_BEGIN_TO_WRITE if writes else _BEGIN_TO_READ)

    @override
    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._writing.acquire(timeout=self._busy_timeout.total_seconds()):
            raise StorageError(f"{self._name}: other requests write for too long")
        try:
            if self._file != _find_file(self._name):
                # What is written into a file without a name is lost at the next start.
                raise StorageError(f"{self._name}: was moved, removed or replaced")
            yield
        finally:
            self._writing.release()


def _make_file(path: Path) -> None:
    # SQLite would make it readable for everybody, and its log takes over the mode.
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    try:
        os.close(os.open(path, flags, 0o600))
    except FileNotFoundError as error:
        raise StorageError(f"{path}: the folder does not exist") from error
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error


def _find_file(name: str) -> tuple[int, int] | None:
    """Return what tells the file at a path from others; `None` if there is none."""
    try:
        # Once for each transaction that writes: a `Path` would take twice as long.
        found = os.stat(name)  # noqa: PTH116 - see above
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_engine(path: Path, busy_timeout: timedelta, connections: int) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": busy_timeout.total_seconds()},
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_timeout.total_seconds(),
        # Values in statements are people's names at their providers.
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: Any, record: object) -> None:
    del record
    # Python's module would begin transactions by itself, and not before it reads.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(_WAIT)


def _write_ahead(engine: Engine, busy_timeout: timedelta) -> None:
    """Switch the file to write-ahead logging, which it then keeps.

    Two processes at their first start do this at once, and for this step alone SQLite
    does not wait for the other one.
    """
    deadline = time.monotonic() + busy_timeout.total_seconds()
    connection = engine.raw_connection()
    try:
        while not _try_write_ahead(connection.cursor(), deadline):
            time.sleep(_BUSY_POLL_SECONDS)
    finally:
        connection.close()


def _try_write_ahead(cursor: Any, deadline: float) -> bool:
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
        if not busy or time.monotonic() >= deadline:
            raise
        return False
    finally:
        cursor.close()
    return True
