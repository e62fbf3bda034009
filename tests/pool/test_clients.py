"""Clients are registered, changed and proven."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.keys.errors import SealError
from gateway.keys.seal import Seal, StoreKey
from gateway.model.client import Client, ClientAuthentication, GrantKind
from gateway.pool import clients as module
from gateway.pool.clients import Clients, is_client_secret
from gateway.pool.errors import (
    ClientNotFoundError,
    InvalidParameterError,
    NameTakenError,
    PoolNotFoundError,
    TooManyError,
)
from gateway.pool.pool import Pool
from gateway.pool.resource_servers import ResourceServer, Scope
from gateway.storage.errors import CursorError
from gateway.storage.pools.clients import StoredClients
from tests.pool.house import House

OWN_SECRET = "0123456789abcdefghijklmn"
BASIC = ClientAuthentication.BASIC


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def app(pool: Pool, **changed: object) -> Client:
    return replace(Client("", pool.id, "app"), **changed)  # type: ignore[arg-type]  # by the tests' own words


def other_gateway(house: House, seal: Seal | None = None) -> Clients:
    """Return the clients as another process sees them."""
    return Clients(
        database=house.database,
        sealer=seal or house.seal,
        cursors=house.cursors,
        clock=house.clock,
        monotonic=house.monotonic,
    )


def test_a_public_client_has_no_secret(house: House, pool: Pool) -> None:
    """Whatever is said for one proves nothing."""
    client, secret = house.clients.create(app(pool))

    assert secret is None
    assert len(client.id) == 26
    assert client.id.isalnum()
    assert client.id == client.id.lower()
    assert other_gateway(house).get(client.id) == client
    assert house.clients.secret_of(client.id) is None
    assert not house.clients.proves(client.id, "")


def test_a_confidential_client_proves_itself(house: House, pool: Pool) -> None:
    """With a secret of 51 lower-case letters and digits, kept sealed."""
    client, secret = house.clients.create(app(pool, authentication=BASIC))

    assert secret is not None
    assert len(secret) == 51
    assert secret.isalnum()
    assert secret == secret.lower()
    assert house.clients.secret_of(client.id) == secret
    assert house.clients.proves(client.id, secret)
    for wrong in ("", secret[:-1], secret.upper(), "\ud800", "ü" * 51):
        assert not house.clients.proves(client.id, wrong)
    assert not house.clients.proves("nobody", secret)
    stored = house.read(lambda connection: StoredClients(connection).find(client.id))
    assert stored is not None
    assert secret not in str(stored.secret)
    assert str(stored.secret) not in repr(stored)


def test_a_sealed_secret_is_of_no_use_elsewhere(house: House, pool: Pool) -> None:
    """Neither under another key nor in another client's row."""
    one, _ = house.clients.create(app(pool, authentication=BASIC))
    two, _ = house.clients.create(app(pool, authentication=BASIC))
    stranger = Seal(key=StoreKey(bytes(range(32))))
    with pytest.raises(SealError):
        other_gateway(house, stranger).secret_of(one.id)

    with house.database.writing() as connection:
        clients = StoredClients(connection)
        moved, kept = clients.find(one.id), clients.find(two.id)
        assert moved is not None
        assert kept is not None
        clients.change(replace(kept, secret=moved.secret))

    with pytest.raises(SealError):
        other_gateway(house).secret_of(two.id)


def test_an_operator_may_bring_a_secret_along(house: House, pool: Pool) -> None:
    """So that a file and an app agree; not a short one, and not where there is none."""
    client, secret = house.clients.create(
        app(pool, id="from_a_file", authentication=BASIC), secret=OWN_SECRET
    )
    assert (client.id, secret) == ("from_a_file", OWN_SECRET)

    for wrong in (OWN_SECRET[:-1], "x" * 129, "with blanks " * 4, "ü" * 30):
        assert not is_client_secret(wrong)
        with pytest.raises(InvalidParameterError) as caught:
            house.clients.create(app(pool, authentication=BASIC), secret=wrong)
        assert wrong not in caught.value.detail
    with pytest.raises(InvalidParameterError):
        house.clients.create(app(pool), secret=OWN_SECRET)


def test_an_id_is_one_clients_in_all_pools(house: House, pool: Pool) -> None:
    other = house.pool(pool_id="us-east-1_Other0000")
    house.client(pool, id="app")

    with pytest.raises(NameTakenError):
        house.client(other, id="app")

    assert house.clients.find("app", pool_id=pool.id) is not None
    assert house.clients.find("app", pool_id=other.id) is None
    with pytest.raises(ClientNotFoundError):
        house.clients.get("app", pool_id=other.id)


@pytest.mark.parametrize("client_id", ["", "nobody", "a\0b", "ü", "x" * 10_000])
def test_nobody_is_found_by_what_is_no_id(house: House, client_id: str) -> None:
    assert house.clients.find(client_id) is None
    with pytest.raises(ClientNotFoundError):
        house.clients.get(client_id)


def test_a_client_belongs_to_a_pool_that_is_there(house: House, pool: Pool) -> None:
    """And is gone with it."""
    client = house.client(pool)
    with pytest.raises(PoolNotFoundError):
        house.clients.create(Client("", "us-east-1_Nobody123", "app"))

    house.pools.change(pool.id, lambda settings: replace(settings, is_protected=False))
    house.pools.delete(pool.id)

    assert other_gateway(house).find(client.id) is None


def test_a_client_with_flaws_is_not_registered(house: House, pool: Pool) -> None:
    with pytest.raises(InvalidParameterError):
        house.clients.create(app(pool, name=""))
    assert house.clients.list(pool.id).entries == []


def test_a_change_is_seen_here_at_once_and_elsewhere_within_a_second(
    house: House, pool: Pool
) -> None:
    others = other_gateway(house)
    client = house.client(pool)
    others.get(client.id)

    changed = house.clients.change(
        client.id, lambda before: replace(before, name="new", id="x", pool_id="y")
    )

    assert changed == replace(client, name="new")
    assert house.clients.get(client.id) == changed
    assert others.get(client.id) == client
    house.pass_time(timedelta(seconds=1))
    assert others.get(client.id) == changed
    with pytest.raises(InvalidParameterError):
        house.clients.change(client.id, lambda before: replace(before, name=""))
    with pytest.raises(ClientNotFoundError):
        house.clients.change("nobody", lambda before: before)


def test_a_client_that_needs_a_secret_gets_one(house: House, pool: Pool) -> None:
    """It stays through other changes, and goes when it is needed no more."""
    client = house.client(pool)

    def prove_by(authentication: ClientAuthentication) -> str | None:
        house.clients.change(
            client.id, lambda before: replace(before, authentication=authentication)
        )
        return house.clients.secret_of(client.id)

    first = prove_by(BASIC)
    assert first is not None
    assert prove_by(ClientAuthentication.POST) == first
    assert prove_by(ClientAuthentication.NONE) is None
    assert prove_by(BASIC) != first


def test_a_secret_is_replaced(house: House, pool: Pool) -> None:
    """The one before is good no more."""
    client, first = house.clients.create(app(pool, authentication=BASIC))
    assert first is not None

    second = house.clients.set_secret(client.id)

    assert house.clients.proves(client.id, second)
    assert not house.clients.proves(client.id, first)
    assert house.clients.set_secret(client.id, OWN_SECRET) == OWN_SECRET
    with pytest.raises(InvalidParameterError):
        house.clients.set_secret(client.id, "short")
    with pytest.raises(InvalidParameterError):
        house.clients.set_secret(house.client(pool).id)
    with pytest.raises(ClientNotFoundError):
        house.clients.set_secret("nobody")


def test_a_deleted_client_proves_nothing(house: House, pool: Pool) -> None:
    client, secret = house.clients.create(app(pool, authentication=BASIC))
    assert secret is not None

    house.clients.delete(client.id)

    assert not house.clients.proves(client.id, secret)
    with pytest.raises(ClientNotFoundError):
        house.clients.delete(client.id)


def test_clients_are_listed_page_by_page(house: House, pool: Pool) -> None:
    """Those of one pool, in the order of their ids."""
    other = house.pool(pool_id="us-east-1_Other0000")
    for client_id in ("c", "a", "b"):
        house.client(pool, id=client_id)
    house.client(other, id="elsewhere")

    first = house.clients.list(pool.id, limit=2)
    second = house.clients.list(pool.id, cursor=first.next, limit=2)

    assert [each.id for each in (*first.entries, *second.entries)] == ["a", "b", "c"]
    assert second.next is None
    with pytest.raises(CursorError):
        house.clients.list(other.id, cursor=first.next)


def test_a_pool_has_so_many_clients(
    house: House, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CLIENTS", 1)
    house.client(pool)

    with pytest.raises(TooManyError):
        house.client(pool)


def test_a_client_may_ask_for_scopes_of_the_pools_own_servers(
    house: House, pool: Pool
) -> None:
    """And for none of another pool's."""
    other = house.pool(pool_id="us-east-1_Other0000")
    house.resource_servers.create(
        ResourceServer(pool.id, "orders", "Orders", (Scope("read", "Read"),))
    )
    machine = {
        "authentication": BASIC,
        "grants": frozenset({GrantKind.CLIENT_CREDENTIALS}),
        "scopes": ("orders/read",),
    }

    assert house.client(pool, **machine).scopes == ("orders/read",)
    with pytest.raises(InvalidParameterError):
        house.client(other, **machine)
