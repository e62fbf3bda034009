"""What is over is removed, as long as the gateway runs."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.app.sweeping import EVERY, KNOWN_NETWORKS, Sweep, Sweeping
from gateway.model.errors import StorageError
from gateway.pool.codes import LIFETIMES, Purpose
from gateway.pool.limits import WINDOW
from gateway.pool.settings import PoolSettings, SignUpSettings
from gateway.pool.sign_up import SignUp
from gateway.pool.throttling import MEMORY
from gateway.storage.pools.replays import Replays
from tests.flows.house import NOON, House
from tests.pool.house import PASSWORD


class Notebook:
    """Takes what the program says."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []

    def debug(self, event: str, **fields: Any) -> None:
        self.said.append((event, fields))

    warning = info = error = exception = debug


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self.asked: list[datetime] = []

    def monotonic(self) -> float:
        return self.seconds

    def sweep(self, now: datetime) -> int:
        self.asked.append(now)
        return len(self.asked) - 1


def sweeping(clock: Clock, notebook: Notebook, **sweeps: Sweep) -> Sweeping:
    return Sweeping(
        sweeps=sweeps,
        clock=lambda: NOON,
        logger=notebook,
        monotonic=clock.monotonic,
    )


def test_it_is_done_at_once_and_then_every_few_minutes() -> None:
    """And told only if there was something."""
    clock, notebook = Clock(), Notebook()
    sweep = sweeping(clock, notebook, codes=clock.sweep)

    for seconds in (0, EVERY.total_seconds() - 1, EVERY.total_seconds()):
        clock.seconds = seconds
        sweep.tick()

    assert clock.asked == [NOON, NOON]
    assert notebook.said == [("removed what was over", {"what": "codes", "count": 1})]


def test_what_cannot_be_removed_keeps_nothing_else_from_it() -> None:
    """The database may be busy; the next sweep comes."""

    def fails(_: datetime) -> int:
        raise StorageError("busy")

    clock, notebook = Clock(), Notebook()

    sweeping(clock, notebook, codes=fails, tries=clock.sweep).tick()

    assert clock.asked == [NOON]
    assert notebook.said == [
        ("what is over stays for now", {"what": "codes", "detail": "busy"})
    ]


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[House]:
    """Return a gateway that is open, and does nothing by itself."""
    house = House(tmp_path)
    async with house.open():
        yield house


async def test_everything_that_is_over_goes(gateway: House) -> None:
    """Of people, codes, tries; with the tools that the gateway has."""
    tools = gateway.tools
    never = SignUpSettings(unconfirmed_lifetime=timedelta(days=30))
    pool = tools.pools.pools.create(PoolSettings(name="people", sign_up=never))
    asked = SignUp("ana", PASSWORD, {"email": "ana@example.com"})
    tools.pools.sign_ups.sign_up(pool, asked)
    tools.pools.tries.begin(pool, "ana", "192.0.2.7")
    sweeps = tools.sweeping._sweeps
    now = gateway.now

    def removed(after: timedelta) -> dict[str, int]:
        found = {what: sweep(now + after) for what, sweep in sweeps.items()}
        return {what: count for what, count in found.items() if count}

    assert removed(timedelta(0)) == {}
    assert removed(LIFETIMES[Purpose.SIGN_UP] + timedelta(seconds=1)) == {
        "codes": 1,
        "failed tries": 2,
    }
    assert removed(timedelta(days=31)) == {"people who never confirmed": 1}
    assert len(sweeps) == 14
    assert WINDOW < MEMORY < KNOWN_NETWORKS


async def test_what_clients_have_presented_is_forgotten(gateway: House) -> None:
    """When it would be refused for its age anyway."""
    tools, now = gateway.tools, gateway.now
    tools.database.write(
        lambda connection: Replays(connection).is_first(b"1", until=now)
    )

    assert tools.sweeping._sweeps["proofs"](now - timedelta(seconds=1)) == 0
    assert tools.sweeping._sweeps["proofs"](now) == 1
    assert tools.sweeping._sweeps["authorizations"](now) == 0
