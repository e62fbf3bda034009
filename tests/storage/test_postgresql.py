"""A PostgreSQL server: who may come in, how long anybody waits, and what if it is away.

Only with `--postgresql`.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, text

from gateway.config.settings.references import FileRef, SecretRef
from gateway.config.settings.storage import (
    PostgresqlUrl,
    SqliteUrl,
    StorageSettings,
    StorageTls,
)
from gateway.model.errors import StorageError
from gateway.storage.database import Database
from gateway.storage.errors import ConflictError, DuplicateError
from gateway.storage.migrator import find_version
from gateway.storage.postgresql import (
    MIGRATION_LOCK,
    Connector,
    PostgresqlDatabase,
)
from tests.peers.postgresql import USER, PostgresqlServer
from tests.peers.processes import free_port
from tests.peers.tls_front import TlsFront, tls_front
from tests.storage.rows import INSERT, count, insert

pytestmark = pytest.mark.postgresql

KEY = SecretRef(source="env KEY", value=b"x" * 32)
LONG = timedelta(seconds=10)


@pytest.fixture
def name(server: PostgresqlServer) -> Iterator[str]:
    name = server.make_database()
    yield name
    server.drop_database(name)


@pytest.fixture
def database(server: PostgresqlServer, name: str) -> Iterator[PostgresqlDatabase]:
    database = PostgresqlDatabase.open(server.settings(name))
    yield database
    database.close()


@pytest.fixture
def front(server: PostgresqlServer, tmp_path: Path) -> Iterator[TlsFront]:
    with tls_front(tmp_path, server.port) as front:
        yield front


def _open(server: PostgresqlServer, name: str, **changes: Any) -> None:
    PostgresqlDatabase.open(server.settings(name, **changes)).close()


def _nowhere(**changes: Any) -> StorageSettings:
    """Settings of a server that is not there."""
    port = free_port()
    url = PostgresqlUrl(
        "127.0.0.1", port, "a", "b", f"postgresql://a@127.0.0.1:{port}/b"
    )
    return StorageSettings(**{"url": url, "encrypt_with": KEY, **changes})


def test_a_server_that_is_not_there_is_named() -> None:
    """With where it was looked for, and without a secret."""
    secret = SecretRef(source="env P", value=b"hunter2")
    settings = _nowhere(password=secret)

    with pytest.raises(StorageError) as caught:
        PostgresqlDatabase.open(settings)

    assert caught.value.detail.startswith(f"{settings.url.text}: cannot be reached")
    assert "refused" in caught.value.detail
    assert "hunter2" not in repr(caught.value) + repr(caught.value.__cause__)


def test_after_a_failed_attempt_others_do_not_try_at_once() -> None:
    """Or all threads would wait for a server that swallows what it is sent."""
    connector = Connector(_nowhere())

    with pytest.raises(psycopg.OperationalError, match="refused"):
        connector.connect()
    with pytest.raises(psycopg.OperationalError, match="failed just now"):
        connector.connect()

    def tries_again() -> bool:
        with pytest.raises(psycopg.OperationalError) as caught:
            connector.connect()
        return "refused" in str(caught.value)

    _wait_for(tries_again)


@pytest.mark.parametrize(("secret", "told"), [(b"\xff", "UTF-8"), (b"a\0b", "NUL")])
def test_a_password_that_cannot_be_sent_is_refused(secret: bytes, told: str) -> None:
    """In words, not by a traceback of the driver."""
    settings = _nowhere(password=SecretRef(source="env P", value=secret))

    with pytest.raises(StorageError, match=told):
        PostgresqlDatabase.open(settings)


def test_a_file_is_no_server() -> None:
    """Whoever opens the wrong kind has made a mistake in the program."""
    with pytest.raises(TypeError):
        Connector(StorageSettings(url=SqliteUrl(Path("a")), encrypt_with=KEY))


def test_a_wrong_password_is_told_and_not_repeated(
    server: PostgresqlServer, name: str
) -> None:
    """The server asks for one, and knows the right one."""
    wrong = SecretRef(source="env P", value=b"hunter2")

    with pytest.raises(StorageError, match="password authentication failed") as caught:
        _open(server, name, password=wrong)

    assert "hunter2" not in caught.value.detail


def test_a_database_that_is_missing_is_named(server: PostgresqlServer) -> None:
    """It is not made: that is for whoever runs the server."""
    with pytest.raises(StorageError, match='database "missing" does not exist'):
        _open(server, "missing")


def test_a_user_who_may_make_no_tables_is_told(
    server: PostgresqlServer, name: str
) -> None:
    """The database belongs to somebody else."""
    server.execute(f"ALTER DATABASE {name} OWNER TO postgres")

    with pytest.raises(StorageError, match="does not allow the user"):
        _open(server, name)


def test_a_database_of_another_encoding_is_refused(server: PostgresqlServer) -> None:
    """It would hand out names with broken characters, much later."""
    name = server.make_database("ENCODING 'SQL_ASCII' TEMPLATE template0")

    with pytest.raises(StorageError, match="encoding is SQL_ASCII; UTF8 is needed"):
        _open(server, name)
    server.drop_database(name)


def test_a_server_that_is_too_old_is_refused(
    server: PostgresqlServer, name: str
) -> None:
    """At the start, not at the first statement that it does not know."""

    class Demanding(PostgresqlDatabase):
        OLDEST = 99

    with pytest.raises(StorageError, match="99 or later is needed"):
        Demanding.open(server.settings(name))


def test_a_standby_is_not_mistaken_for_the_server(
    server: PostgresqlServer, name: str
) -> None:
    """After a fail-over a name may lead to the old one for a while."""
    server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    with pytest.raises(StorageError, match="session is read-only"):
        _open(server, name)


def test_a_server_that_became_a_standby_is_left(
    server: PostgresqlServer, name: str
) -> None:
    """It is alive, so nothing else would make anybody look where the writer is now."""
    database = PostgresqlDatabase.open(server.settings(name, connections=1))

    def connection_to() -> int:
        with database.reading() as connection:
            pid: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            return pid

    before = connection_to()
    assert connection_to() == before
    with pytest.raises(StorageError, match="read-only"), database.reading() as reader:
        reader.execute(INSERT, {"id": "s"})

    assert connection_to() != before
    database.close()


def test_a_server_that_proves_itself_is_spoken_to_with_tls(
    server: PostgresqlServer, name: str, front: TlsFront
) -> None:
    """Certificate and name are right."""
    url = server.url(name, host="localhost", port=front.port)
    ca = FileRef(path=front.ca, content=front.ca.read_bytes())

    database = PostgresqlDatabase.open(
        server.settings(name, url=url, tls=StorageTls(ca=ca))
    )
    insert(database)

    assert count(database) == 1
    database.close()


def test_a_server_that_does_not_prove_itself_gets_no_password(
    server: PostgresqlServer, name: str, front: TlsFront, tmp_path: Path
) -> None:
    """Another authority; another name; no TLS at all."""
    by_name = server.url(name, host="localhost", port=front.port)
    by_address = server.url(name, port=front.port)
    ca = FileRef(path=front.ca, content=front.ca.read_bytes())
    (tmp_path / "other").mkdir()
    with tls_front(tmp_path / "other", server.port) as other:
        stranger = FileRef(path=other.ca, content=other.ca.read_bytes())

        for url, tls, told in (
            (by_name, StorageTls(ca=stranger), "certificate verify failed"),
            (by_address, StorageTls(ca=ca), "does not match host name"),
            (server.url(name), StorageTls(mode="require"), "does not support SSL"),
        ):
            with pytest.raises(StorageError, match=told):
                _open(server, name, url=url, tls=tls)


def test_the_connections_are_bounded_and_given_back(
    server: PostgresqlServer, name: str
) -> None:
    """A server has few, and several gateways share them."""
    database = PostgresqlDatabase.open(server.settings(name, connections=2))
    threads = [threading.Thread(target=count, args=(database,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    open_ones = _sessions(server, name)
    database.close()

    assert 1 <= open_ones <= 2
    _wait_for(lambda: _sessions(server, name) == 0)


def _sessions(server: PostgresqlServer, name: str) -> int:
    rows = server.execute(
        f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
    )
    number: int = rows[0][0]
    return number


def test_a_statement_that_takes_too_long_is_ended(
    server: PostgresqlServer, name: str
) -> None:
    """By the server, so that it does not go on there."""
    database = PostgresqlDatabase.open(
        server.settings(name, statement_timeout=timedelta(milliseconds=100))
    )

    with (
        pytest.raises(StorageError, match="took too long"),
        database.reading() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(30)"))

    assert count(database) == 0
    database.close()


def test_a_server_that_holds_still_is_not_waited_for(
    server: PostgresqlServer, name: str
) -> None:
    """It keeps its connections and answers nothing; later, all is as before."""
    database = PostgresqlDatabase.open(
        server.settings(
            name,
            statement_timeout=timedelta(milliseconds=100),
            connect_timeout=timedelta(seconds=2),
        )
    )
    insert(database)
    began = time.monotonic()

    with server.frozen(), pytest.raises(StorageError, match="cannot be reached"):
        count(database)

    assert time.monotonic() - began < 15
    _wait_for(lambda: _counts(database, 1))
    database.close()


def _counts(database: Database, wanted: int) -> bool:
    with contextlib.suppress(StorageError):
        return count(database) == wanted
    return False


def test_a_connection_that_was_ended_meanwhile_is_replaced(
    server: PostgresqlServer, name: str, database: PostgresqlDatabase
) -> None:
    """Nobody notices: it is asked whether it lives before it is used."""
    insert(database)
    _end_sessions(server, name)

    assert count(database) == 1
    _end_sessions(server, name)
    insert(database, "t")
    assert count(database) == 2


def _end_sessions(server: PostgresqlServer, name: str) -> None:
    server.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "  # noqa: S608
        f"WHERE datname = '{name}'"
    )


def test_a_transaction_that_loses_its_connection_leaves_nothing(
    server: PostgresqlServer, name: str, database: PostgresqlDatabase
) -> None:
    """And says so; the next one finds a connection."""

    def write(connection: Connection) -> None:
        connection.execute(INSERT, {"id": "s"})
        _end_sessions(server, name)
        connection.execute(INSERT, {"id": "t"})

    with pytest.raises(StorageError, match="stopped by its operator"):
        database.write(write)

    assert count(database) == 0


def test_a_server_that_comes_back_is_found_again(
    server: PostgresqlServer, database: PostgresqlDatabase
) -> None:
    """While it is away there is an error, soon; what was kept is still there."""
    insert(database)
    server.crash()
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(StorageError):
            count(database)
    took = time.monotonic() - began
    server.start()

    _wait_for(lambda: _counts(database, 1))
    assert took < 10


def test_each_transaction_waits_for_the_disk_or_not(
    database: PostgresqlDatabase,
) -> None:
    """As it asks, and the next one of the same connection by itself."""
    found = []
    for lasting in (True, False, True):
        with database.writing(lasting=lasting) as connection:
            found.append(connection.scalar(text("SHOW synchronous_commit")))

    assert found == ["on", "off", "on"]


def test_what_another_writer_has_changed_ends_this_one(
    server: PostgresqlServer, name: str, database: PostgresqlDatabase
) -> None:
    """Told apart from other failures, because it may be tried again."""
    insert(database)

    def write() -> None:
        with database.writing() as connection:
            connection.execute(text("SELECT kind FROM identity"))
            server.execute("UPDATE identity SET kind = 'service'", name)
            connection.execute(text("UPDATE identity SET kind = 'guest'"))

    with pytest.raises(ConflictError):
        write()


def test_two_who_wait_for_each_other_both_get_through(
    server: PostgresqlServer, name: str
) -> None:
    """The server ends one of them, which then does its work again."""
    database = PostgresqlDatabase.open(server.settings(name, busy_timeout=LONG))
    for subject in ("a", "b"):
        insert(database, subject)
    both = threading.Barrier(2)

    def change(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            set_kind = text("UPDATE identity SET kind = 'service' WHERE id = :id")
            connection.execute(set_kind, {"id": first})
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(5)
            connection.execute(set_kind, {"id": second})
            # Only the first attempts meet.
            both.abort()

        database.write(work)

    threads = [
        threading.Thread(target=change, args=pair) for pair in (("a", "b"), ("b", "a"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with database.reading() as connection:
        kinds = connection.execute(text("SELECT kind FROM identity")).scalars().all()
    assert kinds == ["service", "service"]
    database.close()


def test_a_duplicate_of_another_writer_is_seen_at_the_second_look(
    server: PostgresqlServer, name: str, database: PostgresqlDatabase
) -> None:
    """As with SQLite: who looks and then inserts is never told of a duplicate."""

    def insert_if_missing(connection: Connection) -> str:
        if connection.execute(text("SELECT 1 FROM identity")).first():
            return "found"
        with contextlib.suppress(psycopg.errors.UniqueViolation):
            # Another process, which has not looked.
            server.execute(INSERT.text.replace(":id", "'s'"), name)
        connection.execute(INSERT, {"id": "s"})
        return "made"

    assert database.write(insert_if_missing) == "found"


def test_a_duplicate_that_stays_is_told_after_the_second_look(
    database: PostgresqlDatabase,
) -> None:
    """Whoever signs up with a taken name does not wait for ten attempts."""
    calls: list[int] = []

    def insert_again(connection: Connection) -> None:
        calls.append(1)
        connection.execute(INSERT, {"id": "s"})

    insert(database)
    with pytest.raises(DuplicateError):
        database.write(insert_again)

    assert len(calls) == 2


def test_who_migrates_is_waited_for(server: PostgresqlServer, name: str) -> None:
    """However long the statements of others may take."""
    opened: list[PostgresqlDatabase] = []
    settings = server.settings(
        name,
        statement_timeout=timedelta(milliseconds=100),
        busy_timeout=timedelta(milliseconds=50),
    )
    with server.connect(name) as other:
        other.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})".encode())
        starting = threading.Thread(
            target=lambda: opened.append(PostgresqlDatabase.open(settings))
        )
        starting.start()
        _wait_for(lambda: _waits(server))
        # Longer than its statements may take, which is what is to be seen.
        starting.join(0.5)
        assert not opened
        other.execute(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})".encode())
        starting.join(30)

    with opened[0].reading() as connection:
        assert find_version(connection)
    with (
        pytest.raises(StorageError, match="took too long"),
        opened[0].reading() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(30)"))
    opened[0].close()


def _waits(server: PostgresqlServer) -> bool:
    rows = server.execute(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    )
    return bool(rows)


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_user_is_no_superuser(server: PostgresqlServer) -> None:
    """What works here works for whoever sets a server up with care."""
    rows = server.execute(
        f"SELECT rolsuper FROM pg_roles WHERE rolname = '{USER}'"  # noqa: S608
    )

    assert rows == [(False,)]
