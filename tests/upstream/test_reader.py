"""Responses read from bytes: heads, how bodies end, and what is left of a connection."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.errors import UpstreamError
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.reader import ReaderLimits, ResponseReader

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"


def reader(
    *, to_head: bool = False, limits: ReaderLimits | None = None
) -> ResponseReader:
    """Return a reader that has seen nothing."""
    return ResponseReader(
        ResponseHeaders(), to_head=to_head, limits=limits or ReaderLimits()
    )


def read(subject: ResponseReader, data: bytes, size: int = 0) -> bytes:
    """Feed the data, in pieces of a size if one is given, and return the body."""
    step = size or max(len(data), 1)
    return b"".join(subject.feed(data[i : i + step]) for i in range(0, len(data), step))


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (COUNTED + b"abc", b"abc"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b""),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (CHUNKED + b"0\r\n\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + COUNTED + b"abc", b"abc"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 8 + COUNTED + b"abc", b"abc"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", b""),
    ],
)
@pytest.mark.parametrize("size", [0, 1, 2, 7])
def test_a_whole_response_leaves_the_connection_usable(
    data: bytes, body: bytes, size: int
) -> None:
    """Wherever the bytes are cut on their way."""
    subject = reader()

    assert read(subject, data, size) == body

    assert subject.ended
    assert subject.reusable


@pytest.mark.parametrize(
    "data", [COUNTED, CHUNKED, b"HTTP/1.1 200 OK\r\n\r\n"], ids=lambda d: d[17:30]
)
def test_an_answer_to_head_has_no_body(data: bytes) -> None:
    """RFC 9110 section 9.3.2: whatever its fields say of one; they are passed on."""
    subject = reader(to_head=True)

    assert read(subject, data) == b""

    assert subject.ended
    assert subject.reusable
    assert (b"content-length", b"3") in subject.headers or data != COUNTED


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (COUNTED + b"abc!", b"abc"),
        (COUNTED + b"abc\r\n", b"abc"),
        (COUNTED + b"abc" + COUNTED + b"xyz", b"abc"),
        (CHUNKED + b"0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (CHUNKED + b"0\r\nTrailer: x\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\nx", b""),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\n\r\nabc", b""),
        (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
            b"abc",
        ),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (
            b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
            b"abc",
        ),
    ],
)
def test_an_oddity_ends_the_connections_life_but_not_the_response(
    data: bytes, body: bytes
) -> None:
    """What follows could be read as the answer to somebody else's request."""
    subject = reader()

    assert read(subject, data) == body

    assert subject.ended
    assert not subject.reusable


def test_bytes_after_an_answer_to_head_end_the_connections_life() -> None:
    """A server that sends the body after all."""
    subject = reader(to_head=True)

    assert read(subject, COUNTED + b"abc") == b""

    assert subject.ended
    assert not subject.reusable


def test_bytes_that_come_later_end_it_too() -> None:
    """As long as the exchange still has the connection."""
    subject = reader()
    read(subject, COUNTED + b"abc")

    assert read(subject, b"x") == b""
    assert not subject.reusable


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 099 Odd\r\n\r\n",
        b"HTTP/1.1 600 Odd\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/0.9 200 OK\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 9,
        CHUNKED + b"z\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 257 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 65536 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 65536,
        b"HTTP/1.1 200 " + b"O" * 65536,
    ],
    ids=lambda data: data[:40],
)
@pytest.mark.parametrize("size", [0, 1, 1000])
def test_what_is_no_proper_response_is_a_failure(data: bytes, size: int) -> None:
    """In one piece or in many."""
    subject = reader()

    with pytest.raises(UpstreamError):
        read(subject, data, size)

    assert not subject.reusable


def test_the_last_head_that_fits_passes() -> None:
    """The pair to the limits above."""
    line = b"HTTP/1.1 200 OK\r\n"
    many = line + b"A: b\r\n" * 255 + b"Content-Length: 0\r\n\r\n"
    filler = 65536 - len(line) - len(b"Content-Length: 0\r\nA: \r\n\r\n")
    long = line + b"Content-Length: 0\r\nA: " + b"b" * filler + b"\r\n\r\n"

    for data in (many, long):
        subject = reader()
        read(subject, data)
        assert subject.reusable


def test_the_limits_are_those_that_are_given() -> None:
    """Not constants somewhere below."""
    with pytest.raises(UpstreamError, match="over 20 bytes"):
        read(reader(limits=ReaderLimits(head_bytes=20)), COUNTED)
    with pytest.raises(UpstreamError, match="over 0 header lines"):
        read(reader(limits=ReaderLimits(head_count=0)), COUNTED)


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    """RFC 9112 section 6.3, the last case; nothing can follow it."""
    subject = reader()

    body = read(subject, b"HTTP/1.1 200 OK\r\n\r\nabc", 1)
    before = subject.ended
    subject.feed_eof()

    assert body == b"abc"
    assert not before
    assert subject.ended
    assert not subject.reusable


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nConte",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        COUNTED,
        COUNTED + b"ab",
        CHUNKED,
        CHUNKED + b"3\r\nabc\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\n",
    ],
)
def test_an_end_too_early_is_a_failure(data: bytes) -> None:
    """RFC 9112 section 8: an incomplete message is never taken for a whole one."""
    subject = reader()
    read(subject, data)

    with pytest.raises(UpstreamError):
        subject.feed_eof()

    assert not subject.ended


def test_an_end_after_the_response_is_none_of_its_business() -> None:
    """But the connection is gone."""
    subject = reader()
    read(subject, COUNTED + b"abc")

    subject.feed_eof()

    assert subject.ended
    assert not subject.reusable


def test_a_reader_knows_whether_anything_came() -> None:
    """Only then may a request be repeated."""
    subject = reader()
    before = subject.untouched

    subject.feed(b"H")

    assert before
    assert not subject.untouched


def test_a_promise_to_stay_is_handed_on() -> None:
    """For whoever keeps the connection."""
    subject = reader()

    read(
        subject,
        b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n",
    )

    assert subject.keep_alive == 5


def test_a_204_carries_no_length() -> None:
    """RFC 9110 section 8.6: it must not, and a server in front would stumble over it."""
    subject = reader()

    read(subject, b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nA: b\r\n\r\n")

    assert subject.headers == [(b"a", b"b")]
    assert subject.reusable


@given(st.binary(max_size=200), st.integers(1, 50))
def test_whatever_comes_in_only_an_upstream_error_comes_out(
    data: bytes, size: int
) -> None:
    """A parser of hostile input has one way to fail."""
    for start in (b"", b"HTTP/1.1 200 OK\r\n", CHUNKED, COUNTED):
        for to_head in (False, True):
            subject = reader(to_head=to_head)
            with contextlib.suppress(UpstreamError):
                read(subject, start + data, size)
                subject.feed_eof()


@given(
    st.sampled_from([COUNTED + b"abc", CHUNKED + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"]),
    st.lists(st.integers(1, 30), max_size=30),
)
def test_where_the_bytes_are_cut_makes_no_difference(
    data: bytes, cuts: list[int]
) -> None:
    """The network cuts as it likes."""
    subject = reader()
    body, rest = b"", data
    for cut in [*cuts, len(data)]:
        if rest:
            body += subject.feed(rest[:cut])
        rest = rest[cut:]

    assert body == b"abc"
    assert subject.ended
    assert subject.reusable
