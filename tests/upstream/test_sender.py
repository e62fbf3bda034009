"""A request's body, framed as its head announces it."""

import asyncio
from typing import cast

import pytest

from gateway.model.errors import RequestError
from gateway.upstream.connection import Connection
from gateway.upstream.exchange import Exchange
from gateway.upstream.sender import Body, send_rest
from tests.upstream.fakes import Source


async def _read(body: Body) -> bytes:
    found = b""
    while not body.ended:
        found += await body.read()
    return found


async def test_a_chunked_body_is_framed_piece_by_piece() -> None:
    """RFC 9112 section 7.1."""
    body = Body(Source([b"abc", b"x" * 17]), None)

    assert await _read(body) == b"3\r\nabc\r\n11\r\n" + b"x" * 17 + b"\r\n0\r\n\r\n"


async def test_an_empty_chunked_body_is_its_end() -> None:
    """No chunk of length 0 comes before the last one."""
    assert await _read(Body(Source([]), None)) == b"0\r\n\r\n"


async def test_a_counted_body_goes_as_it_is() -> None:
    """And nothing is read beyond its length: the end is known."""
    source = Source([b"abc", b"de"], stall=True)

    assert await _read(Body(source, 5)) == b"abcde"


@pytest.mark.parametrize("pieces", [[b"abc"], [b"abcdef"], [b"abc", b"def"], []])
async def test_a_body_of_another_length_is_refused(pieces: list[bytes]) -> None:
    """Too short, the upstream would wait; too long, it would begin the next request."""
    with pytest.raises(RequestError):
        await _read(Body(Source(pieces), 5))


async def test_no_body_has_ended_already() -> None:
    """Nothing is asked of its source."""
    source = Source([b"x"])

    assert Body(None, 0).ended
    assert Body(source, 0).ended
    assert await Body(source, 0).read() == b""
    assert source.taken == 0


@pytest.mark.parametrize("content_length", [None, 3])
def test_a_body_needs_a_source(content_length: int | None) -> None:
    """Else the upstream would wait for what was announced."""
    with pytest.raises(ValueError, match="without a source"):
        Body(None, content_length)


@pytest.mark.parametrize(
    ("pieces", "content_length", "enough", "gathered", "ended"),
    [
        ([b"abc", b"de", b"fg"], 7, 4, b"abcde", False),
        ([b"abc", b"de"], 5, 9, b"abcde", True),
        ([b"abc"], None, 8, b"3\r\nabc\r\n", False),
        ([b"abc"], None, 9, b"3\r\nabc\r\n0\r\n\r\n", True),
        ([], 0, 9, b"", True),
    ],
)
async def test_so_much_of_a_body_is_gathered(
    pieces: list[bytes],
    content_length: int | None,
    enough: int,
    gathered: bytes,
    *,
    ended: bool,
) -> None:
    """As many pieces as it takes, and none after the end."""
    body = Body(Source(pieces), content_length)

    assert await body.gather(enough) == gathered
    assert body.ended is ended


class _Line:
    """A connection that remembers."""

    def __init__(self) -> None:
        self.written = b""
        self.finished = False

    async def write(self, exchange: Exchange, data: bytes) -> None:
        await asyncio.sleep(0)
        self.written += data

    def finish(self, exchange: Exchange) -> None:
        self.finished = True


async def test_the_rest_is_written_and_then_the_request_is_finished() -> None:
    """From where the first piece ended."""
    line = _Line()
    body = Body(Source([b"abc", b"de"]), 5)
    await body.read()

    await send_rest(cast("Connection", line), cast("Exchange", None), body)

    assert line.written == b"de"
    assert line.finished


async def test_a_body_that_fails_finishes_nothing() -> None:
    """Half a request must not look like a whole one."""
    line = _Line()
    body = Body(Source([b"abc"], failure=ConnectionResetError()), 5)

    with pytest.raises(ConnectionResetError):
        await send_rest(cast("Connection", line), cast("Exchange", None), body)

    assert not line.finished
