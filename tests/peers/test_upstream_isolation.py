"""Nobody ever gets somebody else's answer, whatever upstreams and clients do.

Thousands of requests over few connections to an upstream that breaks a rule in every few
answers, from clients that hang up at any moment. What comes back whole must be the answer
to the very request, and in the end nothing is left behind.
"""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
import uvloop

from gateway.model.errors import UpstreamError
from gateway.upstream.forwarder import Forwarder, Outbound, Service
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.target import Target
from tests.peers.liar import Behaviour, Talk, lying

pytestmark = pytest.mark.peer

Run = Callable[[Coroutine[Any, Any, None]], None]

CLIENTS = 40
REQUESTS = 150
TIMEOUTS = Timeouts(connect=5, first_byte=0.3, idle=0.3, total=5)

# Somebody else's answer, to be taken for one's own if anything goes wrong.
EVIL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Return what runs a test's coroutine, on the one loop and on the other."""
    runner: Run = request.param
    return runner


def _counted(name: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(name), name)


def _chunked(name: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"%x\r\n%b\r\n0\r\n\r\n" % (len(name), name)
    )


# One in turn for each answer: what is said, and whether the upstream then hangs up.
HABITS: tuple[tuple[Callable[[bytes], bytes], bool], ...] = (
    (_counted, False),
    (_chunked, False),
    (_counted, False),
    (lambda name: _counted(name) + EVIL, False),
    (_chunked, False),
    (_counted, True),
    (lambda name: _chunked(name) + EVIL, True),
    (_counted, False),
    (lambda name: _chunked(name)[:-3], True),
    (lambda _: b"", True),
    (_chunked, False),
    (lambda name: b"HTTP/1.1 100 Continue\r\n\r\n" + _counted(name), False),
    (lambda name: _counted(name)[:-1], True),
    (lambda name: b"HTTP/1.0 200 OK\r\n\r\n" + name, True),
    (_counted, False),
    (lambda _: b"HTTP/1.1 200 OK\nEVIL: 1\n\n", False),
    (lambda name: _counted(name) + b"\r\n" + EVIL, False),
)


@dataclass
class Tally:
    """What came of the requests."""

    own: int = 0
    failed: int = 0
    given_up: int = 0


def habitual() -> Behaviour:
    """Return an upstream that goes through its habits, answer by answer."""
    habits = itertools.cycle(HABITS)

    async def behaviour(talk: Talk) -> None:
        hang_up = False
        while not hang_up:
            head = await talk.request()
            say, hang_up = next(habits)
            data = say(head.split(b" ", 2)[1])
            # Some answers come in two pieces, some with others' in between. The cut lies in
            # the head: were what is too much a piece of its own, it could come after the
            # next request, and then nothing tells it from that request's answer.
            cut = len(data) // 3
            await talk.say(data[:cut])
            if len(talk.requests) % 3 == 0:
                await asyncio.sleep(0.001)
            await talk.say(data[cut:])

    return behaviour


async def client(forwarder: Forwarder, number: int, tally: Tally) -> None:
    """Ask for things that nobody else asks for, and hang up now and then."""
    for i in range(REQUESTS):
        name = b"/%d/%d" % (number, i)
        asking = asyncio.create_task(ask(forwarder, name))
        if (number + i) % 7 == 0:
            await asyncio.sleep(0.0005 * (i % 5))
            asking.cancel()
        await asyncio.wait([asking])
        if asking.cancelled():
            tally.given_up += 1
        elif isinstance(asking.exception(), UpstreamError):
            tally.failed += 1
        else:
            assert asking.result() == name
            tally.own += 1


def test_every_whole_answer_is_ones_own(run: Run) -> None:
    """And enough of them come through."""
    tally = Tally()

    async def main() -> None:
        async with lying(habitual()) as liar:
            service = Service(
                (Target("127.0.0.1", liar.port),),
                TIMEOUTS,
                Limits(connections=10, waiting=CLIENTS),
            )
            forwarder = Forwarder(upstreams={"liar": service})
            await forwarder.open()
            await asyncio.gather(*(client(forwarder, n, tally) for n in range(CLIENTS)))
            (balancer,) = forwarder._balancers.values()
            (pool,) = balancer._pools
            assert pool.load == 0
            assert len(pool._idle) == pool._slots <= 10
            await forwarder.close()
            assert pool.empty
            await asyncio.sleep(0)

    run(main())
    assert tally.own > CLIENTS * REQUESTS / 2
    assert tally.failed > 0
    assert tally.given_up > 0


async def ask(forwarder: Forwarder, name: bytes) -> bytes:
    """Return the body of the answer to a request for this target."""
    outbound = Outbound("GET", name, [], b"liar.example")
    response = await forwarder.forward("liar", outbound)
    body = b""
    try:
        while piece := await response.read():
            body += piece
    finally:
        await response.close()
    return body
