"""Over real sockets: the application sees the octets that were sent, or nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from gateway.endpoints.listener.server import Listener
from tests.model.hostile_paths import PATHS
from tests.peers.framing import Seen, get
from tests.peers.wire import Recorder, play

pytestmark = pytest.mark.peer

DEADLINE = 20.0
# Enough to be quick, few enough that none waits for its turn for long.
AT_A_TIME = 20


class Bench:
    """A listener with an application that remembers who sent what."""

    def __init__(self) -> None:
        self.seen: dict[int, Seen] = {}
        self.listener = Listener(
            app=Recorder(self.seen.__setitem__), host="127.0.0.1", port=0, name="test"
        )


@pytest_asyncio.fixture(loop_scope="function")
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    await bench.listener.start()
    yield bench
    await bench.listener.drain(timedelta(seconds=1))


async def complaint(bench: Bench, path: bytes) -> str:
    """Return what is wrong with how a target was read; empty if nothing is."""
    request = get(b"Connection: close", target=path)
    outcome = await play(bench.listener.port, request, within=DEADLINE)
    seen = bench.seen.get(outcome.port)
    if not outcome.closed:
        return f"{path!r} hangs"
    if outcome.final != 200:
        fine = 400 <= outcome.final < 500 and seen is None
        return "" if fine else f"{path!r} is answered {outcome.statuses}"
    # ASGI tells an empty query from none by nothing.
    sent = path.removesuffix(b"?") if path.count(b"?") == 1 else path
    return "" if seen == Seen("GET", sent) else f"{path!r} is seen as {seen}"


async def test_each_target_arrives_octet_for_octet_or_is_refused(bench: Bench) -> None:
    """Oathkeeper GHSA-p224-6x5r-fjpm: what is matched has to be what is forwarded."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def in_turn(path: bytes) -> str:
        async with turns:
            return await complaint(bench, path)

    complaints = await asyncio.gather(*map(in_turn, PATHS))

    assert [one for one in complaints if one] == []


@pytest.mark.parametrize(
    "path",
    [b"/a#b", b"/a?b#c", b"/#", b"/a\x00b", b"/\xc3\xa9", b"//a\x7f", b"a", b"*"],
)
async def test_a_target_that_parsers_would_cut_is_refused(
    bench: Bench, path: bytes
) -> None:
    """Envoy CVE-2021-32779, oauth2-proxy CVE-2026-41059: `#` in the request target."""
    outcome = await play(bench.listener.port, get(target=path), within=DEADLINE)

    assert outcome.statuses == (400,)
    assert outcome.closed
    assert bench.seen == {}
    assert b"urn:gateway:" in outcome.raw


async def test_the_corpus_is_as_large_as_promised() -> None:
    """A corpus that shrinks unnoticed proves less and less."""
    assert len(PATHS) >= 300
