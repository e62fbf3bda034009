"""Rows of clients, on each database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.clients import StoredClient, StoredClients
from gateway.storage.pools.pools import StoredPools
from tests.storage.pool_rows import NOON, OTHERS, PEOPLE, add_pools

APP = StoredClient("app", PEOPLE, {"name": "App"}, "v1.sealed", NOON, NOON)
CURSORS = Cursors(secret=bytes(32))


@pytest.fixture(autouse=True)
def pools(database: Database) -> None:
    add_pools(database)


def test_a_client_comes_back_as_it_was_kept(database: Database) -> None:
    """A change leaves alone whose it is and when it was made."""
    later = NOON + timedelta(hours=1)
    changed = StoredClient("app", PEOPLE, {"name": "New"}, None, NOON, later)
    with database.writing() as connection:
        clients = StoredClients(connection)
        clients.add(APP)
        assert clients.find("app") == APP
        clients.change(replace(changed, pool_id=OTHERS, created_at=later))

    with database.reading() as connection:
        assert StoredClients(connection).find("app") == changed
        assert StoredClients(connection).find("nobody") is None
    with pytest.raises(DuplicateError), database.writing() as connection:
        StoredClients(connection).add(replace(APP, pool_id=OTHERS))


def test_a_client_is_removed_alone_or_with_its_pool(database: Database) -> None:
    with database.writing() as connection:
        clients = StoredClients(connection)
        for client_id in ("a", "b", "c"):
            clients.add(replace(APP, id=client_id))

        assert clients.remove("a")
        assert not clients.remove("a")
        assert clients.count(PEOPLE) == 2
        StoredPools(connection).remove(PEOPLE)
        assert clients.count(PEOPLE) == 0


def test_pages_are_of_one_pool_in_the_order_of_ids(database: Database) -> None:
    with database.writing() as connection:
        clients = StoredClients(connection)
        for client_id in ("b", "a"):
            clients.add(replace(APP, id=client_id))
        clients.add(replace(APP, id="other", pool_id=OTHERS))

        first, cursor = clients.page(CURSORS, PEOPLE, cursor=None, limit=1)
        second, end = clients.page(CURSORS, PEOPLE, cursor=cursor, limit=1)

    assert [client.id for client in (*first, *second)] == ["a", "b"]
    assert end is None


def test_a_secret_is_not_printed() -> None:
    assert "v1." not in repr(APP)
