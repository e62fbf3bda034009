"""The pages, over a house with each kind of database."""

import pytest

from tests.databases import place, server
from tests.endpoints.hosted_ui.visitor import Hotel, Visitor
from tests.pool.conftest import database, house
from tests.pool.house import House


@pytest.fixture
def hotel(house: House) -> Hotel:
    return Hotel(house)


@pytest.fixture
def visitor(hotel: Hotel) -> Visitor:
    return Visitor(hotel)


__all__ = ["database", "house", "place", "server"]
