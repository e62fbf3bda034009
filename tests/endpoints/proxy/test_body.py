"""The body is read piece by piece, and counted."""

from collections.abc import Iterable, MutableMapping
from typing import Any

import pytest

from gateway.endpoints.proxy.body import ClientGoneError, Receive, RequestBody
from gateway.model.errors import OversizedRequestError


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
