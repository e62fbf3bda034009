"""One connection: its requests in order, its answers, its end."""

import asyncio
from dataclasses import replace

import pytest
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from gateway.endpoints.listener.limits import ListenerLimits
from tests.endpoints.listener.conftest import (
    GET,
    HEAD,
    FakeTransport,
    Wire,
    say_ok,
)

POST = b"POST /upload HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
RUBBISH = b"\x00\r\n\r\n"


def get(path: bytes) -> bytes:
    return GET.replace(b"/ ", path + b" ", 1)


class Gate:
    """An application that answers when it is let, and reads when it is told to."""

    def __init__(self, *, reads: bool = True) -> None:
        self.open = asyncio.Event()
        self.reads = reads
        self.left = False

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await self.open.wait()
        if self.reads:
            await say_ok(scope, receive, send)
        self.left = True


async def test_the_application_is_told_what_was_asked(wire: Wire) -> None:
    """ASGI 2.4; `raw_path` and `query_string` octet for octet."""
    await wire.feed(b"PUT /a%2fb%C3%A9?x=%2F&x HTTP/1.1\r\nhOsT: gw\r\nX: \xff\r\n\r\n")

    (scope,) = wire.scopes
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "server": ("192.0.2.1", 8080),
        "client": ("192.0.2.7", 4711),
        "scheme": "http",
        "method": "PUT",
        "root_path": "",
        "path": "/a/bé",
        "raw_path": b"/a%2fb%C3%A9",
        "query_string": b"x=%2F&x",
        "headers": [(b"host", b"gw"), (b"x", b"\xff")],
    }


async def test_tls_is_told_by_the_scheme(limits: ListenerLimits) -> None:
    """Nothing that the client says about it counts."""
    wire = Wire(limits, tls=True)

    await wire.feed(GET)

    assert wire.scopes[0]["scheme"] == "https"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:0:1", "::ffff:0:1"),
    ],
)
async def test_an_ipv4_client_of_an_ipv6_socket_is_shown_as_ipv4(
    wire: Wire, address: str, shown: str
) -> None:
    """A rule for 192.0.2.0/24 has to match it, and a trusted proxy as well."""
    transport = FakeTransport()
    transport.socket.getpeername = lambda: (address, 4711)  # type: ignore[method-assign]

    protocol = wire.connect(transport)

    assert protocol.client == (shown, 4711)


async def test_a_client_that_left_before_it_was_greeted(wire: Wire) -> None:
    """Its address is unknown, and no decision can be made without."""

    def left() -> tuple[str, int]:
        raise OSError("not connected")

    transport = FakeTransport()
    transport.socket.getpeername = left  # type: ignore[method-assign]

    protocol = wire.connect(transport)

    assert transport.closed
    assert protocol.reader.stopped


async def test_answers_come_in_the_order_of_requests(wire: Wire) -> None:
    """RFC 9112 section 9.3.2: one after the other, whatever takes how long."""
    wire.script = gate = Gate()

    await wire.feed(get(b"/1") + get(b"/2"), get(b"/3"))
    assert wire.targets == [b"/1"]
    assert not wire.transport.is_reading()
    gate.open.set()
    await wire.settle()

    assert wire.targets == [b"/1", b"/2", b"/3"]
    assert wire.statuses == [200, 200, 200]
    assert wire.transport.is_reading()


async def test_only_so_many_requests_wait(wire: Wire) -> None:
    """RFC 9112 section 9.3.2: the client repeats the others on another connection."""
    await wire.feed(GET * 20)

    assert wire.statuses == [200] * 5
    assert wire.transport.sent.count(b"connection: close") == 1
    assert wire.transport.half_closed


async def test_none_may_wait_at_all(limits: ListenerLimits) -> None:
    """Then the answer that is under way is the last, though its head is sent."""
    wire = Wire(replace(limits, pipelined=0))
    go_on = asyncio.Event()

    async def in_two_parts(
        _scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await send({"type": "http.response.start", "status": 204})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    wire.script = in_two_parts
    await wire.feed(GET)
    await wire.feed(GET)
    go_on.set()
    await wire.settle()

    assert wire.statuses == [204]
    assert wire.transport.half_closed


async def test_a_refusal_waits_for_the_answers_that_are_due(wire: Wire) -> None:
    """Written at once, it would be taken for the answer to another request."""
    wire.script = gate = Gate()

    await wire.feed(get(b"/1") + get(b"/2") + RUBBISH)
    assert wire.transport.sent == b""
    gate.open.set()
    await wire.settle()

    assert wire.statuses == [200, 200, 400]
    assert wire.transport.half_closed


async def test_a_broken_body_is_never_taken_for_a_whole_one(wire: Wire) -> None:
    """The application is told that the client is gone; the client, what was wrong."""
    await wire.feed(CHUNKED + b"2\r\nhe\r\n", b"xx\r\n")

    assert wire.body == b"he"
    assert wire.disconnected
    assert wire.statuses == [400]
    assert wire.transport.half_closed


async def test_a_body_that_breaks_during_the_answer_breaks_the_answer(
    wire: Wire,
) -> None:
    """A second status line would stand in the middle of a body."""

    async def starts(
        _scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await send({"type": "http.response.start", "status": 200})
        await receive()
        await receive()

    wire.script = starts

    await wire.feed(CHUNKED, b"2\r\nhe\r\n", b"xx\r\n")

    assert wire.statuses == [200]
    assert wire.transport.aborted
    assert wire.transport.socket.options


async def test_a_request_with_a_broken_body_may_still_wait(wire: Wire) -> None:
    """Its application has not been called, and is not."""
    wire.script = gate = Gate()

    await wire.feed(get(b"/1") + CHUNKED + b"xx\r\n")
    gate.open.set()
    await wire.settle()

    assert wire.targets == [b"/1"]
    assert wire.statuses == [200, 400]


async def test_a_large_body_waits_for_the_application(wire: Wire) -> None:
    """Memory is bounded by what the application takes."""
    wire.script = gate = Gate()
    head = POST.replace(b"Content-Length: 5", b"Content-Length: 200000")

    await wire.feed(head, b"x" * 100_000)
    assert not wire.transport.is_reading()
    gate.open.set()
    await wire.settle()
    assert wire.transport.is_reading()

    await wire.feed(b"x" * 100_000)
    assert wire.body == b"x" * 200_000
    assert wire.statuses == [200]


async def test_an_answer_waits_for_the_client(wire: Wire) -> None:
    """What is written and not taken is kept in memory; so no more is made of it."""
    wire.protocol.pause_writing()
    await wire.feed(GET)
    assert wire.transport.sent == b""

    wire.protocol.resume_writing()
    await wire.settle()

    assert wire.statuses == [200]


@pytest.mark.parametrize("ending", ["eof", "loss"])
async def test_every_request_learns_that_the_client_left(
    wire: Wire, ending: str
) -> None:
    """Work for nobody is not worth doing; what waits is never begun."""
    wire.script = gate = Gate()
    await wire.feed(get(b"/1") + get(b"/2"))

    if ending == "eof":
        wire.protocol.eof_received()
    else:
        wire.transport.abort()
    gate.open.set()
    await wire.settle()

    assert wire.targets == [b"/1"]
    assert gate.left
    assert wire.transport.sent == b""


async def test_a_waiting_answer_is_woken_by_the_loss(wire: Wire) -> None:
    """An application that waits for the client to take more must not wait for ever."""
    wire.protocol.pause_writing()
    await wire.feed(GET)

    wire.transport.abort()
    await wire.settle()

    assert wire.state.tasks == set()
    assert wire.state.connections == set()


async def test_a_refused_client_gets_to_see_why(wire: Wire) -> None:
    """RFC 9112 section 9.6: closed at once, it could be reset before it reads."""
    await wire.feed(RUBBISH)
    assert wire.statuses == [400]
    assert wire.transport.half_closed
    assert not wire.transport.is_closing()

    await wire.feed(b"x" * 1000, GET)
    assert wire.scopes == []

    wire.wait(wire.limits.linger.total_seconds())
    assert wire.transport.is_closing()


async def test_a_refused_client_does_not_talk_for_ever(wire: Wire) -> None:
    """What it sends is thrown away, but not without end."""
    await wire.feed(RUBBISH, b"x" * 1024 * 1024)
    assert not wire.transport.aborted

    await wire.feed(b"x")
    assert wire.transport.aborted


async def test_what_follows_the_last_request_is_nobodys(wire: Wire) -> None:
    """`Connection: close` ends the reading; too much more stops it altogether."""
    wire.script = gate = Gate()
    last = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    await wire.feed(last, b"x" * 1024 * 1024, b"x")
    assert not wire.transport.is_reading()
    gate.open.set()
    await wire.settle()

    assert wire.statuses == [200]
    assert wire.transport.half_closed
    assert wire.transport.is_reading()


async def test_tls_cannot_be_closed_by_half(limits: ListenerLimits) -> None:
    """So it is closed, with what has been written before."""
    wire = Wire(limits, tls=True)

    await wire.feed(RUBBISH)

    assert wire.statuses == [400]
    assert wire.transport.is_closing()


async def test_a_head_has_its_time(wire: Wire) -> None:
    """Slowloris: octets that come one by one gain nothing."""
    seconds = wire.limits.header_time.total_seconds()
    await wire.feed(b"GET / HT")
    await wire.feed(b"TP/1.1\r\n")

    wire.wait(seconds - 1)
    assert wire.statuses == []
    wire.wait(seconds)

    assert wire.statuses == [408]
    assert wire.scopes == []


async def test_a_body_may_not_pause_for_ever(wire: Wire) -> None:
    """Each part gains another pause; the application learns of the end."""
    seconds = wire.limits.body_idle.total_seconds()
    await wire.feed(POST, b"hel")

    wire.wait(seconds - 1)
    assert wire.statuses == []
    wire.wait(seconds)
    await wire.settle()

    assert wire.statuses == [408]
    assert wire.disconnected


async def test_a_slow_application_is_not_the_clients_fault(wire: Wire) -> None:
    """Nothing is read because nothing is taken."""
    seconds = wire.limits.body_idle.total_seconds()
    wire.script = Gate()
    head = POST.replace(b"Content-Length: 5", b"Content-Length: 200000")
    await wire.feed(head, b"x" * 100_000)

    wire.wait(seconds + 1)

    assert wire.statuses == []
    assert not wire.transport.is_closing()


@pytest.mark.parametrize("header", [b"", b"Connection: close\r\n"])
async def test_an_application_may_take_its_time(wire: Wire, header: bytes) -> None:
    """How long an upstream may take is not known here."""
    wire.script = Gate()
    await wire.feed(GET.replace(HEAD, HEAD + header))

    wire.wait(3600)
    wire.protocol.deadline = 0.0
    wire.wait(3600)

    assert not wire.transport.is_closing()


@pytest.mark.parametrize("before", [b"", b"\r\n", GET])
async def test_a_quiet_connection_is_closed(wire: Wire, before: bytes) -> None:
    """Without an answer: there was no question. Empty lines gain nothing."""
    limits = wire.limits
    patience = limits.keep_alive if before == GET else limits.header_time
    if before:
        await wire.feed(before)
    answered = wire.transport.sent

    wire.wait(patience.total_seconds() - 1)
    assert not wire.transport.is_closing()
    wire.wait(patience.total_seconds())

    assert wire.transport.is_closing()
    assert wire.transport.sent == answered


async def test_a_next_head_has_its_time_as_well(wire: Wire) -> None:
    """Whether it began before or after the last answer."""
    wire.script = gate = Gate()
    await wire.feed(GET + b"GET / HTTP")

    wire.wait(wire.limits.header_time.total_seconds())
    assert wire.statuses == []
    gate.open.set()
    await wire.settle()

    assert wire.statuses == [200, 408]


async def test_a_head_that_began_early_ends_in_time(wire: Wire) -> None:
    """The end of the last answer does not give it the time of an idle connection."""
    await wire.feed(GET + b"GET / HTTP")
    assert wire.statuses == [200]

    wire.wait(wire.limits.header_time.total_seconds() - 1)
    await wire.feed(b"/1.1\r\n" + HEAD + b"\r\n")

    assert wire.statuses == [200, 200]


async def test_a_client_that_takes_nothing_is_cut_off(wire: Wire) -> None:
    """A slow reader may keep one buffer, and not for ever."""
    seconds = wire.limits.write_idle.total_seconds()
    wire.script = Gate()
    await wire.feed(GET)
    wire.transport.unsent = 70_000
    wire.protocol.pause_writing()

    wire.wait(0)
    wire.transport.unsent = 60_000
    wire.wait(seconds)
    wire.wait(2 * seconds - 1)
    assert not wire.transport.is_closing()
    wire.wait(2 * seconds)

    assert wire.transport.aborted


async def test_taking_some_of_it_is_taking(wire: Wire) -> None:
    """The time starts anew when the buffer has been emptied."""
    seconds = wire.limits.write_idle.total_seconds()
    wire.script = Gate()
    await wire.feed(GET)
    wire.protocol.pause_writing()
    wire.wait(0)

    wire.protocol.resume_writing()
    wire.wait(seconds)

    assert not wire.transport.is_closing()


async def test_a_closing_connection_has_to_end(wire: Wire) -> None:
    """What a client never takes would keep its connection for ever."""
    wire.transport.unsent = 1000
    wire.protocol.shutdown()
    assert not wire.transport.aborted

    wire.wait(0)
    wire.wait(wire.limits.write_idle.total_seconds())

    assert wire.transport.aborted


async def test_lingering_lasts_while_the_answer_is_being_taken(wire: Wire) -> None:
    """A large refusal page over a slow line is no reason for a reset."""
    seconds = wire.limits.linger.total_seconds()
    await wire.feed(RUBBISH)
    wire.transport.unsent = 100

    wire.wait(seconds)
    assert not wire.transport.is_closing()
    wire.transport.unsent = 0
    wire.wait(2 * seconds)

    assert wire.transport.is_closing()


async def test_one_connection_too_many_is_told_so(limits: ListenerLimits) -> None:
    """And a flood of them is not."""
    wire = Wire(replace(limits, connections=2))
    others = [FakeTransport() for _ in range(103)]

    for transport in others:
        wire.connect(transport)

    assert others[0].sent == b""
    assert others[1].sent.startswith(b"HTTP/1.1 503 ")
    assert others[100].sent.startswith(b"HTTP/1.1 503 ")
    assert others[101].sent == b""
    assert others[101].closed


async def test_an_idle_connection_does_not_outlive_its_listener(wire: Wire) -> None:
    """At the start of the drain."""
    await wire.feed(GET)

    wire.protocol.shutdown()

    assert wire.transport.is_closing()


@pytest.mark.parametrize("started", [False, True])
async def test_the_last_answer_ends_the_connection(
    wire: Wire, *, started: bool
) -> None:
    """Said in its head, if that was not sent before the drain began."""
    go_on = asyncio.Event()

    async def in_two_parts(
        _scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if started:
            await send({"type": "http.response.start", "status": 204})
        await go_on.wait()
        if not started:
            await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    wire.script = in_two_parts
    await wire.feed(GET)

    wire.state.draining = True
    wire.protocol.shutdown()
    assert not wire.transport.is_closing()
    go_on.set()
    await wire.settle()

    assert wire.statuses == [204]
    assert (b"connection: close" in wire.transport.sent) is not started
    assert wire.transport.is_closing()


async def test_a_connection_that_comes_during_the_drain_is_closed(wire: Wire) -> None:
    """It was accepted by the system before the listener closed."""
    wire.state.draining = True
    transport = FakeTransport()

    wire.connect(transport)

    assert transport.closed


async def test_a_refusal_is_told_to_the_operator(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """With the client's address and without a word of the client's."""
    caplog.set_level("INFO", logger="gateway.listener")

    await wire.feed(b"GET /secret#x HTTP/1.1\r\n" + HEAD + b"\r\n")

    (entry,) = caplog.records
    assert "192.0.2.7" in entry.message
    assert "malformed_target" in entry.message
    assert "secret" not in entry.message


async def test_a_refusal_for_somebody_who_left_is_not_written(wire: Wire) -> None:
    """The transport would complain."""
    await wire.feed(b"GET / HTTP")
    wire.transport.unsent = 1
    wire.protocol.shutdown()

    wire.wait(wire.limits.header_time.total_seconds())

    assert wire.transport.sent == b""
