"""Bodies that are too large to be kept anywhere, through the gateway and back.

The service and the client count what they send and take, and keep nothing of it.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

PIECE = bytes(256 * 1024)
_LIMIT = 256 * 1024
_LENGTH = re.compile(rb"content-length: *([0-9]+)\r\n", re.IGNORECASE)
_STATUS_OK = b"HTTP/1.1 200 "


@dataclass(frozen=True)
class Way:
    """One way through the gateway.

    Attributes:
        name: For people.
        up: Whether the body goes to the service; else it comes from there.
        chunked: Whether it says nothing of its length.
    """

    name: str
    up: bool
    chunked: bool


WAYS = (
    Way("up, counted", up=True, chunked=False),
    Way("up, chunked", up=True, chunked=True),
    Way("down, counted", up=False, chunked=False),
    Way("down, chunked", up=False, chunked=True),
)


@contextlib.asynccontextmanager
async def service(port: int) -> AsyncIterator[None]:
    """Run a service that takes bodies and gives them, as the path says.

    `GET .../SIZE` is answered with so many bytes, `GET .../SIZE/chunked` without telling
    their number; `PUT` with the number of bytes that came.
    """
    conversations: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            while True:
                await _answer(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=_LIMIT)
    try:
        yield
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations)
        await server.wait_closed()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    method, target, _ = head.split(b" ", 2)
    if method == b"PUT":
        text = b"%d" % await _count(reader, head)
        writer.write(_STATUS_OK + b"OK\r\nContent-Length: %d\r\n\r\n" % len(text))
        writer.write(text)
    else:
        size, _, way = target.rpartition(b"/closed/")[2].partition(b"/")
        writer.write(_STATUS_OK + b"OK\r\n")
        await _give(writer, int(size), chunked=way == b"chunked")


async def _give(writer: asyncio.StreamWriter, size: int, *, chunked: bool) -> None:
    """Write the header that frames a body, and the body."""
    if chunked:
        writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
    else:
        writer.write(b"Content-Length: %d\r\n\r\n" % size)
    left = size
    while left:
        piece = PIECE[:left]
        left -= len(piece)
        if chunked:
            writer.write(b"%x\r\n" % len(piece))
        writer.write(piece)
        if chunked:
            writer.write(b"\r\n")
        await writer.drain()
    if chunked:
        writer.write(b"0\r\n\r\n")


async def _count(reader: asyncio.StreamReader, head: bytes) -> int:
    """Read the body that follows a head, and return how long it is."""
    found = _LENGTH.search(head)
    if found is not None:
        await _skip(reader, int(found[1]))
        return int(found[1])
    size = 0
    while chunk := int(await reader.readline(), 16):
        await _skip(reader, chunk)
        await reader.readline()
        size += chunk
    await reader.readline()
    return size


async def _skip(reader: asyncio.StreamReader, size: int) -> None:
    while size:
        piece = await reader.read(min(size, _LIMIT))
        if not piece:
            raise asyncio.IncompleteReadError(b"", size)
        size -= len(piece)


async def send(port: int, token: str, way: Way, size: int) -> int:
    """Send a body through the gateway, or have it sent; return how much arrived.

    Args:
        port: Of the gateway.
        token: Of the caller.
        way: Which way.
        size: How large the body is.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LIMIT)
    suffix = "/chunked" if way.chunked and not way.up else ""
    writer.write(
        f"{'PUT' if way.up else 'GET'} /v1/closed/{size}{suffix} HTTP/1.1\r\n"
        f"Host: x\r\nAuthorization: Bearer {token}\r\n".encode()
    )
    if way.up:
        await _give(writer, size, chunked=way.chunked)
    else:
        writer.write(b"\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(_STATUS_OK), head
    if way.up:
        found = _LENGTH.search(head)
        assert found is not None
        arrived = int(await reader.readexactly(int(found[1])))
    else:
        arrived = await _count(reader, head)
    writer.close()
    await writer.wait_closed()
    return arrived
