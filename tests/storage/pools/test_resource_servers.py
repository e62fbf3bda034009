"""Rows of resource servers, on each database."""

from dataclasses import replace

from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.pools.resource_servers import (
    StoredResourceServer,
    StoredResourceServers,
)
from tests.storage.pool_rows import OTHERS, PEOPLE, add_pools

ORDERS = StoredResourceServer(PEOPLE, "orders", {"name": "Orders"})


def test_a_server_is_its_pools(database: Database) -> None:
    """Another pool may have one of the same name."""
    add_pools(database)
    theirs = replace(ORDERS, pool_id=OTHERS, settings={"name": "Theirs"})
    with database.writing() as connection:
        servers = StoredResourceServers(connection)
        servers.keep(replace(ORDERS, settings={"name": "before"}))
        servers.keep(ORDERS)
        servers.keep(theirs)

    with database.writing() as connection:
        servers = StoredResourceServers(connection)
        assert servers.find(PEOPLE, "orders") == ORDERS
        assert servers.all(PEOPLE) == [ORDERS]
        assert servers.count(PEOPLE) == 1
        assert servers.remove(PEOPLE, "orders")
        assert not servers.remove(PEOPLE, "orders")
        assert servers.find(PEOPLE, "orders") is None
        assert servers.find(OTHERS, "orders") == theirs


def test_pages_are_in_the_order_of_identifiers(database: Database) -> None:
    add_pools(database)
    cursors = Cursors(secret=bytes(32))
    with database.writing() as connection:
        servers = StoredResourceServers(connection)
        for name in ("b", "a"):
            servers.keep(replace(ORDERS, identifier=name))

        first, cursor = servers.page(cursors, PEOPLE, cursor=None, limit=1)
        second, end = servers.page(cursors, PEOPLE, cursor=cursor, limit=1)

    assert [server.identifier for server in (*first, *second)] == ["a", "b"]
    assert end is None
