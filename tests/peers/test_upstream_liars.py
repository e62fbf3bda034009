"""The pool against upstreams that break the rules, over real sockets and both loops.

Each case gets its own error, none hangs, and no connection that has seen an oddity carries
another request.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import uvloop

from gateway.model.errors import (
    UpstreamBusyError,
    UpstreamError,
    UpstreamRefusedError,
    UpstreamTimeoutError,
)
from gateway.upstream.forwarder import Forwarder, Outbound, Service
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.response import UpstreamResponse
from gateway.upstream.target import Target
from tests.peers.liar import OK, Behaviour, Liar, Talk, lying
from tests.peers.processes import free_port

pytestmark = pytest.mark.peer

Run = Callable[[Coroutine[Any, Any, None]], None]

GET = Outbound("GET", b"/", [], b"liar.example")
TIMEOUTS = Timeouts(connect=0.5, first_byte=0.5, idle=0.5, total=3)

# Nothing here may take longer, whatever the upstream does.
PATIENCE = 10.0

COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Return what runs a test's coroutine, on the one loop and on the other."""

    def within_patience(main: Coroutine[Any, Any, None]) -> None:
        async def limited() -> None:
            async with asyncio.timeout(PATIENCE):
                await main

        request.param(limited())

    return within_patience


@contextlib.asynccontextmanager
async def forwarding(
    behaviour: Behaviour,
    *,
    timeouts: Timeouts = TIMEOUTS,
    limits: Limits | None = None,
) -> AsyncIterator[tuple[Liar, Forwarder]]:
    """Run an upstream of this behaviour, and a forwarder to it."""
    async with lying(behaviour) as liar:
        target = Target("127.0.0.1", liar.port)
        service = Service((target,), timeouts, limits or Limits())
        forwarder = Forwarder(upstreams={"liar": service})
        await forwarder.open()
        try:
            yield liar, forwarder
        finally:
            await forwarder.close()
            await asyncio.sleep(0)


async def whole(response: UpstreamResponse, taken: list[bytes] | None = None) -> bytes:
    """Return the body of an answer; its pieces go into `taken`, whatever happens."""
    pieces = [] if taken is None else taken
    try:
        while piece := await response.read():
            pieces.append(piece)
    finally:
        await response.close()
    return b"".join(pieces)


async def get(forwarder: Forwarder, outbound: Outbound = GET) -> bytes:
    """Return the body of the answer to a request."""
    return await whole(await forwarder.forward("liar", outbound))


def once(*said: bytes, close: bool = True) -> Behaviour:
    """Return a behaviour that says this to the first request, and is good afterwards."""

    async def behaviour(talk: Talk) -> None:
        if talk.number > 1:
            await talk.serve()
        await talk.request()
        for piece in said:
            await talk.say(piece)
            await asyncio.sleep(0.02)
        if not close:
            await talk.reader.read()

    return behaviour


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"SMTP ready\r\n",
        b"<html>",
        b"\x15\x03\x03\x00\x02\x02\x46",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000,
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 1_000_000,
        b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=lambda said: repr(said[:40]),
)
@pytest.mark.parametrize("close", [True, False])
def test_an_answer_that_is_none_is_an_upstream_error(
    run: Run, said: bytes, *, close: bool
) -> None:
    """At once, whether the upstream then hangs up or waits for what comes."""

    async def main() -> None:
        async with forwarding(once(said, close=close)) as (liar, forwarder):
            with pytest.raises(UpstreamError) as caught:
                await get(forwarder)
            assert type(caught.value) is UpstreamError
            assert await get(forwarder) == b"ok"
            assert len(liar.talks) == 2

    run(main())


@pytest.mark.parametrize(
    "said", [b"", b"H", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 100 C\r\n\r\n"]
)
def test_hanging_up_before_the_answer_is_an_upstream_error(
    run: Run, said: bytes
) -> None:
    """On a new connection nothing is tried again: it was not stale."""

    async def main() -> None:
        async with forwarding(once(said)) as (liar, forwarder):
            with pytest.raises(UpstreamError) as caught:
                await get(forwarder)
            assert type(caught.value) is UpstreamError
            assert await get(forwarder) == b"ok"
            assert len(liar.talks) == 2

    run(main())


@pytest.mark.parametrize(
    "said",
    [
        (COUNTED, b"12345"),
        (COUNTED + b"12345",),
        (CHUNKED, b"5\r\n12345\r\n"),
        (CHUNKED, b"5\r\n12345\r\n", b"0\r\n"),
        (CHUNKED, b"5\r\n12345\r\n", b"xyz\r\n"),
        (CHUNKED, b"5\r\n12345\r\n", b"5\r\n123456789\r\n0\r\n\r\n"),
        (CHUNKED, b"5\r\n12345\r\n", b"0\r\n" + b"A: b\r\n" * 100_000),
    ],
)
def test_an_answer_that_breaks_off_is_never_a_whole_one(
    run: Run, said: tuple[bytes, ...]
) -> None:
    """What came is delivered, and then the reader is told."""

    async def main() -> None:
        async with forwarding(once(*said)) as (liar, forwarder):
            response = await forwarder.forward("liar", GET)
            taken: list[bytes] = []
            with pytest.raises(UpstreamError):
                await whole(response, taken)

            assert b"".join(taken).startswith(b"12345")
            assert await get(forwarder) == b"ok"
            assert len(liar.talks) == 2

    run(main())


@pytest.mark.parametrize(
    "said",
    [
        (OK + b"x",),
        (OK + b"\r\n",),
        (OK, b"x"),
        (OK, b"\r\n"),
        (OK + OK,),
        (OK, OK),
        (CHUNKED + b"2\r\nok\r\n0\r\n\r\n" + OK,),
        (CHUNKED + b"2\r\nok\r\n0\r\n\r\n\r\n",),
        (CHUNKED + b"2\r\nok\r\n0\r\nA: b\r\n\r\n",),
        (CHUNKED + b"2;a=b\r\nok\r\n0;c\r\n\r\n",),
        (OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),),
        (OK.replace(b"1.1", b"1.0"),),
    ],
)
@pytest.mark.parametrize("close", [True, False])
def test_a_connection_that_saw_an_oddity_is_not_used_again(
    run: Run, said: tuple[bytes, ...], *, close: bool
) -> None:
    """What follows an answer would be taken for the answer to the next request."""

    async def main() -> None:
        async with forwarding(once(*said, close=close)) as (liar, forwarder):
            assert await get(forwarder) == b"ok"
            await asyncio.sleep(0.1)
            assert await get(forwarder) == b"ok"
            assert [len(talk.requests) for talk in liar.talks] == [1, 1]

    run(main())


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_body_may_end_with_the_connection(run: Run, version: bytes) -> None:
    """RFC 9112 section 6.3, the last case."""

    async def main() -> None:
        head = b"HTTP/" + version + b" 200 OK\r\n\r\n"
        async with forwarding(once(head, b"o", b"k")) as (liar, forwarder):
            assert await get(forwarder) == b"ok"
            assert await get(forwarder) == b"ok"
            assert len(liar.talks) == 2

    run(main())


def test_a_good_upstream_keeps_its_connection(run: Run) -> None:
    """The pair to all the others."""

    async def main() -> None:
        async with forwarding(Talk.serve) as (liar, forwarder):
            for _ in range(20):
                assert await get(forwarder) == b"ok"
            assert [len(talk.requests) for talk in liar.talks] == [20]

    run(main())


def test_nobody_listening_is_a_refusal(run: Run) -> None:
    """At once."""

    async def main() -> None:
        service = Service((Target("127.0.0.1", free_port()),), TIMEOUTS)
        forwarder = Forwarder(upstreams={"liar": service})
        await forwarder.open()
        start = time.perf_counter()
        with pytest.raises(UpstreamRefusedError):
            await get(forwarder)
        assert time.perf_counter() - start < 20

    run(main())


def test_one_target_that_is_down_is_not_felt(run: Run) -> None:
    """As long as there is another."""

    async def main() -> None:
        async with lying(Talk.serve) as liar:
            targets = [Target("127.0.0.1", port) for port in (free_port(), liar.port)]
            service = Service(tuple(targets), TIMEOUTS)
            forwarder = Forwarder(upstreams={"liar": service})
            await forwarder.open()
            for _ in range(10):
                assert await get(forwarder) == b"ok"
            await forwarder.close()
            await asyncio.sleep(0)

    run(main())


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ((), "first_byte"),
        ((b"HTTP/1.1 200 OK\r\nCont",), "first_byte"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n",), "first_byte"),
        ((COUNTED,), "idle"),
        ((COUNTED, b"12345"), "idle"),
        ((CHUNKED, b"5\r\n123"), "idle"),
        ((b"HTTP/1.1 200 OK\r\n\r\n", b"12345"), "idle"),
    ],
)
def test_an_upstream_that_stalls_runs_out_of_time(
    run: Run, said: tuple[bytes, ...], what: str
) -> None:
    """By the timeout that the setting's name says, and about then."""

    async def main() -> None:
        async with forwarding(once(*said, close=False)) as (liar, forwarder):
            start = time.perf_counter()
            with pytest.raises(UpstreamTimeoutError, match=what):
                await get(forwarder)
            assert 0.4 < time.perf_counter() - start < 20
            assert await get(forwarder) == b"ok"
            assert len(liar.talks) == 2

    run(main())


@pytest.mark.parametrize(
    ("head", "drop", "what"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", "first_byte"),
        (CHUNKED, b"1\r\nx\r\n", "total"),
    ],
)
def test_a_drip_does_not_get_around_the_timeouts(
    run: Run, head: bytes, drop: bytes, what: str
) -> None:
    """A head has to be complete in time; a body may come slowly, but not for ever."""

    async def drip(talk: Talk) -> None:
        await talk.request()
        await talk.say(head)
        while True:
            await talk.say(drop)
            await asyncio.sleep(0.05)

    async def main() -> None:
        timeouts = Timeouts(connect=0.5, first_byte=0.5, idle=0.5, total=1.5)
        async with forwarding(drip, timeouts=timeouts) as (_, forwarder):
            start = time.perf_counter()
            with pytest.raises(UpstreamTimeoutError, match=what):
                await get(forwarder)
            assert time.perf_counter() - start < 20

    run(main())


class Endless:
    """A body without an end."""

    def __init__(self) -> None:
        self.taken = 0

    async def read(self) -> bytes:
        self.taken += 1
        return bytes(65536)


POST = Outbound("POST", b"/", [], b"liar.example", content_length=None)


def test_an_upstream_that_reads_nothing_runs_out_of_time(run: Run) -> None:
    """And what is sent for it does not pile up."""

    async def deaf(talk: Talk) -> None:
        await talk.request()
        await asyncio.sleep(PATIENCE)

    async def main() -> None:
        async with forwarding(deaf) as (_, forwarder):
            body = Endless()
            with pytest.raises(UpstreamTimeoutError, match="idle"):
                await forwarder.forward("liar", POST, body)
            assert body.taken < 1000

    run(main())


@pytest.mark.parametrize("close", [True, False])
def test_an_upstream_may_refuse_a_body_before_it_has_read_it(
    run: Run, *, close: bool
) -> None:
    """The answer gets through, whether the upstream then hangs up or not."""

    async def picky(talk: Talk) -> None:
        await talk.request()
        await talk.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        if not close:
            await talk.reader.read()

    async def main() -> None:
        async with forwarding(picky) as (liar, forwarder):
            for count in (1, 2):
                response = await forwarder.forward("liar", POST, Endless())
                assert response.status == 413
                assert await whole(response) == b"no"
                assert len(liar.talks) == count

    run(main())


def test_an_upstream_may_answer_while_it_reads(run: Run) -> None:
    """An echo: neither direction waits for the other's end."""

    async def echo(talk: Talk) -> None:
        await talk.request()
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
        for _ in range(3_000_000 // 1000):
            await talk.say(await talk.reader.readexactly(1000))

    class Zeros:
        left = 3_000_000

        async def read(self) -> bytes:
            size = min(self.left, 50_000)
            self.left -= size
            return bytes(size)

    async def main() -> None:
        async with forwarding(echo) as (_, forwarder):
            outbound = Outbound("POST", b"/", [], b"h", content_length=3_000_000)
            response = await forwarder.forward("liar", outbound, Zeros())
            assert await whole(response) == bytes(3_000_000)

    run(main())


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("reset", [True, False])
def test_a_stale_connection_is_felt_only_where_nothing_may_be_repeated(
    run: Run, method: str, *, reset: bool
) -> None:
    """The upstream closes in the moment in which the second request comes."""

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.say(OK)
        await talk.request()
        if talk.number == 1:
            if reset:
                talk.reset()
            return
        await talk.say(OK)

    async def main() -> None:
        async with forwarding(behaviour) as (liar, forwarder):
            outbound = Outbound(method, b"/", [], b"liar.example")
            assert await get(forwarder) == b"ok"
            if method == "GET":
                assert await get(forwarder, outbound) == b"ok"
                assert len(liar.talks) == 2
            else:
                with pytest.raises(UpstreamError):
                    await get(forwarder, outbound)
                assert len(liar.talks) == 1

    run(main())


def test_a_connection_that_the_upstream_has_closed_is_not_used(run: Run) -> None:
    """Not even for a request that may not be repeated."""

    async def single(talk: Talk) -> None:
        await talk.request()
        await talk.say(OK)

    async def main() -> None:
        async with forwarding(single) as (liar, forwarder):
            outbound = Outbound("POST", b"/", [], b"liar.example")
            for _ in range(5):
                assert await get(forwarder, outbound) == b"ok"
                await asyncio.sleep(0.05)
            assert len(liar.talks) == 5

    run(main())


def test_idle_connections_are_closed_by_us(run: Run) -> None:
    """After their time, without another request."""
    closed = asyncio.Event()

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        await talk.say(OK)
        await talk.reader.read()
        closed.set()

    async def main() -> None:
        limits = Limits(keep_alive=0.2)
        async with forwarding(behaviour, limits=limits) as (_, forwarder):
            await get(forwarder)
            await closed.wait()

    run(main())


def test_connections_and_those_who_wait_are_bounded(run: Run) -> None:
    """Fifty requests over two connections, and the rest is told so."""

    async def main() -> None:
        limits = Limits(connections=2, waiting=20)
        async with forwarding(Talk.serve, limits=limits) as (liar, forwarder):
            answers = await asyncio.gather(
                *(get(forwarder) for _ in range(50)), return_exceptions=True
            )
            assert answers.count(b"ok") == 22
            assert sum(isinstance(e, UpstreamBusyError) for e in answers) == 28
            assert len(liar.talks) == 2

    run(main())


def test_a_client_that_goes_away_closes_the_upstreams_connection(run: Run) -> None:
    """Whether before the answer or within it."""

    async def behaviour(talk: Talk) -> None:
        await talk.request()
        if talk.number == 2:
            await talk.say(COUNTED + b"1")
        assert await talk.reader.read() == b""
        ended.put_nowait(talk.number)

    ended: asyncio.Queue[int] = asyncio.Queue()

    async def main() -> None:
        async with forwarding(behaviour) as (_, forwarder):
            waiting = asyncio.create_task(get(forwarder))
            await asyncio.sleep(0.1)
            waiting.cancel()
            await asyncio.wait([waiting])
            assert await ended.get() == 1
            response = await forwarder.forward("liar", GET)
            await response.read()
            response.abort()
            assert await ended.get() == 2

    run(main())


def test_a_slow_client_slows_the_upstream_down(run: Run) -> None:
    """What the upstream may send ahead is bounded by buffers, ours and the system's."""
    sent = 0

    async def flood(talk: Talk) -> None:
        nonlocal sent
        await talk.request()
        await talk.say(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await talk.say(bytes(65536))
            sent += 65536

    async def main() -> None:
        async with forwarding(flood) as (_, forwarder):
            response = await forwarder.forward("liar", GET)
            await asyncio.sleep(1)
            first = sent
            held = response._exchange.held
            await asyncio.sleep(0.3)
            assert held < 1_000_000
            assert sent == first
            for _ in range(100):
                await response.read()
            await asyncio.sleep(0.1)
            assert sent > first
            await response.close()

    run(main())
    assert sent < 50_000_000
