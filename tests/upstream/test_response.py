"""An upstream's answer, as it is handed on."""

import asyncio

import pytest

from gateway.model.errors import UpstreamError
from gateway.upstream.connection import Connection
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.response import UpstreamResponse
from tests.upstream.fakes import FakeTransport

HEAD = b"HTTP/1.1 201 Created\r\nX-A: b\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\n"


class Keeper:
    """Takes no notice."""

    def keep(self, connection: Connection) -> None:
        pass

    def drop(self, connection: Connection) -> None:
        pass


@pytest.fixture
async def transport() -> FakeTransport:
    connection = Connection(
        Keeper(),
        loop=asyncio.get_running_loop(),
        names=ResponseHeaders(),
        timeouts=Timeouts(),
        limits=Limits(),
    )
    transport = FakeTransport(connection)
    connection.connection_made(transport)
    return transport


async def _answered(transport: FakeTransport, data: bytes) -> UpstreamResponse:
    connection = transport.protocol
    assert isinstance(connection, Connection)
    exchange = connection.begin(b"GET", to_head=False, total_at=float("inf"))
    connection.finish(exchange)
    transport.receive(data)
    await exchange.head()
    return UpstreamResponse(exchange)


async def test_a_response_has_a_status_and_headers(transport: FakeTransport) -> None:
    """Nothing of them is for one hop."""
    response = await _answered(transport, HEAD)

    assert response.status == 201
    assert response.headers == [(b"x-a", b"b"), (b"content-length", b"4")]


async def test_a_response_says_when_nothing_is_left(transport: FakeTransport) -> None:
    """That saves a read that would say so."""
    response = await _answered(transport, HEAD + b"ab")
    first, after_first = await response.read(), response.ended
    transport.receive(b"cd")
    second, after_second = await response.read(), response.ended

    assert (first, after_first) == (b"ab", False)
    assert (second, after_second) == (b"cd", True)
    assert await response.read() == b""


async def test_a_response_that_breaks_off_says_so(transport: FakeTransport) -> None:
    """It never ends in silence."""
    response = await _answered(transport, HEAD + b"ab")
    transport.lose(None)
    await asyncio.sleep(0)

    assert await response.read() == b"ab"
    assert not response.ended
    with pytest.raises(UpstreamError):
        await response.read()


async def test_closing_a_whole_response_leaves_the_connection(
    transport: FakeTransport,
) -> None:
    """Somebody else may have it by now."""
    response = await _answered(transport, HEAD + b"abcd")
    await response.close()

    assert not transport.is_closing()


@pytest.mark.parametrize("way", ["close", "abort"])
async def test_closing_half_a_response_closes_the_connection(
    transport: FakeTransport, way: str
) -> None:
    """The upstream need not go on for nobody."""
    response = await _answered(transport, HEAD + b"ab")
    if way == "close":
        await response.close()
    response.abort()

    assert transport.is_closing()
