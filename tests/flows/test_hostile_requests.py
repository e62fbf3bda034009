"""Whatever is sent to a public address: an answer of its own kind, and nothing is broken.

Addresses are the gateway's own list, forms are what its pages have. A seed makes each run
the same; `-m long` tries many more.
"""

import json
import sqlite3
from collections.abc import AsyncIterator

import pytest

from gateway.storage.postgresql import PostgresqlDatabase
from tests.databases import server
from tests.flows.hostile.castle import (
    PASSWORD,
    SECRET,
    Castle,
    furnish,
)
from tests.flows.hostile.judgement import judge
from tests.flows.hostile.oddities import Foe
from tests.flows.hostile.plans import good_requests
from tests.flows.house import House
from tests.peers.postgresql import PostgresqlServer
from tests.telemetry.fakes import MemorySink

pytestmark = pytest.mark.flow

__all__ = ["server"]


@pytest.fixture
async def castle(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Castle]:
    told = MemorySink()
    monkeypatch.setattr("gateway.app.tools.StreamSink", lambda _: told)
    furnish(house.folder)
    async with house.open():
        yield Castle(house, house.front(), told)


async def attack(castle: Castle, seed: int, tries: int) -> int:
    """Send spoilt requests; return how many came through as if nothing were wrong."""
    asks = await good_requests(castle)
    assert {ask.path for ask in asks} >= set(castle.paths)
    foe, through = Foe(seed), 0
    for number in range(tries):
        ask = asks[number] if number < len(asks) else foe.choose(asks)
        answer = await castle.send(foe.spoil(ask))
        judge(answer, ways=castle.ways)
        for secret in (PASSWORD, SECRET):
            assert secret not in answer.text, str(answer)
        through += answer.status < 400
    return through


async def is_sound(castle: Castle) -> None:
    """The database is whole, and people and applications go on as before."""
    path = castle.house.folder / "state/gateway.db"
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    code = await castle.code(castle.session(castle.person("dora")))
    assert (await castle.exchange(code)).status == 200


async def test_a_good_request_to_each_address_is_answered(castle: Castle) -> None:
    for ask in await good_requests(castle):
        judge(await castle.send(ask), ways=castle.ways)


async def test_no_bad_request_breaks_anything(castle: Castle) -> None:
    through = await attack(castle, seed=1, tries=700)

    # Else nothing was tried but the doors.
    assert through > 50
    await is_sound(castle)
    castle.house.tools.logs.writers["program"].flush()
    told = [json.loads(line) for line in castle.told.data.splitlines()]
    assert {"a page was refused", "a token was refused"} <= {
        line["event"] for line in told
    }
    assert [line for line in told if line["level"] in {"error", "warning"}] == []
    for secret in (PASSWORD, SECRET):
        assert secret not in json.dumps(told)


@pytest.mark.long
@pytest.mark.postgresql
async def test_postgresql_breaks_no_more_easily(
    house: House, server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps fewer texts, and looks at lengths."""
    settings = server.settings(server.make_database())
    monkeypatch.setattr(
        "gateway.app.tools.open_database", lambda _: PostgresqlDatabase.open(settings)
    )
    furnish(house.folder)
    async with house.open():
        await attack(Castle(house, house.front(), MemorySink()), seed=9, tries=2000)


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3, 4])
async def test_no_bad_request_of_thousands_breaks_anything(
    castle: Castle, seed: int
) -> None:
    await attack(castle, seed, tries=5000)

    await is_sound(castle)
