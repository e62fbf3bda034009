"""What is shown could stand in a file, and would mean the same."""

from dataclasses import replace

from gateway.config.providers.pool.clients import ClientSettings
from gateway.config.providers.pool.provider import PoolProvider
from gateway.model.client import Client
from gateway.pool.declared.values import client_of, declared, settings_of
from gateway.pool.declared.writing import client_table, pool_table
from gateway.pool.settings import PoolSettings
from tests.pool.declared.files import POOL_ID

HEAD = {"kind": "pool", "id": "people", "pool_id": POOL_ID}


def _read(table: dict[str, object]) -> PoolSettings:
    return settings_of(PoolProvider.model_validate(HEAD | table))


def test_a_pool_is_written_as_it_is(everything: PoolProvider) -> None:
    """With all that can be said of one, and with nothing."""
    for settings in (declared(everything).settings, PoolSettings(name="plain")):
        assert _read(pool_table(settings)) == settings


def test_a_client_is_written_as_it_is(everything: PoolProvider) -> None:
    """Without its secret, which stays where it is."""
    clients = [each.client for each in declared(everything).clients]
    bare = Client("app", POOL_ID, "App")
    for client in (*clients, bare, replace(bare, providers=None)):
        table = client_table(client)
        written = client_of(POOL_ID, ClientSettings.model_validate(table))

        assert "secret" not in table
        assert written.client == client
        assert written.secret is None


def test_what_is_as_everywhere_is_not_written() -> None:
    """A standard attribute that nothing was said of."""
    table = pool_table(PoolSettings(name="plain"))

    assert table["attributes"] == {"standard": {}, "custom": {}}
    assert _read(table | {"name": "other"}) == replace(
        PoolSettings(name="plain"), name="other"
    )
