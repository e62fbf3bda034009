"""A house for each test, with each kind of database."""

import pytest

from gateway.storage.database import Database
from tests.databases import database, place, server
from tests.pool.house import House


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


__all__ = ["database", "place", "server"]
