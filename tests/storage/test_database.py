"""A database opens, keeps what was written whole, and fails with one kind of error."""

import contextlib
import multiprocessing
import secrets
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gateway.model.errors import StorageError
from gateway.storage.database import Database
from gateway.storage.errors import ConflictError, DuplicateError
from tests.storage.conftest import SOON, Place
from tests.storage.rows import COUNT, INSERT, count, insert

CONNECTIONS = 8


def test_what_was_written_is_there_after_a_restart(place: Place) -> None:
    """Opening again makes nothing anew."""
    database = place.open()
    insert(database)
    database.close()

    again = place.open()
    assert count(again) == 1
    again.close()


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
        insert(database)
        assert connection.scalar(text("SELECT count(*) FROM identity")) == before

    assert count(database) == 1


def test_more_threads_than_connections_wait_and_then_fail(database: Database) -> None:
    """None waits without end."""
    with contextlib.ExitStack() as all_taken:
        for _ in range(CONNECTIONS):
            all_taken.enter_context(database.reading())
        with pytest.raises(StorageError, match="no connection became free"):
            count(database)

    assert count(database) == 0


def test_a_failure_tells_nothing_of_the_values(database: Database) -> None:
    """The second insert of one subject; SQLAlchemy and PostgreSQL would quote it."""
    # Put together, so that the lines of this test do not tell it.
    name = f"ana{chr(64)}example.com"
    insert(database, name)

    with pytest.raises(DuplicateError) as caught:
        insert(database, name)

    assert "ana" not in caught.value.detail
    assert name not in "".join(traceback.format_exception(caught.value))


def test_a_locked_database_can_be_read_and_not_written(
    place: Place, database: Database
) -> None:
    """Known identities keep working; when the lock goes, so do new ones."""
    with place.locked("identity"):
        assert count(database) == 0
        with pytest.raises(StorageError, match="locked by another"):
            insert(database)

    insert(database)
    assert count(database) == 1


def test_a_reader_cannot_write(database: Database) -> None:
    """Where a database can tell, it does; nothing is kept anywhere."""
    with contextlib.suppress(StorageError), database.reading() as connection:
        connection.execute(INSERT, {"id": "s"})

    assert count(database) == 0


def _start(place: Place, together: Any) -> None:
    together.wait(10)
    place.open(busy_timeout=timedelta(seconds=10)).close()


def test_processes_at_their_first_start_do_not_trip_over_each_other(
    place: Place,
) -> None:
    """All find an empty place, and migrate it, at the same time."""
    fork = multiprocessing.get_context("fork")
    together = fork.Barrier(4)
    processes = [fork.Process(target=_start, args=(place, together)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)

    assert [process.exitcode for process in processes] == [0] * 4
    database = place.open()
    assert count(database) == 0
    database.close()


def _all_at_once(count: int, work: Callable[[int], object]) -> None:
    """Call `work` from many threads, and fail if one of the calls does."""
    ready = threading.Barrier(count)

    def start(number: int) -> None:
        ready.wait(10)
        work(number)

    with ThreadPoolExecutor(count) as threads:
        for done in [threads.submit(start, number) for number in range(count)]:
            done.result(60)


def test_threads_that_write_at_once_all_succeed(place: Place) -> None:
    """They queue, or do it again."""
    database = place.open(busy_timeout=timedelta(seconds=10))

    def write(number: int) -> None:
        database.write(lambda c: c.execute(INSERT, {"id": f"s{number}"}))

    _all_at_once(CONNECTIONS * 3, write)

    assert count(database) == CONNECTIONS * 3
    database.close()


def _append(connection: Connection) -> int:
    """Write what only holds as long as nobody else does the same; no key sees to it."""
    number: int = connection.execute(COUNT).scalar_one()
    connection.execute(INSERT, {"id": secrets.token_hex(8)})
    return number


def test_writers_are_as_if_one_had_come_after_the_other(place: Place) -> None:
    """What each has counted is still true when its row is kept: no number comes twice."""
    database = place.open(busy_timeout=timedelta(seconds=20))
    numbers: list[int] = []

    _all_at_once(CONNECTIONS, lambda _: numbers.append(database.write(_append)))

    assert sorted(numbers) == list(range(CONNECTIONS))
    database.close()


def _set_kind(database: Database, kind: str) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE identity SET kind = :kind"), {"kind": kind})


def test_what_was_read_may_not_have_changed_when_it_is_kept(place: Place) -> None:
    """A refresh token that two callers show at once must not be replaced twice."""
    database = place.open()
    insert(database)
    with contextlib.suppress(StorageError), database.writing() as connection:
        kind = connection.scalar(text("SELECT kind FROM identity"))
        other = place.open()
        with contextlib.suppress(StorageError):
            _set_kind(other, "first")
        other.close()
        connection.execute(
            text("UPDATE identity SET kind = :kind"), {"kind": f"{kind}-second"}
        )

    with database.reading() as connection:
        # SQLite kept the other one out, PostgreSQL ended this one: never both.
        found = connection.scalar(text("SELECT kind FROM identity"))
        assert found in {"first", "guest-second"}
    database.close()


class Disturbed:
    """Work that others are in the way of at first."""

    def __init__(self, times: int, error: Exception) -> None:
        self.calls = 0
        self._times = times
        self._error = error

    def __call__(self, connection: Connection) -> str:
        self.calls += 1
        connection.execute(INSERT, {"id": f"s{self.calls}"})
        if self.calls <= self._times:
            raise self._error
        return "done"


def test_work_that_others_disturb_is_done_again(place: Place) -> None:
    """And of what was disturbed nothing is kept."""
    database = place.open(busy_timeout=timedelta(seconds=10))
    work = Disturbed(4, ConflictError("others"))

    assert database.write(work) == "done"

    assert work.calls == 5
    assert count(database) == 1
    database.close()


def test_work_that_is_disturbed_without_end_ends(place: Place) -> None:
    """With an error, once as much time has passed as for any other lock."""
    database = place.open(busy_timeout=SOON)
    work = Disturbed(10**6, ConflictError("others"))

    with pytest.raises(ConflictError):
        database.write(work)

    assert 1 < work.calls <= 10
    assert count(database) == 0
    database.close()


def test_work_that_is_disturbed_for_long_is_tried_a_bounded_number_of_times(
    place: Place,
) -> None:
    """Also by an operator who lets it wait for minutes."""
    database = place.open(busy_timeout=timedelta(seconds=30))
    work = Disturbed(10**6, ConflictError("others"))

    with pytest.raises(ConflictError):
        database.write(work)

    assert work.calls == 10
    database.close()


def test_work_that_fails_by_itself_is_not_done_again(place: Place) -> None:
    """It would fail again."""
    database = place.open(busy_timeout=timedelta(seconds=30))
    work = Disturbed(1, StorageError("the disk"))

    with pytest.raises(StorageError, match="the disk"):
        database.write(work)

    assert work.calls == 1
    database.close()
