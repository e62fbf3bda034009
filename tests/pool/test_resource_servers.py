"""Resource servers and the scopes that they know."""

from dataclasses import replace

import pytest

from gateway.pool.errors import (
    InvalidParameterError,
    NameTakenError,
    PoolNotFoundError,
    ResourceServerNotFoundError,
    TooManyError,
)
from gateway.pool.pool import Pool
from gateway.pool.resource_servers import (
    MAX_SCOPES,
    MAX_SERVERS,
    ResourceServer,
    Scope,
    find_flaws,
)
from gateway.storage.errors import CursorError
from tests.pool.house import POOL_ID, House

READ, WRITE = Scope("read", "Read orders"), Scope("write", "Change orders")
ORDERS = ResourceServer(POOL_ID, "https://orders.example.com", "Orders", (READ, WRITE))


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def test_a_server_is_there_as_it_was_made(house: House, pool: Pool) -> None:
    """With its scopes under the names that clients ask for."""
    servers = house.resource_servers
    servers.create(ORDERS)

    assert servers.get(pool.id, ORDERS.identifier) == ORDERS
    assert servers.scopes(pool.id) == {
        "https://orders.example.com/read",
        "https://orders.example.com/write",
    }
    with pytest.raises(NameTakenError):
        servers.create(ORDERS)
    with pytest.raises(PoolNotFoundError):
        servers.create(replace(ORDERS, pool_id="us-east-1_Nobody123"))


def test_a_server_is_changed_and_deleted(house: House, pool: Pool) -> None:
    """Its scopes go with it."""
    servers = house.resource_servers
    with pytest.raises(ResourceServerNotFoundError):
        servers.change(ORDERS)
    servers.create(ORDERS)

    servers.change(replace(ORDERS, scopes=(READ,)))
    assert servers.scopes(pool.id) == {"https://orders.example.com/read"}
    servers.delete(pool.id, ORDERS.identifier)
    assert servers.scopes(pool.id) == frozenset()
    for look in (servers.get, servers.delete):
        with pytest.raises(ResourceServerNotFoundError):
            look(pool.id, ORDERS.identifier)


def test_servers_are_listed_page_by_page(house: House, pool: Pool) -> None:
    servers = house.resource_servers
    for name in ("c", "a", "b"):
        servers.create(ResourceServer(pool.id, name, name))

    first = servers.list(pool.id, limit=2)
    second = servers.list(pool.id, cursor=first.next, limit=2)

    found = [each.identifier for each in (*first.entries, *second.entries)]
    assert found == ["a", "b", "c"]
    assert second.next is None
    with pytest.raises(CursorError):
        servers.list("us-east-1_Other0000", cursor=first.next)


def test_a_pool_has_so_many(house: House, pool: Pool) -> None:
    for number in range(MAX_SERVERS):
        house.resource_servers.create(ResourceServer(pool.id, f"s{number}", "server"))

    with pytest.raises(TooManyError):
        house.resource_servers.create(ORDERS)


GOOD = (
    ORDERS,
    replace(ORDERS, identifier="i" * 256, name="n" * 256),
    replace(ORDERS, scopes=(Scope("s" * 256, "d" * 256),)),
    replace(ORDERS, scopes=tuple(Scope(f"s{n}", "scope") for n in range(MAX_SCOPES))),
)
BAD = {
    "identifier": replace(ORDERS, identifier="with blank"),
    "identifier ": replace(ORDERS, identifier="i" * 257),
    "name": replace(ORDERS, name=""),
    "scopes": replace(
        ORDERS, scopes=tuple(Scope(f"s{n}", "scope") for n in range(MAX_SCOPES + 1))
    ),
    "scopes.0.name": replace(ORDERS, scopes=(Scope("a/b", "scope"),)),
    "scopes.1.name": replace(ORDERS, scopes=(READ, READ)),
    "scopes.0.description": replace(ORDERS, scopes=(Scope("read", ""),)),
}


@pytest.mark.parametrize("flawed", GOOD)
def test_what_a_server_may_be(flawed: ResourceServer) -> None:
    assert list(find_flaws(flawed)) == []


@pytest.mark.parametrize(("where", "flawed"), BAD.items(), ids=BAD)
def test_what_is_wrong_is_told_by_its_place(
    house: House, where: str, flawed: ResourceServer
) -> None:
    (flaw,) = find_flaws(flawed)

    assert ".".join(map(str, flaw.path)) == where.strip()
    for refused in (house.resource_servers.create, house.resource_servers.change):
        with pytest.raises(InvalidParameterError):
            refused(flawed)
