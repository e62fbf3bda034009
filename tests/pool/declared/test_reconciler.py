"""The database becomes what the files say, or stays as it is."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from gateway.model.client import Client, ClientAuthentication
from gateway.pool.attributes.schema import Attribute, Schema
from gateway.pool.declared import reconciler as module
from gateway.pool.declared.reconciler import Reconciler
from gateway.pool.errors import PoolNotFoundError
from gateway.pool.groups import Groups, GroupText
from gateway.pool.pool import Pool
from gateway.pool.pools import POOL_TOPIC
from gateway.pool.resource_servers import ResourceServer, Scope
from gateway.storage.epochs import ChangeReader
from gateway.storage.pools.clients import StoredClients
from gateway.storage.pools.pools import StoredPools
from tests.config.files import Folder
from tests.pool.declared.files import EVERYTHING, HEAD, JWKS, POOL_ID, provider_file
from tests.pool.house import House

OTHER_ID = "us-east-1_Other0000"
OTHER = HEAD.replace(POOL_ID, OTHER_ID)
APP = "[[client]]\nid = 'app'\n"
MACHINE = APP + "authentication = 'basic'\nsecret = { env = 'SECRET' }\n"
ORDERS = """\
[[resource_server]]
identifier = 'orders'
scopes = [{ name = 'read', description = 'Read' }]
"""
STAFF = "[[group]]\nname = 'staff'\n"


@pytest.fixture
def reconciler(house: House) -> Reconciler:
    return Reconciler(database=house.database, sealer=house.seal, clock=house.clock)


@pytest.fixture
def groups(house: House) -> Groups:
    return Groups(database=house.database, cursors=house.cursors, clock=house.clock)


def pool(house: House) -> Pool:
    """Return the pool as it is now, and not as it was a moment ago."""
    house.pass_time(timedelta(seconds=1))
    return house.pools.get(POOL_ID)


def refused(reconciler: Reconciler, *files: ProviderFile) -> Sequence[str]:
    with pytest.raises(ConfigError) as caught:
        reconciler.reconcile(files)
    assert {fault.code for fault in caught.value.faults} == {"E340"}
    return [f"{each.where} {each.message}" for each in caught.value.faults]


def test_a_pool_is_made_with_all_that_is_declared(
    house: House, reconciler: Reconciler, groups: Groups, tmp_path: Path
) -> None:
    """At the first start."""
    (tmp_path / "app.jwks").write_text(JWKS)
    text = EVERYTHING.replace(', "elsewhere/write"', "")
    reconciler.reconcile([provider_file(text, root=tmp_path)])

    made = pool(house)
    assert made.settings.name == "People"
    assert made.created_at <= house.now
    clients = house.clients.list(POOL_ID).entries
    assert [client.id for client in clients] == ["app", "machine"]
    assert house.clients.proves("machine", "s" * 24)
    assert house.resource_servers.scopes(POOL_ID) == {"orders/read"}
    group = groups.get(made, "staff")
    assert (group.precedence, group.description) == (1, "Who works here")


def test_what_is_there_already_is_not_written_again(
    house: House, reconciler: Reconciler, groups: Groups
) -> None:
    """Each start of each gateway comes by here."""
    file = provider_file(MACHINE + ORDERS + STAFF)
    reconciler.reconcile([file])
    before = _rows(house), groups.get(pool(house), "staff")
    reader = ChangeReader(database=house.database)

    reconciler.reconcile([file])

    assert (_rows(house), groups.get(pool(house), "staff")) == before
    assert reader.catch_up().keys == {}


def _rows(house: House) -> object:
    return house.read(
        lambda connection: (
            StoredPools(connection).find(POOL_ID),
            StoredClients(connection).find("app"),
        )
    )


def test_several_gateways_may_start_at_once(house: House) -> None:
    """Over one database: one of them makes the pool, and the others find it."""
    file = provider_file(MACHINE + ORDERS + STAFF)

    def start(_: int) -> None:
        Reconciler(
            database=house.database, sealer=house.seal, clock=house.clock
        ).reconcile([file])

    with ThreadPoolExecutor(4) as starts:
        list(starts.map(start, range(4)))

    assert len(house.pools.list().entries) == 1
    assert house.clients.proves("app", "s" * 24)


def test_the_file_wins_over_what_was_changed_since(
    house: House, reconciler: Reconciler, groups: Groups
) -> None:
    """Settings, clients, their secrets, servers and groups."""
    file = provider_file(MACHINE + ORDERS + STAFF)
    reconciler.reconcile([file])
    declared = pool(house).settings
    client = house.clients.get("app")
    house.pools.change(POOL_ID, lambda before: replace(before, name="changed"))
    house.clients.change(client.id, lambda before: replace(before, name="changed"))
    house.clients.set_secret(client.id)
    house.resource_servers.change(
        ResourceServer(POOL_ID, "orders", "changed", (Scope("read", "changed"),))
    )
    groups.change(pool(house), "staff", GroupText("changed", 9, "changed"))
    reader = ChangeReader(database=house.database)

    reconciler.reconcile([file])

    assert pool(house).settings == declared
    assert house.clients.get("app") == client
    assert house.clients.proves("app", "s" * 24)
    assert house.resource_servers.get(POOL_ID, "orders").name == "orders"
    assert groups.get(pool(house), "staff").precedence is None
    assert POOL_TOPIC in reader.catch_up().keys


def test_what_the_file_does_not_name_stays(
    house: House, reconciler: Reconciler, groups: Groups
) -> None:
    """It was made otherwise; attributes may be people's."""
    reconciler.reconcile([provider_file(APP + ORDERS + STAFF)])
    house.client(pool(house), id="made_by_hand")
    groups.create(pool(house), "made_by_hand")
    with_tier = Schema.of(custom=[Attribute("custom:tier")])
    house.pools.change(POOL_ID, lambda before: replace(before, schema=with_tier))

    reconciler.reconcile([provider_file("[attributes.custom.score]\n")])

    kept = pool(house).settings.schema.attributes
    assert {"custom:tier", "custom:score"} <= kept.keys()
    ids = [client.id for client in house.clients.list(POOL_ID).entries]
    assert ids == ["app", "made_by_hand"]
    assert house.resource_servers.scopes(POOL_ID) == {"orders/read"}
    for name in ("staff", "made_by_hand"):
        assert groups.get(pool(house), name).name == name


def test_a_secret_that_is_replaced_in_its_file_counts(
    house: House, reconciler: Reconciler
) -> None:
    """And goes with the client's need for one."""
    reconciler.reconcile([provider_file(MACHINE)])
    reconciler.reconcile([provider_file(MACHINE, secret="t" * 24)])
    assert house.clients.proves("app", "t" * 24)

    reconciler.reconcile([provider_file(APP)])
    house.pass_time(timedelta(seconds=1))
    assert house.clients.get("app").authentication is ClientAuthentication.NONE
    assert house.clients.secret_of("app") is None


def test_what_cannot_change_refuses_everything(
    house: House, reconciler: Reconciler
) -> None:
    """All that stands in the way is told, and nothing of any pool is changed."""
    reconciler.reconcile([provider_file("[attributes.custom.age]\n")])
    before = pool(house)

    told = refused(
        reconciler,
        provider_file("label = 'Others'\n", name="other.toml", head=OTHER),
        provider_file(
            "[sign_in]\naddresses = ['email']\n"
            "[attributes.custom.age]\ntype = 'number'\n" + APP
        ),
    )

    assert [each.split(": ")[0] for each in told] == [
        "people.toml:6:13 sign_in.addresses",
        "people.toml:8:8 attributes.custom.age.type",
    ]
    assert pool(house) == before
    assert house.clients.find("app") is None
    with pytest.raises(PoolNotFoundError):
        house.pools.get(OTHER_ID)


def test_a_client_of_another_pool_is_not_taken(
    house: House, reconciler: Reconciler
) -> None:
    other = house.pool(pool_id=OTHER_ID)
    theirs = house.client(other, id="app")

    (told,) = refused(reconciler, provider_file(APP))

    assert OTHER_ID in told
    assert house.clients.get("app") == theirs


def test_a_scope_that_no_server_knows_is_refused(
    house: House, reconciler: Reconciler
) -> None:
    """One that was made otherwise will do."""
    house.pool(pool_id=POOL_ID)
    file = provider_file(APP + "scopes = ['elsewhere/read']\n")
    (told,) = refused(reconciler, file)
    assert told.startswith("people.toml:7:10 client.0.scopes")

    house.resource_servers.create(
        ResourceServer(POOL_ID, "elsewhere", "Elsewhere", (Scope("read", "Read"),))
    )
    reconciler.reconcile([file])

    assert house.clients.get("app").scopes == ("elsewhere/read",)


@pytest.mark.parametrize(
    ("limit", "text", "where"),
    [
        ("MAX_CLIENTS", APP, "5:1"),
        ("MAX_SERVERS", ORDERS, "5:1"),
        ("MAX_GROUPS", STAFF, "5:1"),
    ],
)
def test_a_pool_has_so_many(
    reconciler: Reconciler,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    text: str,
    where: str,
) -> None:
    """However they were made."""
    monkeypatch.setattr(module, limit, 0)

    (told,) = refused(reconciler, provider_file(text))

    assert told.startswith(f"people.toml:{where} ")


def test_files_without_a_pool_write_nothing(
    folder: Folder, reconciler: Reconciler, house: House
) -> None:
    reconciler.reconcile(folder.load().providers)

    assert house.pools.list().entries == []


def test_a_client_is_found_by_its_id_alone(
    house: House, reconciler: Reconciler
) -> None:
    """What was registered before the file spoke of it becomes what the file says."""
    house.client(house.pool(pool_id=POOL_ID), id="app", name="before")

    reconciler.reconcile([provider_file(APP)])

    assert house.clients.get("app") != Client("app", POOL_ID, "before")
