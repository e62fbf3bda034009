"""A house for each test, with each kind of database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.database import Database
from tests.databases import Place, place, server
from tests.oauth.house import OAuthHouse


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    """Return a database whose writers wait for each other, on a busy machine too."""
    database = place.open(busy_timeout=timedelta(seconds=30))
    yield database
    database.close()


@pytest.fixture
def house(database: Database) -> OAuthHouse:
    return OAuthHouse(database)


@pytest.fixture
def pool(house: OAuthHouse) -> Pool:
    return house.open()


@pytest.fixture
def app(house: OAuthHouse, pool: Pool) -> Client:
    return house.app(pool)


@pytest.fixture
def ana(house: OAuthHouse, pool: Pool) -> User:
    return house.person(
        pool, "ana", email="ana@example.com", email_verified="true", name="Ana"
    )


__all__ = ["place", "server"]
