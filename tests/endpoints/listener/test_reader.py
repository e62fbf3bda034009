"""Octets in, requests out."""

from itertools import pairwise

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.reader import RequestReader
from gateway.endpoints.listener.refusal import Refusal
from tests.peers.framing import (
    CASES,
    HEADER_BYTES,
    HEADER_COUNT,
    HOST,
    LIMITS,
    PIPELINED,
    SEVERAL,
    TARGET_BYTES,
    Case,
    Seen,
    chunks,
    get,
    post,
)

AS_IN_THE_TABLE = ListenerLimits(
    target_bytes=TARGET_BYTES, header_bytes=HEADER_BYTES, header_count=HEADER_COUNT
)
# Those that need no clock and no connection, and do not depend on how much comes at once.
TABLE = [
    case
    for case in CASES
    if case not in (*LIMITS, *SEVERAL)
    and not case.name.endswith(("without end", "70,000 zeros"))
]


class Ledger:
    """A receiver that writes down what it is told.

    Attributes:
        seen: The requests that arrived whole.
        begun: How many were begun.
        most: How many may be.
    """

    def __init__(self, limits: ListenerLimits = AS_IN_THE_TABLE) -> None:
        self.reader = RequestReader(limits=limits, receiver=self)
        self.seen: list[Seen] = []
        self.begun = 0
        self.most = PIPELINED
        self.headers: list[tuple[bytes, bytes]] = []
        self._body = b""

    def may_begin(self) -> bool:
        return self.begun < self.most

    def request_begins(self) -> None:
        self.begun += 1
        self._body = b""
        self.headers = self.reader.headers

    def body_arrives(self, body: bytes) -> None:
        self._body += body

    def request_ends(self) -> None:
        reader = self.reader
        self.seen.append(Seen(reader.method.decode(), reader.target, self._body))

    def read(self, *pieces: bytes) -> int:
        """Feed pieces; return the status of the refusal, or 0."""
        for piece in pieces:
            if self.reader.stopped:
                break
            try:
                self.reader.feed(piece)
            except Refusal as refusal:
                return refusal.status
        return 0


def octets(case: Case) -> bytes:
    return b"".join(step for step in case.steps if isinstance(step, bytes))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_a_request_has_one_reading_or_is_refused(case: Case) -> None:
    """The table of the peers, without a connection."""
    ledger = Ledger()

    status = ledger.read(octets(case))

    assert tuple(ledger.seen) == case.seen
    # What is only half an HTTP/0.9 request may also wait for its other half.
    assert bool(status) is not bool(case.seen) or case.name == "HTTP/0.9"


@given(case=st.sampled_from(TABLE), data=st.data())
def test_how_octets_are_packed_changes_nothing(case: Case, data: st.DataObject) -> None:
    """A reading that depends on packets is two readings."""
    whole = octets(case)
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=8))
    bounds = [0, *sorted(cuts), len(whole)]
    at_once, in_pieces = Ledger(), Ledger()

    expected = at_once.read(whole)
    status = in_pieces.read(*(whole[a:b] for a, b in pairwise(bounds)))

    assert in_pieces.seen == at_once.seen
    assert in_pieces.headers == at_once.headers
    assert bool(status) is bool(expected)


@given(st.binary(max_size=400))
@example(get() + b"\x00")
@example(chunks(b"5\r\nhello\r\n0\r\n\r\n") * 2)
def test_any_octets_are_requests_or_refused(rubbish: bytes) -> None:
    """A parser has no other end."""
    ledger = Ledger()

    ledger.read(rubbish)

    for seen in ledger.seen:
        assert seen.target.startswith(b"/")


@given(st.binary(max_size=60), st.sampled_from([b"", b"/", b"/a?", b"/%", b"//"]))
def test_a_target_arrives_octet_for_octet_or_not_at_all(
    rest: bytes, start: bytes
) -> None:
    """Oathkeeper GHSA-p224-6x5r-fjpm: what is matched has to be what is forwarded."""
    target = start + rest
    ledger = Ledger()

    ledger.read(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")

    # A space ends a target, and blanks around it are none of it.
    assert [seen.target for seen in ledger.seen] in ([], [target.strip(b" ")])


def test_a_trailer_changes_nothing() -> None:
    """RFC 9110 section 6.5.1: the request has been told of by then."""
    ledger = Ledger()

    ledger.read(chunks(b"0\r\nAuthorization: Bearer x\r\nHost: evil.example\r\n\r\n"))

    assert ledger.seen == [Seen("POST", b"/")]
    assert ledger.headers == [
        (b"host", b"gw.example"),
        (b"transfer-encoding", b"chunked"),
    ]


def test_blanks_around_a_value_are_not_of_it() -> None:
    """RFC 9110 section 5.5; the parser leaves those behind it."""
    ledger = Ledger()

    ledger.read(get(b"Authorization: \t Bearer x \t "))

    assert ledger.headers[1] == (b"authorization", b"Bearer x")


def test_an_upgrade_is_ignored_and_ends_the_connection() -> None:
    """RFC 9110 section 7.8: a server may go on in HTTP/1.1; the body stays one."""
    ledger = Ledger()
    request = post(b"Connection: upgrade", b"Upgrade: h2c", b"Content-Length: 5")

    ledger.read(request + get(target=b"/smuggled"))

    assert ledger.seen == [Seen("POST", b"/", b"hello")]
    assert (b"upgrade", b"h2c") not in ledger.headers
    assert ledger.reader.keep_alive is False
    assert ledger.reader.stopped


def test_an_upgrade_with_its_body_still_to_come() -> None:
    """The parser would take the body for the next request."""
    ledger = Ledger()
    request = post(
        b"Connection: upgrade", b"Upgrade: h2c", b"Content-Length: 5", body=b""
    )

    status = ledger.read(request, b"he", b"llo", get())

    assert status == 0
    assert ledger.seen == [Seen("POST", b"/", b"hello")]


@pytest.mark.parametrize(
    ("request_", "keeps"),
    [
        (get(), True),
        (get(b"Connection: close"), False),
        (get(b"Connection: keep-alive, close"), False),
        (get(version=b"HTTP/1.0"), False),
        (get(b"Connection: keep-alive", version=b"HTTP/1.0"), False),
    ],
)
def test_who_keeps_the_connection(request_: bytes, *, keeps: bool) -> None:
    """RFC 9112 section 9.3; HTTP/1.0 had several ways, so it gets none."""
    ledger = Ledger()

    ledger.read(request_ + get())

    assert len(ledger.seen) == (2 if keeps else 1)
    assert ledger.reader.stopped is not keeps


def test_the_receiver_says_when_it_has_enough() -> None:
    """What comes after is not an error; it is not read."""
    ledger = Ledger()
    ledger.most = 2

    status = ledger.read(get() * 5)

    assert status == 0
    assert len(ledger.seen) == 2
    assert ledger.reader.stopped


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"GET /", b"a" * 5000, b"a" * 5000], 414),
        ([b"GET / HTTP/1.1\r\nX: ", *[b"x" * 10_000] * 3], 431),
        ([b"GET / HTTP/1.1\r\n", *[b"X: y\r\n" * 2000] * 3], 431),
    ],
)
def test_a_head_without_end_is_cut_off(pieces: list[bytes], expected: int) -> None:
    """The parser would keep it all until it is complete."""
    ledger = Ledger()

    assert ledger.read(*pieces) == expected


def test_what_came_before_a_head_is_not_counted_as_its_size() -> None:
    """A client may send the end of one request and the start of the next together."""
    ledger = Ledger()
    large = post(b"Content-Length: 60000", body=b"x" * 60_000)

    status = ledger.read(large[:20_000], large[20_000:] + get()[:10], get()[10:])
    status |= ledger.read(large + get()[:10], get()[10:])

    assert status == 0
    assert len(ledger.seen) == 4


@pytest.mark.parametrize(
    ("chunk", "status"),
    [
        (b"1\r\nx\r\n" * 20_000, 0),
        (b"1;" + b"e" * 8 + b"\r\nx\r\n", 0),
        (b"1;" + b"e" * 80_000 + b"\r\nx\r\n", 400),
        (b"0" * 80_000, 400),
    ],
)
def test_framing_may_not_outweigh_the_body(chunk: bytes, status: int) -> None:
    """A chunk of one octet is allowed; an extension without end is not."""
    ledger = Ledger()

    assert ledger.read(chunks(b""), chunk) == status


def test_a_fault_of_ours_is_no_refusal() -> None:
    """It must be seen, not answered as if the client had made it."""
    ledger = Ledger()
    ledger.request_ends = None  # type: ignore[assignment,method-assign]  # a broken receiver

    with pytest.raises(httptools.HttpParserCallbackError):
        ledger.reader.feed(get())


def test_a_stopped_reader_lets_go() -> None:
    """A connection's memory must not wait for the garbage collector."""
    ledger = Ledger()

    ledger.reader.close()

    assert ledger.reader.stopped
    assert not hasattr(ledger.reader, "_parser")
    assert not hasattr(ledger.reader, "_receiver")
