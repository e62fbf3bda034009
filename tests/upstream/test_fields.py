"""What a response's header fields say about its body, and what is passed on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.errors import UpstreamError
from gateway.upstream.fields import Header, ResponseHeaders


@pytest.fixture
def names() -> ResponseHeaders:
    return ResponseHeaders()


def test_fields_are_passed_on_in_their_order_with_names_in_lower_case(
    names: ResponseHeaders,
) -> None:
    """As ASGI wants them; doubled ones stay doubled, or cookies would be lost."""
    fields = names.read(
        [(b"Server", b"x"), (b"Set-Cookie", b"a=1"), (b"SET-COOKIE", b"b=2")]
    )

    assert fields.headers == [
        (b"server", b"x"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
    ]
    assert (fields.content_length, fields.chunked, fields.close) == (None, False, False)


@pytest.mark.parametrize(
    "name",
    [
        b"Connection",
        b"Keep-Alive",
        b"Proxy-Authenticate",
        b"Proxy-Authentication-Info",
        b"Proxy-Connection",
        b"TE",
        b"Trailer",
        b"Upgrade",
    ],
)
def test_what_is_for_one_hop_is_not_passed_on(
    names: ResponseHeaders, name: bytes
) -> None:
    """RFC 9110 section 7.6.1."""
    for spelling in (name, name.lower(), name.upper(), name):
        assert not names.read([(spelling, b"x")]).headers


def test_an_upstream_gives_no_request_id(names: ResponseHeaders) -> None:
    """The gateway's own is in the logs, and is what the caller is told."""
    assert not names.read([(b"X-Request-Id", b"theirs")]).headers


def test_what_connection_nominates_is_not_passed_on(names: ResponseHeaders) -> None:
    """But the length is not the upstream's to take away."""
    fields = names.read(
        [
            (b"Connection", b"X-Hop ,\tETag, close, Content-Length"),
            (b"x-hop", b"1"),
            (b"ETag", b"2"),
            (b"Content-Length", b"3"),
            (b"Vary", b"4"),
        ]
    )

    assert sorted(fields.headers) == [(b"content-length", b"3"), (b"vary", b"4")]
    assert fields.close
    assert fields.content_length == 3


@pytest.mark.parametrize(
    ("value", "close"),
    [
        (b"close", True),
        (b"Close", True),
        (b"keep-alive", False),
        (b"Keep-Alive", False),
        (b"x, CLOSE", True),
        (b"closed", False),
    ],
)
def test_close_is_a_word_of_connection(
    names: ResponseHeaders, value: bytes, *, close: bool
) -> None:
    """RFC 9112 section 9.6: in any case, among others."""
    assert names.read([(b"Connection", value)]).close == close


def test_close_in_one_of_two_lines_is_close(names: ResponseHeaders) -> None:
    """RFC 9110 section 5.3: two lines are one list."""
    raw = [(b"Connection", b"close"), (b"Connection", b"keep-alive")]

    assert names.read(raw).close
    assert names.read(raw[::-1]).close


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"timeout=5", 5),
        (b"timeout=5, max=100", 5),
        (b"max=3,timeout=60", 60),
        (b"max=3", None),
        (b"timeout=x", None),
        (b"xtimeout=5", None),
        (b"timeout=99999999", None),
    ],
)
def test_a_promise_to_stay_is_read(
    names: ResponseHeaders, value: bytes, seconds: int | None
) -> None:
    """Node says so, and closes on the second."""
    assert names.read([(b"Keep-Alive", value)]).keep_alive == seconds


def test_a_length_is_read_and_passed_on(names: ResponseHeaders) -> None:
    """The client needs it as much as we do."""
    fields = names.read([(b"Content-Length", b"12 ")])

    assert fields.content_length == 12
    assert fields.headers == [(b"content-length", b"12")]


@pytest.mark.parametrize(
    "raw",
    [
        [(b"Content-Length", b"")],
        [(b"Content-Length", b"+1")],
        [(b"Content-Length", b"-1")],
        [(b"Content-Length", b"0x1")],
        [(b"Content-Length", b"1,1")],
        [(b"Content-Length", b"1 1")],
        [(b"Content-Length", "१".encode())],
        [(b"Content-Length", b"1" * 19)],
        [(b"Content-Length", b"1"), (b"content-length", b"1")],
        [(b"Content-Length", b"1"), (b"content-length", b"2")],
        [(b"Transfer-Encoding", b"gzip")],
        [(b"Transfer-Encoding", b"gzip, chunked")],
        [(b"Transfer-Encoding", b"chunked, chunked")],
        [(b"Transfer-Encoding", b"xchunked")],
        [(b"Transfer-Encoding", b"identity")],
        [(b"Transfer-Encoding", b"")],
        [(b"Transfer-Encoding", b"chunked"), (b"transfer-encoding", b"chunked")],
        [(b"Transfer-Encoding", b"chunked"), (b"Content-Length", b"1")],
        [(b"Content-Length", b"1"), (b"Transfer-Encoding", b"chunked")],
    ],
)
def test_what_two_readers_could_frame_differently_is_a_failure(
    names: ResponseHeaders, raw: list[Header]
) -> None:
    """RFC 9112 section 6.3: the ground that smuggling grows on."""
    with pytest.raises(UpstreamError):
        names.read(raw)


def test_chunked_is_read_in_any_case_and_not_passed_on(names: ResponseHeaders) -> None:
    """It is for this hop; the server in front frames the body anew."""
    fields = names.read([(b"Transfer-Encoding", b"Chunked")])

    assert fields.chunked
    assert not fields.headers


def test_only_so_many_names_are_remembered(names: ResponseHeaders) -> None:
    """An upstream that makes up names must not fill the memory."""
    for i in range(3000):
        assert names.read([(b"X-%d" % i, b"")]).headers == [(b"x-%d" % i, b"")]
    names.read([(b"X" * 5000, b"")])

    assert len(names._remembered) <= 1024
    assert max(map(len, names._remembered)) <= 64


_NAMES = st.sampled_from(
    [b"Connection", b"Content-Length", b"Transfer-Encoding", b"Keep-Alive", b"Vary"]
)


@given(st.lists(st.tuples(_NAMES, st.binary(max_size=12)), max_size=5))
def test_whatever_comes_in_only_an_upstream_error_comes_out(raw: list[Header]) -> None:
    """A parser of hostile input has one way to fail."""
    try:
        fields = ResponseHeaders().read(raw)
    except UpstreamError:
        return

    assert not (fields.chunked and fields.content_length is not None)
