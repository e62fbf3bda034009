"""One request and its response, between a connection and whoever reads."""

import asyncio

import pytest

from gateway.model.errors import UpstreamError
from gateway.upstream.exchange import Exchange
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.reader import ReaderLimits, ResponseReader

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


class _Line:
    """A connection that remembers what it is told."""

    def __init__(self) -> None:
        self.resumed = 0
        self.abandoned: list[Exchange] = []

    def resume(self) -> None:
        self.resumed += 1

    def abandon(self, exchange: Exchange) -> None:
        self.abandoned.append(exchange)


@pytest.fixture
def line() -> _Line:
    return _Line()


@pytest.fixture
async def exchange(line: _Line) -> Exchange:
    reader = ResponseReader(ResponseHeaders(), to_head=False, limits=ReaderLimits())
    return Exchange(
        reader, line=line, loop=asyncio.get_running_loop(), total_at=float("inf")
    )


async def test_who_waits_for_the_head_is_woken_by_it(exchange: Exchange) -> None:
    """And not by less."""
    waiting = asyncio.ensure_future(exchange.head())
    await asyncio.sleep(0)

    exchange.reader.feed(HEAD[:5])
    exchange.wake()
    await asyncio.sleep(0)
    early = waiting.done()
    exchange.reader.feed(HEAD[5:])
    exchange.wake()
    await waiting

    assert not early


async def test_the_head_that_is_there_is_not_waited_for(exchange: Exchange) -> None:
    """No turn of the loop is lost."""
    exchange.reader.feed(HEAD)

    await asyncio.wait_for(exchange.head(), 0.1)


async def test_pieces_are_handed_out_together(exchange: Exchange, line: _Line) -> None:
    """One write to the client instead of many, and the connection reads on."""
    exchange.hold(exchange.reader.feed(HEAD + b"ab"))
    exchange.hold(exchange.reader.feed(b"cd"))
    held, ended = exchange.held, exchange.ended

    assert await exchange.read() == b"abcd"
    assert (held, exchange.held) == (4, 0)
    assert (ended, exchange.ended) == (False, True)
    assert line.resumed == 1
    assert await exchange.read() == b""


async def test_what_has_come_is_handed_out_before_the_failure(
    exchange: Exchange,
) -> None:
    """The client sees as much as there was, and then that it broke."""
    exchange.hold(exchange.reader.feed(HEAD + b"ab"))
    exchange.fail(UpstreamError("lost"))

    assert await exchange.read() == b"ab"
    for _ in range(2):
        with pytest.raises(UpstreamError, match="lost"):
            await exchange.read()
    assert not exchange.ended


async def test_the_first_reason_counts(exchange: Exchange) -> None:
    """What follows from it is no news."""
    exchange.fail(UpstreamError("first"))
    exchange.fail(UpstreamError("second"))

    with pytest.raises(UpstreamError, match="first"):
        await exchange.head()


async def test_a_failure_wakes_who_waits(exchange: Exchange) -> None:
    """Nobody waits for what will not come."""
    waiting = asyncio.ensure_future(exchange.head())
    await asyncio.sleep(0)
    exchange.fail(UpstreamError("lost"))

    with pytest.raises(UpstreamError):
        await waiting


async def test_a_whole_response_cannot_fail_any_more(exchange: Exchange) -> None:
    """The connection may be lost while the client still takes what came."""
    exchange.hold(exchange.reader.feed(HEAD + b"abcd"))
    exchange.fail(UpstreamError("lost"))

    assert await exchange.read() == b"abcd"
    assert await exchange.read() == b""


async def test_giving_up_stops_the_sender_and_the_connection(
    exchange: Exchange, line: _Line
) -> None:
    """And can be waited for."""
    exchange.sender = asyncio.create_task(_for_ever())

    exchange.abandon()
    await exchange.sender_stopped()

    assert exchange.sender.cancelled()
    assert line.abandoned == [exchange]


async def test_without_a_sender_there_is_none_to_wait_for(exchange: Exchange) -> None:
    """Most requests have none."""
    await asyncio.wait_for(exchange.sender_stopped(), 0.1)


async def test_a_wait_that_is_given_up_leaves_nothing_behind(
    exchange: Exchange,
) -> None:
    """The client has gone; what comes later wakes nobody."""
    waiting = asyncio.ensure_future(exchange.head())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])

    exchange.wake()

    assert waiting.cancelled()


async def _for_ever() -> None:
    await asyncio.Event().wait()
