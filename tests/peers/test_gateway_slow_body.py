"""Clients that send a body octet by octet take no connection from anybody."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.liar import Talk, lying
from tests.peers.running_gateway import FEED, Site, serving

pytestmark = pytest.mark.peer

CLIENTS = 20
# The gateway's grace is ten seconds; on a busy machine, somewhat more.
SECONDS = 25


async def _drip(port: int) -> bytes:
    """Send a body without end, an octet a second; return the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET {FEED} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 100000"
    writer.write(head.encode() + b"\r\n\r\n")
    answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
    while not answer.done():
        writer.write(b"x")
        await asyncio.wait([answer], timeout=1)
    writer.close()
    return await answer


async def test_a_body_that_drips_takes_no_connection_and_ends(tmp_path: Path) -> None:
    """408, and the service has never heard of it."""

    async def behaviour(talk: Talk) -> None:
        await talk.serve()

    async with lying(behaviour) as upstream:
        with serving(Site(tmp_path / "site", upstream=upstream.port)) as gateway:
            async with asyncio.timeout(SECONDS):
                drips = [_drip(gateway.site.port) for _ in range(CLIENTS)]
                answers = await asyncio.gather(*drips)

    assert [answer[:13] for answer in answers] == [b"HTTP/1.1 408 "] * CLIENTS
    assert upstream.requests == 0
