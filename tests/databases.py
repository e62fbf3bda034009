"""A database for a test, of each kind: fixtures for whatever keeps something.

With `--postgresql`, all tests that ask for a place or a database run against a server too;
`make test` gives it. A test that is about the server alone bears the mark `postgresql`. A
folder's `conftest.py` takes the fixtures over by importing them.
"""

import contextlib
import functools
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from gateway.storage.database import Database
from gateway.storage.postgresql import PostgresqlDatabase
from gateway.storage.sqlite import SqliteDatabase
from tests.peers.postgresql import PostgresqlServer, postgresql

SOON = timedelta(milliseconds=50)


class Place(ABC):
    """Where a database is, or will be once it is opened."""

    def open(self, *, busy_timeout: timedelta = SOON, connections: int = 8) -> Database:
        """Return the database; open it again for what another process would see."""
        return self._open(busy_timeout, connections)

    @abstractmethod
    def _open(self, busy_timeout: timedelta, connections: int) -> Database: ...

    @abstractmethod
    def locked(self, table: str) -> contextlib.AbstractContextManager[None]:
        """Keep others from writing, as another process does that writes."""


class File(Place):
    def __init__(self, path: Path) -> None:
        self.path = path

    @override
    def _open(self, busy_timeout: timedelta, connections: int) -> Database:
        if not self.path.exists():
            self.path.write_bytes(_migrated_file())
        return SqliteDatabase.open(
            self.path, busy_timeout=busy_timeout, connections=connections
        )

    @override
    @contextlib.contextmanager
    def locked(self, table: str) -> Iterator[None]:
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.close()


class OnServer(Place):
    def __init__(self, server: PostgresqlServer) -> None:
        self.server = server
        self.name = server.make_database(f"TEMPLATE {_migrated_database(server)}")

    @override
    def _open(self, busy_timeout: timedelta, connections: int) -> Database:
        return PostgresqlDatabase.open(
            self.server.settings(
                self.name, busy_timeout=busy_timeout, connections=connections
            )
        )

    @override
    @contextlib.contextmanager
    def locked(self, table: str) -> Iterator[None]:
        with self.server.connect(self.name) as other, other.transaction():
            other.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
            yield


# To make all tables takes longer than most tests; one copy of them serves each.
@functools.cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.db"
        SqliteDatabase.open(path, busy_timeout=SOON, connections=1).close()
        return path.read_bytes()


@functools.cache
def _migrated_database(server: PostgresqlServer) -> str:
    name = server.make_database()
    settings = server.settings(name, busy_timeout=SOON, connections=1)
    PostgresqlDatabase.open(settings).close()
    return name


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresqlServer]:
    with postgresql() as server:
        yield server


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield File(tmp_path / "gateway.db")
        return
    place = OnServer(request.getfixturevalue("server"))
    yield place
    place.server.drop_database(place.name)


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    database = place.open()
    yield database
    database.close()
