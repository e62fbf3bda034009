"""SQLite's own ways to fail: its file, its locks, its disk."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from gateway.model.errors import StorageError
from gateway.storage.database import Database
from gateway.storage.sqlite import SqliteDatabase
from tests.storage.conftest import SOON
from tests.storage.rows import count, insert

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = SqliteDatabase.open(path, busy_timeout=SOON)
    yield database
    database.close()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the write lock, as another process that writes does."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def test_a_new_database_is_its_owners_alone(database: Database, path: Path) -> None:
    """It holds people's names at their providers, and so does its log."""
    insert(database)

    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_each_connection_is_set_up(database: Database) -> None:
    """A log beside the file, an fsync for each commit, keys that hold."""
    settings = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}

    with database.reading() as first, database.reading() as second:
        for connection in (first, second):
            for name, value in settings.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                assert found == value, name


def test_each_transaction_waits_for_the_disk_or_not(path: Path) -> None:
    """As it asks, whatever the one before it asked of the same connection."""
    database = SqliteDatabase.open(path, connections=1)
    found = []
    for lasting in (True, False, False, True):
        with database.writing(lasting=lasting) as connection:
            found.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())
    with database.writing() as connection:
        found.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())
    database.close()

    assert found == [2, 1, 1, 2, 2]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A misspelt path must not become a new database."""
    with pytest.raises(StorageError, match="folder does not exist"):
        SqliteDatabase.open(tmp_path / "misspelt" / "gateway.db")


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    """SQLite would only say that it cannot open it."""
    with pytest.raises(StorageError, match="Is a directory"):
        SqliteDatabase.open(tmp_path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """And left as it is."""
    path.write_bytes(b"no database" * 1000)

    with pytest.raises(StorageError, match="no SQLite database"):
        SqliteDatabase.open(path)

    assert path.read_bytes() == b"no database" * 1000


def test_a_damaged_database_is_told_apart(path: Path) -> None:
    """The first page is whole, so it opens; the others are not."""
    database = SqliteDatabase.open(path)
    for number in range(200):
        insert(database, f"subject-{number:0500}")
    database.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))

    with pytest.raises(StorageError, match="damaged"):
        SqliteDatabase.open(path)


def test_a_locked_database_is_named_at_start(path: Path) -> None:
    """An old process that hangs in a transaction, say."""
    sqlite3.connect(path).close()

    with _locked(path), pytest.raises(StorageError, match="locked by another process"):
        SqliteDatabase.open(path, busy_timeout=SOON)


@contextlib.contextmanager
def _as_nobody() -> Iterator[None]:
    """Go without root's right to write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_file_is_named() -> None:
    """At start and at the first new identity alike."""
    # Not below the usual temporary folder, which is closed to everybody else.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.db"
        SqliteDatabase.open(path).close()
        path.chmod(0o444)
        path.parent.chmod(0o555)

        with _as_nobody(), pytest.raises(StorageError, match="Permission denied"):
            SqliteDatabase.open(path)
        path.parent.chmod(0o755)


def test_a_database_that_became_read_only_can_still_be_read(
    database: Database,
) -> None:
    """A file system that was remounted after an error."""
    database.close()
    event.listen(database._engine, "connect", _forbid_writing)

    assert count(database) == 0
    with pytest.raises(StorageError, match="read-only"):
        insert(database)


def _forbid_writing(connection: Any, record: object) -> None:
    del record
    connection.execute("PRAGMA query_only = ON")


def test_a_full_disk_is_named_and_what_was_there_stays(database: Database) -> None:
    """SQLite's own limit stands for the disk's."""
    insert(database)
    database.close()
    event.listen(database._engine, "connect", _forbid_growing)

    with pytest.raises(StorageError, match="disk is full"):
        _fill(database)

    assert count(database) >= 1


def _fill(database: Database) -> None:
    for number in range(1000):
        insert(database, f"subject-{number:0500}")


def _forbid_growing(connection: Any, record: object) -> None:
    del record
    connection.execute("PRAGMA max_page_count = 1")


def test_one_thread_writes_at_a_time_and_others_do_not_wait_without_end(
    database: Database,
) -> None:
    """The second writer of this process gives up after the same time."""
    with (
        database.writing(),
        pytest.raises(StorageError, match="other requests write"),
        database.writing(),
    ):
        pass

    insert(database)


def test_closing_folds_the_log_into_the_file(database: Database, path: Path) -> None:
    """What is copied afterwards is whole."""
    insert(database)
    database.close()

    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_start_that_fails_leaves_no_connection_open(path: Path) -> None:
    """An open handle would keep the file from being replaced."""
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError):
        SqliteDatabase.open(path)

    handles = [
        link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()
    ]
    assert path not in handles


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_that_was_taken_away_is_not_written_into(
    tmp_path: Path, *, replaced: bool
) -> None:
    """What is written there would be unknown at the next start."""
    path = tmp_path / "gateway.db"
    database = SqliteDatabase.open(path)
    away = path.rename(tmp_path / "away.db")
    if replaced:
        path.touch()

    with pytest.raises(StorageError, match="moved"), database.writing():
        pass

    away.rename(path)
    with database.writing():
        pass
    database.close()
