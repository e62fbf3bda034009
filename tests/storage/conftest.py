"""What the tests of the storage share: a place for a database, of each kind.

With `--postgresql`, all tests that ask for a place run against a server too, and so do
those that are about the server alone; `make test` gives it.
"""

import contextlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from gateway.storage.database import Database
from gateway.storage.postgresql import PostgresqlDatabase
from gateway.storage.sqlite import SqliteDatabase
from tests.peers.postgresql import USER, PostgresqlServer, postgresql

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
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
        self.name = server.make_database()

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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whoever asks for a place with each kind of it."""
    if "place" in metafunc.fixturenames:
        kinds = ["sqlite"]
        if metafunc.config.getoption("postgresql"):
            kinds.append("postgresql")
        metafunc.parametrize("place", kinds, indirect=True)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what asks for the server itself, where there is to be none."""
    if config.getoption("postgresql"):
        return
    wanting = [each for each in items if "server" in getattr(each, "fixturenames", ())]
    wanting = [each for each in wanting if each.path.parent == Path(__file__).parent]
    if wanting:
        config.hook.pytest_deselected(items=wanting)
        items[:] = [each for each in items if each not in wanting]


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresqlServer]:
    with postgresql() as server:
        yield server


@pytest.fixture
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


__all__ = ["NOON", "SOON", "USER", "File", "OnServer", "Place"]
