"""A house for each test, with each kind of database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gateway.storage.database import Database
from tests.databases import Place, place, server
from tests.pool.house import House


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    """Return a database whose writers wait for each other, on a busy machine too."""
    database = place.open(busy_timeout=timedelta(seconds=30))
    yield database
    database.close()


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


__all__ = ["place", "server"]
