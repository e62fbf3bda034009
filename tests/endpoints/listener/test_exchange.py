"""One request and its answer, as they stand on the wire."""

import asyncio
import logging

import pytest
from uvicorn._types import (
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPResponseStartEvent,
    HTTPScope,
)

from gateway.endpoints.listener.errors import ClientLeftError
from tests.endpoints.listener.conftest import GET, HEAD, Script, Wire

HTTP_1_0 = b"GET / HTTP/1.0\r\n" + HEAD + b"\r\n"
POST = b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\n\r\n"


def start(*headers: tuple[bytes, bytes], status: int = 200) -> HTTPResponseStartEvent:
    return {"type": "http.response.start", "status": status, "headers": headers}


def answer(
    *bodies: bytes, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None
) -> Script:
    """Return an application that sends these parts of a body, and no more."""

    async def script(
        _scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await send(start(*(headers or []), status=status))
        for number, body in enumerate(bodies, 1):
            more = number < len(bodies)
            await send({"type": "http.response.body", "body": body, "more_body": more})

    return script


def head_of(wire: Wire) -> list[bytes]:
    return wire.transport.sent.partition(b"\r\n\r\n")[0].split(b"\r\n")


def body_of(wire: Wire) -> bytes:
    return wire.transport.sent.partition(b"\r\n\r\n")[2]


async def test_a_body_of_unknown_length_is_sent_in_chunks(wire: Wire) -> None:
    """RFC 9112 section 7.1."""
    wire.script = answer(b"hello", b"", b"world!")

    await wire.feed(GET)

    assert b"transfer-encoding: chunked" in head_of(wire)
    assert body_of(wire) == b"5\r\nhello\r\n6\r\nworld!\r\n0\r\n\r\n"
    assert not wire.transport.is_closing()


async def test_a_body_of_known_length_is_sent_as_it_is(wire: Wire) -> None:
    """RFC 9112 section 6.2."""
    wire.script = answer(b"hello", b"world", headers=[(b"content-length", b"10")])

    await wire.feed(GET)

    assert body_of(wire) == b"helloworld"
    assert b"transfer-encoding: chunked" not in head_of(wire)
    assert not wire.transport.is_closing()


async def test_an_old_client_reads_until_the_end(wire: Wire) -> None:
    """RFC 9112 section 6.3: HTTP/1.0 knows no chunks."""
    wire.script = answer(b"hello", b"world")

    await wire.feed(HTTP_1_0)

    assert body_of(wire) == b"helloworld"
    assert b"connection: close" in head_of(wire)
    assert b"transfer-encoding: chunked" not in head_of(wire)
    assert wire.transport.is_closing()


@pytest.mark.parametrize("status", [204, 304])
async def test_some_answers_have_no_body(wire: Wire, status: int) -> None:
    """RFC 9110 sections 15.3.5 and 15.4.5; what is sent anyway would be read as more."""
    wire.script = answer(b"hello", status=status)

    await wire.feed(GET)

    assert body_of(wire) == b""
    assert b"transfer-encoding: chunked" not in head_of(wire)
    assert not wire.transport.is_closing()


async def test_head_is_answered_without_a_body(wire: Wire) -> None:
    """RFC 9110 section 9.3.2: the length is that of the answer to GET."""
    wire.script = answer(b"hello", headers=[(b"content-length", b"5")])

    await wire.feed(GET.replace(b"GET", b"HEAD"))

    assert b"content-length: 5" in head_of(wire)
    assert body_of(wire) == b""
    assert not wire.transport.is_closing()


async def test_the_date_is_said_once(wire: Wire) -> None:
    """RFC 9110 section 6.6.1: an upstream's own date is kept."""
    wire.script = answer(b"", headers=[(b"Date", b"then")])
    await wire.feed(GET)
    wire.script = answer(b"")
    await wire.feed(GET)

    first, second = wire.transport.sent.split(b"HTTP/1.1 200 OK")[1:]

    assert first.count(b"date: ") == 1
    assert b"date: then" in first
    assert b"date: " + wire.state.date in second


async def test_the_framing_is_not_the_applications(wire: Wire) -> None:
    """ASGI: servers ignore a Transfer-Encoding; the connection is not its business."""
    ours = [
        (b"Connection", b"keep-alive, x-secret"),
        (b"keep-alive", b"timeout=5"),
        (b"transfer-encoding", b"gzip, chunked"),
        (b"upgrade", b"h2c"),
    ]
    wire.script = answer(b"hello", headers=ours)

    await wire.feed(GET)

    head = b"\r\n".join(head_of(wire))
    assert b"connection" not in head
    assert b"keep-alive" not in head
    assert b"upgrade" not in head
    assert head.count(b"transfer-encoding") == 1
    assert not wire.transport.is_closing()


async def test_the_application_may_ask_for_the_end(wire: Wire) -> None:
    """RFC 9112 section 9.6."""
    wire.script = answer(b"", headers=[(b"connection", b"Close")])

    await wire.feed(GET)

    assert b"connection: close" in head_of(wire)
    assert wire.transport.is_closing()


@pytest.mark.parametrize(
    "header",
    [
        (b"x", b"a\r\nset-cookie: b"),
        (b"x", b"a\nb"),
        (b"x", b"a\rb"),
        (b"x", b"a\x00b"),
        (b"x", b"a\x7f"),
        (b"x y", b"a"),
        (b"x:", b"a"),
        (b"", b"a"),
        (b"x\r\n", b"a"),
        (b"content-length", b"5\r\n\r\n"),
        (b"content-length", b"+5"),
        (b"content-length", b"five"),
        (b"content-type", b"a\r\n\r\nHTTP/1.1 200 OK"),
    ],
)
async def test_no_header_makes_two_answers_of_one(
    wire: Wire, header: tuple[bytes, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """Response splitting: whatever an upstream managed to send, it ends here."""
    wire.script = answer(b"hello", headers=[header])

    await wire.feed(GET)

    assert wire.statuses == [500]
    assert "the application failed" in caplog.text


async def test_two_lengths_are_none(wire: Wire) -> None:
    """The client could believe the other one."""
    lengths = [(b"content-length", b"5"), (b"content-length", b"5")]
    wire.script = answer(b"hello", headers=lengths)

    await wire.feed(GET)

    assert wire.statuses == [500]


@pytest.mark.parametrize("status", [100, 101, 103, 199, 600, 42])
async def test_an_answer_is_a_final_one(wire: Wire, status: int) -> None:
    """101 would hand the connection over to nobody."""
    wire.script = answer(b"", status=status)

    await wire.feed(GET)

    assert wire.statuses == [500]
    assert wire.transport.is_closing()


@pytest.mark.parametrize(
    ("length", "bodies"), [(b"5", (b"hell",)), (b"5", (b"hello!",)), (b"5", (b"", b""))]
)
async def test_a_length_is_a_promise(
    wire: Wire, length: bytes, bodies: tuple[bytes, ...]
) -> None:
    """The client must not wait for more, nor take more for the next answer."""
    wire.script = answer(*bodies, headers=[(b"content-length", length)])

    await wire.feed(GET)

    assert wire.transport.aborted
    assert len(body_of(wire)) < 5


async def test_an_application_that_fails_early_is_a_500(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """With the reason in the log alone."""

    async def fails(*_: object) -> None:
        raise ValueError("a secret")

    wire.script = fails

    await wire.feed(GET)

    assert wire.statuses == [500]
    assert b"urn:gateway:server_error" in wire.transport.sent
    assert b"secret" not in wire.transport.sent
    assert "a secret" in caplog.text
    assert wire.transport.is_closing()


async def test_an_application_that_says_nothing_is_a_500(wire: Wire) -> None:
    """The client must not wait for ever."""

    async def says_nothing(*_: object) -> None:
        pass

    wire.script = says_nothing

    await wire.feed(GET)

    assert wire.statuses == [500]


@pytest.mark.parametrize("request_", [GET, HTTP_1_0])
async def test_a_broken_answer_looks_broken(wire: Wire, request_: bytes) -> None:
    """Without chunks or length, only a reset tells an end from a cut."""

    async def breaks_off(
        _scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await send(start())
        await send({"type": "http.response.body", "body": b"he", "more_body": True})

    wire.script = breaks_off

    await wire.feed(request_)

    assert not wire.transport.sent.endswith(b"0\r\n\r\n")
    assert wire.transport.aborted
    assert wire.transport.socket.options


async def test_a_cancelled_application_is_cancelled(wire: Wire) -> None:
    """At the end of the drain time; the task must not look as if it had finished."""

    async def waits(*_: object) -> None:
        await asyncio.Event().wait()

    wire.script = waits
    await wire.feed(GET)
    (task,) = wire.state.tasks

    task.cancel()
    await wire.settle()

    assert task.cancelled()
    assert wire.statuses == [500]


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": "http.response.body", "body": b"a"}],
        [start(), start()],
        [start(), {"type": "http.response.body"}, {"type": "http.response.body"}],
        [{"type": "http.response.trailers"}],
        [{"type": "websocket.accept"}],
    ],
)
async def test_messages_have_an_order(
    wire: Wire, messages: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    """ASGI 2.4: start, then body until there is no more."""

    async def disorderly(
        _scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        for message in messages:
            await send(message)  # type: ignore[arg-type]  # that is the point

    wire.script = disorderly

    await wire.feed(GET)

    assert "out of order" in caplog.text
    assert len(wire.statuses) <= 1


async def test_100_is_sent_when_the_body_is_wanted(wire: Wire) -> None:
    """RFC 9110 section 10.1.1."""
    await wire.feed(POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    assert wire.statuses == [100]

    await wire.feed(b"hello")

    assert wire.statuses == [100, 200]
    assert wire.body == b"hello"


async def test_100_is_not_sent_for_an_unwanted_body(wire: Wire) -> None:
    """The client need not send it, and the connection ends: it may send it anyway."""
    wire.script = answer(b"no", status=401, headers=[(b"content-length", b"2")])

    await wire.feed(POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))

    assert wire.statuses == [401]
    assert b"connection: close" in head_of(wire)


async def test_an_answer_before_the_body_ends_the_connection(wire: Wire) -> None:
    """Nobody can tell where the next request would begin; the answer still arrives."""
    wire.script = answer(b"no", status=413, headers=[(b"content-length", b"2")])

    await wire.feed(POST, b"hello", GET)

    assert wire.statuses == [413]
    assert b"connection: close" in head_of(wire)
    assert wire.transport.half_closed
    assert not wire.transport.is_closing()
    assert len(wire.scopes) == 1


async def test_answering_nobody_fails(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """ASGI 2.4: else an application would stream without end to a client that left."""

    async def streams(
        _scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await receive()
        await send(start())
        while True:
            await send({"type": "http.response.body", "body": b"a", "more_body": True})
            await asyncio.sleep(0)

    wire.script = streams
    await wire.feed(GET)
    assert wire.state.tasks

    wire.transport.abort()
    await wire.settle()

    assert wire.state.tasks == set()
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


async def test_the_end_of_the_client_is_an_oserror(wire: Wire) -> None:
    """ASGI 2.4 says so; frameworks look for it."""
    caught: list[BaseException] = []

    async def answers_late(
        _scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await receive()
        await receive()
        try:
            await send(start())
        except OSError as error:
            caught.append(error)

    wire.script = answers_late
    await wire.feed(GET)

    wire.protocol.eof_received()
    await wire.settle()

    assert [type(error) for error in caught] == [ClientLeftError]
    assert wire.transport.sent == b""


async def test_logging_needs_no_client(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """An application that returns after its client left did nothing wrong."""

    async def returns(
        _scope: HTTPScope, receive: ASGIReceiveCallable, _send: ASGISendCallable
    ) -> None:
        await receive()
        await receive()

    wire.script = returns
    await wire.feed(GET)

    wire.protocol.eof_received()
    await wire.settle()

    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
