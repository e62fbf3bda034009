"""One message as llhttp sees it: what it must refuse, and how a body ends."""

import pytest

from gateway.model.errors import UpstreamError
from gateway.upstream.message import MAX_CHUNK_OVERHEAD, Message

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def message() -> Message:
    message = Message()
    message.feed_head(HEAD)
    return message


def test_a_head_is_found_in_pieces() -> None:
    """As they come from the wire."""
    message = Message()

    for i in range(len(HEAD)):
        assert not message.head_complete
        message.feed_head(HEAD[i : i + 1])

    assert message.head_complete
    assert message.status == 200
    assert message.headers == [(b"Transfer-Encoding", b"chunked")]


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\nA: b\n\n",
        b"HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x01\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.2 200 OK\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"HTTP 200 OK\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"\x16\x03\x01\x00\x01",
        b"<html>no",
    ],
)
def test_a_head_that_is_not_strictly_one_is_refused(head: bytes) -> None:
    """RFC 9112 sections 2 to 5, without any of the leniencies they allow."""
    with pytest.raises(UpstreamError):
        Message().feed_head(head)


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"0\r\n\r\n", b""),
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (
            b"A\r\n0123456789\r\n00b\r\n0123456789A\r\n0\r\n\r\n",
            b"01234567890123456789A",
        ),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_chunks_become_a_body(
    message: Message, data: bytes, body: bytes, size: int
) -> None:
    """Wherever they are cut."""
    found = b"".join(
        message.feed_chunked(data[i : i + size]) for i in range(0, len(data), size)
    )

    assert found == body
    assert message.ended
    assert message.plain_end


@pytest.mark.parametrize(
    "data",
    [
        b"3 \r\nabc\r\n",
        b"3\nabc\n",
        b"3\r\nabcd\r\n",
        b"3\r\nab\r\n0\r\n\r\n",
        b"3\rabc\r\n",
        b"0x3\r\nabc\r\n",
        b"-3\r\nabc\r\n",
        b"+3\r\nabc\r\n",
        b"\r\n3\r\nabc\r\n",
        b"g\r\n",
        b"fffffffffffffffff\r\n",
        b"3\r\nabc\r\n0\r\nA : b\r\n\r\n",
        b"3\r\nabc\r\n0\r\nA: b\n\r\n",
    ],
)
def test_bad_chunks_are_refused(message: Message, data: bytes) -> None:
    """RFC 9112 section 7.1."""
    with pytest.raises(UpstreamError):
        message.feed_chunked(data)


@pytest.mark.parametrize(
    "tail",
    [
        b"\r\n",
        b"\n",
        b"x",
        b"\0",
        b"0\r\n\r\n",
        b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        HEAD + b"3\r\nxyz\r\n0\r\n\r\n",
        HEAD + b"0\r\n\r\n",
    ],
)
def test_what_follows_the_body_is_noticed_and_no_part_of_it(
    message: Message, tail: bytes
) -> None:
    """A second answer within the first is for somebody else's request."""
    assert message.feed_chunked(b"3\r\nabc\r\n0\r\n\r\n" + tail) == b"abc"

    assert message.ended
    assert not message.plain_end
    assert len(message.headers) == 1


@pytest.mark.parametrize("end", [b"0;x=y\r\n\r\n", b"0\r\nA: b\r\n\r\n", b"00\r\n\r\n"])
def test_an_unusual_end_is_an_end_and_noticed(message: Message, end: bytes) -> None:
    """Trailers and extensions are legal, rare, and read differently by many."""
    assert message.feed_chunked(b"3\r\nabc\r\n" + end) == b"abc"

    assert message.ended
    assert not message.plain_end


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"1;", b"x" * 100),
        (b"0\r\nA: ", b"x" * 100),
        (b"0\r\n", b"A: " + b"b" * 95 + b"\r\n"),
    ],
)
def test_endless_extensions_and_trailers_are_cut(
    message: Message, start: bytes, piece: bytes
) -> None:
    """They hold no body, so no limit of a body would ever end them."""
    message.feed_chunked(start)
    for _ in range((MAX_CHUNK_OVERHEAD - len(start)) // 100):
        message.feed_chunked(piece)

    with pytest.raises(UpstreamError, match="around the chunks"):
        message.feed_chunked(piece)


def test_many_chunks_with_a_body_are_no_overhead(message: Message) -> None:
    """What counts is how long there was no body at all."""
    for _ in range(MAX_CHUNK_OVERHEAD):
        assert message.feed_chunked(b"1\r\nx\r\n") == b"x"
