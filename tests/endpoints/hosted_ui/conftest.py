"""The pages, over a house with each kind of database."""

import pytest

from gateway.storage.database import Database
from tests.databases import place, server
from tests.endpoints.hosted_ui.visitor import Hotel, Visitor
from tests.oauth.house import OAuthHouse
from tests.pool.conftest import database


@pytest.fixture
def hotel(database: Database) -> Hotel:
    return Hotel(OAuthHouse(database))


@pytest.fixture
def visitor(hotel: Hotel) -> Visitor:
    return Visitor(hotel)


__all__ = ["database", "place", "server"]
