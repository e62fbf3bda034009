"""The services of the pools fit together, and each secret is its own."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.pools import PoolServices, build_pool_services
from gateway.keys.seal import StoreKey
from gateway.model.client import Client, ClientAuthentication
from gateway.pool.codes import Outcome, Purpose
from gateway.pool.errors import NotAuthorizedError
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_up import SignUp
from gateway.storage.database import Database
from gateway.storage.pools.messages import Messages
from tests.app.pool_ground import ground
from tests.databases import File
from tests.flows.house import NOON

KEY = StoreKey(bytes(range(32)))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return File(tmp_path / "gateway.db").open(
        busy_timeout=timedelta(seconds=5), connections=2
    )


def build(database: Database) -> PoolServices:
    return build_pool_services(ground(database, KEY))


def test_two_gateways_with_one_store_key_understand_each_other(
    database: Database,
) -> None:
    """One opens what the other has sealed, and knows its codes and cursors."""
    one, two = build(database), build(database)
    pool = one.pools.create(PoolSettings(name="people"))
    app = Client("", pool.id, "app", authentication=ClientAuthentication.POST)
    clients = [one.clients.create(app) for _ in range(2)]
    code, kept = one.codes.make(Purpose.SIGN_UP, "ana", now=NOON)

    assert pool.id.startswith("eu-central-1_")
    assert two.pools.get(pool.id) == pool
    for client, secret in clients:
        assert two.clients.secret_of(client.id) == secret
    first = one.clients.list(pool.id, limit=1)
    assert len(two.clients.list(pool.id, cursor=first.next).entries) == 1
    outcome, _ = two.codes.check(kept, Purpose.SIGN_UP, "ana", code, NOON)
    assert outcome is Outcome.RIGHT


def test_nobody_is_proven_in_an_empty_pool(database: Database) -> None:
    services = build(database)
    pool = services.pools.create(PoolSettings(name="people"))

    with pytest.raises(NotAuthorizedError):
        services.password_proof.prove(pool, "ana", "secret", address="192.0.2.1")


def test_a_sign_up_waits_for_its_message(database: Database) -> None:
    """The services share one queue and one set of codes."""
    services = build(database)
    pool = services.pools.create(PoolSettings(name="people"))
    ana = SignUp("ana", "Correct horse 1!", {"email": "ana@example.com"})

    services.sign_ups.sign_up(pool, ana)

    with database.writing() as connection:
        (message,) = Messages(connection).claim(now=NOON, until=NOON, limit=9)
    assert message.destination == "ana@example.com"
