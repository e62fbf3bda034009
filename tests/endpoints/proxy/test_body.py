"""The body is read piece by piece, and counted."""

import asyncio
from collections.abc import Iterable, MutableMapping
from typing import Any

import pytest

from gateway.endpoints.proxy.body import ClientGoneError, Receive, RequestBody
from gateway.model.errors import OversizedRequestError, SlowRequestError


def _receiving(messages: Iterable[MutableMapping[str, Any]]) -> Receive:
    queue = iter(messages)

    async def receive() -> MutableMapping[str, Any]:
        return next(queue)

    return receive


def _piece(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_pieces_come_in_order_and_then_nothing() -> None:
    """Empty messages, which servers send, are no end."""
    body = RequestBody(
        _receiving(
            [_piece(b"a", more=True), _piece(b"", more=True), _piece(b"b", more=False)]
        ),
        max_bytes=2,
    )

    assert [await body.read() for _ in range(4)] == [b"a", b"b", b"", b""]
    assert body.received_bytes == 2


async def test_one_byte_over_the_limit_is_refused() -> None:
    """`max_bytes` pass, one more does not, whatever Content-Length said."""
    body = RequestBody(
        _receiving([_piece(b"abc", more=True), _piece(b"d", more=False)]), max_bytes=3
    )

    assert await body.read() == b"abc"
    with pytest.raises(OversizedRequestError):
        await body.read()


async def test_a_client_that_hangs_up_is_told_apart_from_an_end() -> None:
    """Else the upstream would take half a body for a whole one."""
    body = RequestBody(
        _receiving([_piece(b"a", more=True), {"type": "http.disconnect"}]), max_bytes=9
    )

    await body.read()
    with pytest.raises(ClientGoneError):
        await body.read()


def _arriving(pieces: Iterable[tuple[float, bytes]]) -> Receive:
    """Return a client that sends these, each so many seconds after it is waited for."""
    queue = iter(pieces)

    async def receive() -> MutableMapping[str, Any]:
        seconds, body = next(queue)
        await asyncio.sleep(seconds)
        return _piece(body, more=True)

    return receive


async def _read_all(body: RequestBody) -> None:
    while await body.read():
        pass


async def test_a_client_that_sends_nothing_is_waited_for_as_long_as_the_grace() -> None:
    """Whoever forwards the body may hold something that others wait for."""
    body = RequestBody(_arriving([(60, b"a")]), max_bytes=9, grace=0.05)

    async with asyncio.timeout(5):
        with pytest.raises(SlowRequestError, match="0 bytes"):
            await body.read()


async def test_a_client_that_drips_is_waited_for_no_longer() -> None:
    """The waits are added up, however short each of them is."""
    drops = [(0.02, b"a")] * 10_000
    body = RequestBody(_arriving(drops), max_bytes=10_000, grace=0.1)

    async with asyncio.timeout(5):
        with pytest.raises(SlowRequestError):
            await _read_all(body)
    assert 0 < body.received_bytes <= 6


async def test_a_client_that_keeps_up_the_pace_may_take_its_time() -> None:
    """Ten times as long as the grace, if it sends enough meanwhile."""
    pieces = [(0.01, bytes(1000))] * 20
    body = RequestBody(_arriving(pieces), max_bytes=20_000, grace=0.02, least=1000)

    async with asyncio.timeout(60):
        for _ in range(20):
            await body.read()


async def test_only_the_time_counts_in_which_the_client_is_waited_for() -> None:
    """A slow upstream is not the client's fault."""
    body = RequestBody(_arriving([(0, b"a")] * 4), max_bytes=9, grace=0.05)

    for _ in range(4):
        assert await body.read() == b"a"
        await asyncio.sleep(0.04)


async def test_what_is_there_is_taken_also_after_the_grace() -> None:
    """It has arrived; nothing was waited for."""
    body = RequestBody(
        _receiving([_piece(b"a", more=True), _piece(b"b", more=False)]),
        max_bytes=9,
        grace=0,
    )

    assert [await body.read() for _ in range(3)] == [b"a", b"b", b""]
