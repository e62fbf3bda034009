"""Over real sockets: no octets make the listener and a peer disagree about a request."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.server import Listener
from tests.peers.framing import (
    CASES,
    HEADER_BYTES,
    HEADER_COUNT,
    PIPELINED,
    TARGET_BYTES,
    Case,
    Seen,
    get,
)
from tests.peers.wire import Recorder, play

pytestmark = pytest.mark.peer

LIMITS = ListenerLimits(
    target_bytes=TARGET_BYTES,
    header_bytes=HEADER_BYTES,
    header_count=HEADER_COUNT,
    pipelined=PIPELINED,
    header_time=timedelta(seconds=0.4),
    body_idle=timedelta(seconds=0.3),
    linger=timedelta(seconds=0.5),
)
# Nothing hangs: each case has come to its end by then.
DEADLINE = 20.0
STILL_OPEN = get(target=b"/still-open")


class Bench:
    """A listener with an application that remembers who sent what."""

    def __init__(self) -> None:
        self.seen: dict[int, list[Seen]] = {}
        self.app = Recorder(lambda port, seen: self.of(port).append(seen))
        self.listener = Listener(
            app=self.app, host="127.0.0.1", port=0, limits=LIMITS, name="test"
        )

    def of(self, port: int) -> list[Seen]:
        return self.seen.setdefault(port, [])


@pytest_asyncio.fixture(loop_scope="function")
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    await bench.listener.start()
    yield bench
    await bench.listener.drain(timedelta(seconds=1))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_request_has_one_reading_or_is_refused(
    case: Case, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """RFC 9112 section 11.2: what smuggling lives on is two readings of one message."""
    follow_up = (len(case.seen), STILL_OPEN) if case.open else None

    outcome = await play(
        bench.listener.port, *case.steps, within=DEADLINE, follow_up=follow_up
    )

    expected = [*case.seen, Seen("GET", b"/still-open")] if case.open else [*case.seen]
    assert bench.of(outcome.port) == expected
    assert outcome.closed is not case.open
    if case.status >= 0:
        assert outcome.final == case.status
    assert all(status < 500 or status == 505 for status in outcome.statuses)
    assert 101 not in outcome.statuses
    assert not [entry for entry in caplog.records if entry.levelno >= logging.WARNING]
