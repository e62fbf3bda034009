"""The database opens or says why not, and fails with one kind of error."""

import contextlib
import multiprocessing
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from gateway.model.errors import StorageError
from gateway.storage.database import CONNECTIONS, Database
from tests.storage.conftest import SOON

NOBODY = 65534


def _insert(database: Database, subject: str = "s") -> None:
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO identity (id, provider, subject, kind, created_at) "
                "VALUES (:id, 'p', :id, 'guest', '2026-05-04 12:00:00.000000')"
            ),
            {"id": subject},
        )


def _count(database: Database) -> int:
    with database.reading() as connection:
        count: int = connection.execute(
            text("SELECT count(*) FROM identity")
        ).scalar_one()
    return count


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
    _insert(database)

    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file


def test_what_was_written_is_there_after_a_restart(path: Path) -> None:
    """Opening again makes nothing anew."""
    database = Database.open(path)
    _insert(database)
    database.close()

    again = Database.open(path)
    assert _count(again) == 1
    again.close()


def test_each_connection_is_set_up(database: Database) -> None:
    """A log beside the file, an fsync for each commit, keys that hold."""
    settings = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}

    with database.reading() as first, database.reading() as second:
        for connection in (first, second):
            for name, value in settings.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                assert found == value, name


def _fail_inside(database: Database, *, statement: str) -> None:
    with database.writing() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text(statement))
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("statement", "error"),
    [("SELECT 1", ZeroDivisionError), ("no SQL at all", StorageError)],
)
def test_a_failed_transaction_leaves_nothing(
    database: Database, statement: str, error: type[Exception]
) -> None:
    """Whatever failed in it, ours or the database's."""
    with pytest.raises(error):
        _fail_inside(database, statement=statement)

    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_a_transaction_sees_one_state(database: Database) -> None:
    """What others write meanwhile comes with the next one."""
    with database.reading() as connection:
        before = connection.scalar(text("SELECT count(*) FROM identity"))
        _insert(database)
        assert connection.scalar(text("SELECT count(*) FROM identity")) == before

    assert _count(database) == 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A misspelt path must not become a new database."""
    with pytest.raises(StorageError, match="folder does not exist"):
        Database.open(tmp_path / "misspelt" / "gateway.db")


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    """SQLite would only say that it cannot open it."""
    with pytest.raises(StorageError, match="Is a directory"):
        Database.open(tmp_path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """And left as it is."""
    path.write_bytes(b"no database" * 1000)

    with pytest.raises(StorageError, match="no SQLite database"):
        Database.open(path)

    assert path.read_bytes() == b"no database" * 1000


def test_a_damaged_database_is_told_apart(path: Path) -> None:
    """The first page is whole, so it opens; the others are not."""
    database = Database.open(path)
    for number in range(200):
        _insert(database, f"subject-{number:0500}")
    database.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))

    with pytest.raises(StorageError, match="damaged"):
        Database.open(path)


def test_a_locked_database_is_named_at_start(path: Path) -> None:
    """An old process that hangs in a transaction, say."""
    sqlite3.connect(path).close()

    with _locked(path), pytest.raises(StorageError, match="locked by another process"):
        Database.open(path, busy_timeout=SOON)


def test_a_locked_database_can_be_read_and_not_written(
    database: Database, path: Path
) -> None:
    """Known identities keep working; when the lock goes, so do new ones."""
    with _locked(path):
        assert _count(database) == 0
        with pytest.raises(StorageError, match="locked by another process"):
            _insert(database)

    _insert(database)
    assert _count(database) == 1


def _start(path: Path, together: Any) -> None:
    together.wait(10)
    Database.open(path).close()


def test_processes_at_their_first_start_do_not_trip_over_each_other(
    tmp_path: Path,
) -> None:
    """All find no file, switch it to its log, and migrate it, at the same time."""
    fork = multiprocessing.get_context("fork")
    for number in range(5):
        together = fork.Barrier(4)
        processes = [
            fork.Process(target=_start, args=(tmp_path / f"{number}.db", together))
            for _ in range(4)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(30)
        assert [process.exitcode for process in processes] == [0] * 4


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
        Database.open(path).close()
        path.chmod(0o444)
        path.parent.chmod(0o555)

        with _as_nobody(), pytest.raises(StorageError, match="Permission denied"):
            Database.open(path)
        path.parent.chmod(0o755)


def test_a_database_that_became_read_only_can_still_be_read(
    database: Database,
) -> None:
    """A file system that was remounted after an error."""
    database.close()
    event.listen(database._engine, "connect", _forbid_writing)

    assert _count(database) == 0
    with pytest.raises(StorageError, match="read-only"):
        _insert(database)


def _forbid_writing(connection: Any, record: object) -> None:
    del record
    connection.execute("PRAGMA query_only = ON")


def test_a_full_disk_is_named_and_what_was_there_stays(database: Database) -> None:
    """SQLite's own limit stands for the disk's."""
    _insert(database)
    database.close()
    event.listen(database._engine, "connect", _forbid_growing)

    with pytest.raises(StorageError, match="disk is full"):
        _fill(database)

    assert _count(database) >= 1


def _fill(database: Database) -> None:
    for number in range(1000):
        _insert(database, f"subject-{number:0500}")


def _forbid_growing(connection: Any, record: object) -> None:
    del record
    connection.execute("PRAGMA max_page_count = 1")


def test_more_threads_than_connections_wait_and_then_fail(database: Database) -> None:
    """None waits without end."""
    with contextlib.ExitStack() as all_taken:
        for _ in range(CONNECTIONS):
            all_taken.enter_context(database.reading())
        with pytest.raises(StorageError, match="no connection became free"):
            _count(database)

    assert _count(database) == 0


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

    _insert(database)


def test_writers_queue(path: Path) -> None:
    """Threads that write at once all succeed."""
    database = Database.open(path, busy_timeout=timedelta(seconds=10))
    threads = [
        threading.Thread(target=_insert, args=(database, f"s{number}"))
        for number in range(CONNECTIONS * 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert _count(database) == CONNECTIONS * 3
    database.close()


def test_closing_folds_the_log_into_the_file(database: Database, path: Path) -> None:
    """What is copied afterwards is whole."""
    _insert(database)
    database.close()

    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_failure_tells_nothing_of_the_values(database: Database) -> None:
    """The second insert of one subject; SQLAlchemy would quote it."""
    _insert(database, "ana@example.com")

    with pytest.raises(StorageError) as caught:
        _insert(database, "ana@example.com")

    assert "ana" not in caught.value.detail
    assert "ana" not in str(caught.value.__cause__)


def test_a_start_that_fails_leaves_no_connection_open(path: Path) -> None:
    """An open handle would keep the file from being replaced."""
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError):
        Database.open(path)

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
    database = Database.open(path)
    away = path.rename(tmp_path / "away.db")
    if replaced:
        path.touch()

    with pytest.raises(StorageError, match="moved"), database.writing():
        pass

    away.rename(path)
    with database.writing():
        pass
    database.close()
