"""Small bodies."""

from collections.abc import Iterable

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from gateway.endpoints.small_body import read_small_body
from gateway.model.errors import OversizedRequestError


def sending(messages: Iterable[Message]) -> Receive:
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    return receive


def pieces(*parts: bytes) -> list[Message]:
    return [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]


async def test_the_pieces_are_put_together() -> None:
    """However many there are."""
    assert await read_small_body(sending(pieces(b"a", b"", b"bc"))) == b"abc"
    assert await read_small_body(sending([{"type": "http.request"}])) == b""


async def test_the_last_byte_that_fits_and_the_first_that_does_not() -> None:
    """The limit is on the whole, not on a piece."""
    assert await read_small_body(sending(pieces(b"ab", b"cd")), max_bytes=4) == b"abcd"
    with pytest.raises(OversizedRequestError):
        await read_small_body(sending(pieces(b"ab", b"cde")), max_bytes=4)


async def test_an_endless_body_is_not_read_to_its_end() -> None:
    """Memory stays bounded by the limit and one piece."""
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 1024, "more_body": True}

    with pytest.raises(OversizedRequestError):
        await read_small_body(receive, max_bytes=4096)
    assert read == 5


async def test_a_client_that_hangs_up_is_told_from_one_that_is_done() -> None:
    """Half a form must not be taken for a whole one."""
    half = {"type": "http.request", "body": b"grant_", "more_body": True}

    with pytest.raises(ClientDisconnect):
        await read_small_body(sending([half, {"type": "http.disconnect"}]))
