"""Reloading: all or nothing, off the path of requests.

Listeners, signals and the watched folder are tried in `tests/peers`, over real sockets.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.app.running import Gateway
from gateway.app.snapshot import Snapshot
from tests.flows.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.open():
        yield house


@pytest.fixture
def gateway(house: House) -> Gateway:
    config = house.folder / "config.toml"
    gateway = Gateway(config_path=config, loaded=load(config), tools=house.tools)
    gateway._snapshot = house.snapshot
    return gateway


def _change(house: House, name: str, old: str, new: str) -> None:
    path = house.folder / name
    path.write_text(path.read_text().replace(old, new, 1))


async def test_changed_files_are_swapped_in_as_a_whole(
    house: House, gateway: Gateway
) -> None:
    """One reference; whoever has the old snapshot keeps it."""
    before = gateway.current
    _change(house, "policies/orders.toml", "'banned'", "'suspended'")

    await gateway.reload(cause="signal")

    assert gateway.current is not before
    assert gateway.current.loaded.engine.digest != before.loaded.engine.digest


async def test_a_disabled_provider_is_refused_from_the_next_request_on(
    house: House, gateway: Gateway
) -> None:
    """Also with a token that was cached, and with fixtures that name the provider."""
    with (house.folder / "policies/orders.toml").open("a") as policy:
        policy.write('[fixture.ana]\nprovider = "backend"\nsubject = "ana"\n')
    await gateway.reload(cause="signal")
    bearer = house.bearer("ana")

    statuses = []
    for old, new in (
        ("", ""),
        ('id = "backend"', 'id = "backend"\nenabled = false'),
        ("enabled = false", "enabled = true"),
    ):
        _change(house, "providers/backend.toml", old, new)
        await gateway.reload(cause="file")
        house.snapshot = gateway.current
        async with house.caller() as caller:
            for _ in range(2):
                answer = await caller.get("/v1/orders/ana-1", headers=bearer)
                statuses.append(answer.status_code)

    assert not gateway._reloads.faults
    assert statuses == [200, 200, 401, 401, 200, 200]


async def test_files_that_have_not_changed_change_nothing(gateway: Gateway) -> None:
    """A touched file is no reason to forget every cached identity."""
    before = gateway.current

    await gateway.reload(cause="file")

    assert gateway.current is before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("config.toml", "schema = 1", "schema = 2"),
        ("policies/orders.toml", "identity.subject", "identity.sbject"),
        ("config.toml", "[server]", '[server]\nlisten = "127.0.0.1:9"'),
        ("providers/backend.toml", 'kind = "developer"', "kind ="),
    ],
)
async def test_a_broken_file_keeps_the_old_set(
    house: House, gateway: Gateway, name: str, old: str, new: str
) -> None:
    """And the fault is kept for the admin listener, until the files are right again."""
    before = gateway.current
    text = (house.folder / name).read_text()
    _change(house, name, old, new)

    await gateway.reload(cause="file")
    assert gateway.current is before
    assert gateway._reloads.faults

    (house.folder / name).write_text(text)
    await gateway.reload(cause="file")
    assert not gateway._reloads.faults


POOL = """kind = "pool"
id = "people"
owner = "team@example.com"
pool_id = "us-east-1_Ab3dE6gH9"
label = "People"
"""


async def test_a_declared_pool_is_told_what_its_file_says(
    house: House, gateway: Gateway
) -> None:
    """At a reload as at the start; a file that cannot be followed is refused whole."""
    path, pools = house.folder / "providers/people.toml", house.tools.pools.pools
    path.write_text(POOL)
    await gateway.reload(cause="file")
    assert pools.get("us-east-1_Ab3dE6gH9").settings.name == "People"
    before = gateway.current

    path.write_text(POOL + '[sign_in]\naddresses = ["email"]\n')
    _change(house, "policies/orders.toml", "'banned'", "'suspended'")
    await gateway.reload(cause="file")

    assert gateway.current is before
    assert "providers/people.toml:7:13: error[E340]" in gateway._reloads.faults[0]


DENY = """[[rule]]
id = "no-banned"
effect = "deny"
routes = ["feed", "order"]
for = ["authenticated"]
when = "'banned' in identity.groups"
reason = "account suspended"
"""


@pytest.mark.parametrize("whole_file", [True, False])
async def test_what_denies_is_not_lost_by_watching(
    house: House, gateway: Gateway, *, whole_file: bool
) -> None:
    """Half a file may be a valid one. Whoever means it sends SIGHUP."""
    before = gateway.current
    path = house.folder / "policies/orders.toml"
    assert DENY in path.read_text()
    if whole_file:
        path.unlink()
    else:
        path.write_text(path.read_text().replace(DENY, ""))

    await gateway.reload(cause="file")
    assert gateway.current is before
    assert "SIGHUP" in gateway._reloads.faults[0]

    await gateway.reload(cause="signal")
    assert gateway.current is not before


async def test_two_reloads_at_once_take_turns(house: House, gateway: Gateway) -> None:
    """The last files win, whoever was asked first."""
    _change(house, "policies/orders.toml", "'banned'", "'suspended'")

    await asyncio.gather(*(gateway.reload(cause="signal") for _ in range(3)))

    assert "suspended" in (house.folder / "policies/orders.toml").read_text()
    assert gateway.current.loaded.configuration.digest == (
        load(house.folder / "config.toml").configuration.digest
    )


async def _until_swapped(gateway: Gateway, before: Snapshot) -> None:
    async with asyncio.timeout(10):
        while gateway.current is before:  # noqa: ASYNC110 - a swap tells nobody
            await asyncio.sleep(0.05)


async def test_the_public_files_that_are_referred_to_are_watched(
    house: House, gateway: Gateway
) -> None:
    """A stolen key is out when its file is replaced; of new references as well."""
    text = (house.folder / "state/backend.jwks").read_text()
    watching = asyncio.create_task(gateway._watch())
    await asyncio.sleep(0.5)
    try:
        before = gateway.current
        (house.folder / "state/backend.jwks").write_text(text + "\n")
        await _until_swapped(gateway, before)

        before = gateway.current
        (house.folder / "keys").mkdir()
        (house.folder / "keys/other.jwks").write_text(text)
        _change(house, "providers/backend.toml", "state/backend", "keys/other")
        await _until_swapped(gateway, before)
        await asyncio.sleep(0.5)

        before = gateway.current
        (house.folder / "keys/other.jwks").write_text(text + "\n")
        await _until_swapped(gateway, before)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def test_before_the_start_there_is_nothing_to_ask(gateway: Gateway) -> None:
    """A mistake in the program, and said so."""
    gateway._snapshot = None

    with pytest.raises(RuntimeError):
        _ = gateway.current
