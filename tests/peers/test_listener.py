"""Over real sockets: how a listener begins and ends, and what it costs in between."""

import asyncio
import contextlib
import resource
import signal
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import uvloop
from uvicorn._types import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    Scope,
)

from gateway.endpoints.listener.errors import ListenError
from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.server import Listener
from gateway.endpoints.listener.tls import ListenerTls
from tests.endpoints.listener.certificates import pem_pair
from tests.peers.framing import FIN, FOR_EVER, Seen, chunks, get, post
from tests.peers.wire import Recorder, play

pytestmark = pytest.mark.peer

SOON = timedelta(seconds=5)
MEBIBYTE = 1024 * 1024


@contextlib.asynccontextmanager
async def listening(
    app: ASGI3Application,
    *,
    limits: ListenerLimits | None = None,
    tls: ListenerTls | None = None,
) -> AsyncIterator[Listener]:
    listener = Listener(
        app=app, host="127.0.0.1", port=0, limits=limits, tls=tls, name="test"
    )
    await listener.start()
    try:
        yield listener
    finally:
        await listener.drain(timedelta(seconds=0.2))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that nobody announces; not for ever."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


def recorder(seen: list[Seen]) -> Recorder:
    return Recorder(lambda _, one: seen.append(one))


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_two_listeners_share_a_loop(run: Callable[..., object]) -> None:
    """Public and admin; signals stay the business of whoever runs them."""

    async def story() -> None:
        before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
        public: list[Seen] = []
        admin: list[Seen] = []

        async with listening(recorder(public)) as one:
            async with listening(recorder(admin)) as other:
                assert one.port != other.port
                await play(one.port, get(b"Connection: close"), within=20)
                await play(other.port, get(b"Connection: close"), within=20)
            outcome = await play(one.port, get(b"Connection: close"), within=20)
            assert outcome.statuses == (200,)

        assert (len(public), len(admin)) == (2, 1)
        assert before == (
            signal.getsignal(signal.SIGTERM),
            signal.getsignal(signal.SIGINT),
        )

    run(story())


async def test_a_port_that_is_taken_is_told() -> None:
    """Not by the end of the process, as uvicorn would."""
    async with listening(recorder([])) as first:
        second = Listener(
            app=recorder([]), host="127.0.0.1", port=first.port, name="admin"
        )

        with pytest.raises(ListenError, match=f"admin.*{first.port}.*in use"):
            await second.start()


async def test_a_host_that_is_nobody_is_told() -> None:
    """Reserved for this by RFC 6761."""
    listener = Listener(app=recorder([]), host="nobody.invalid", port=0)

    with pytest.raises(ListenError, match=r"nobody\.invalid"):
        await listener.start()


async def test_after_a_drain_nobody_is_listening() -> None:
    """The address is free for the next process."""
    async with listening(recorder([])) as listener:
        await listener.drain(SOON)

        with pytest.raises(ConnectionRefusedError):
            await play(listener.port, get(), within=1)


async def test_requests_in_flight_outlive_the_listener() -> None:
    """And idle connections do not."""
    go_on, begun = asyncio.Event(), asyncio.Event()
    seen: list[Seen] = []
    inner = recorder(seen)

    async def app(
        scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        begun.set()
        await go_on.wait()
        await inner(scope, receive, send)

    async with listening(app) as listener:
        idle = asyncio.create_task(play(listener.port, FOR_EVER, within=20))
        busy = asyncio.create_task(play(listener.port, get(), within=20))
        await begun.wait()

        drain = asyncio.create_task(listener.drain(SOON))
        assert (await idle).closed
        go_on.set()
        outcome = await busy
        await drain

    assert outcome.statuses == (200,)
    assert outcome.closed
    assert b"connection: close" in outcome.raw


async def test_tls_works_both_ways() -> None:
    """A whole request, a refused one, and plain text on a TLS port."""
    cert, key = pem_pair()
    seen: list[Seen] = []
    context = ssl.create_default_context(cadata=cert.decode())

    async with listening(
        recorder(seen), tls=ListenerTls(cert=cert, key=key)
    ) as listener:
        for request, status in (
            (get(b"Connection: close"), 200),
            (get(target=b"*"), 400),
        ):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", listener.port, ssl=context, server_hostname="localhost"
            )
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(), 20)
            writer.close()
            await writer.wait_closed()
            assert answer.startswith(b"HTTP/1.1 %d " % status)
        plain = await play(listener.port, get(), within=20)

    assert seen == [Seen("GET", b"/")]
    assert plain.closed
    assert plain.statuses == ()


async def test_a_handshake_that_is_never_made_is_cut_off() -> None:
    """Slowloris, one layer below."""
    cert, key = pem_pair()
    limits = ListenerLimits(header_time=timedelta(seconds=0.2))

    async with listening(
        recorder([]), limits=limits, tls=ListenerTls(cert=cert, key=key)
    ) as listener:
        outcome = await play(listener.port, b"\x16\x03\x01", FOR_EVER, within=20)

    assert outcome.closed


async def test_one_connection_too_many_is_told_so() -> None:
    """The others go on."""
    limits = ListenerLimits(connections=2)
    async with listening(recorder([]), limits=limits) as listener:
        held = [
            asyncio.create_task(play(listener.port, FOR_EVER, within=20))
            for _ in range(2)
        ]
        await until(lambda: listener.connections == 2)

        refused = await play(listener.port, get(), within=20)
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        await until(lambda: listener.connections == 0)
        served = await play(listener.port, get(b"Connection: close"), within=20)

    assert refused.statuses == (503,)
    assert refused.closed
    assert served.statuses == (200,)


async def test_a_client_that_leaves_is_noticed() -> None:
    """The application is told, so that it can stop asking its upstream."""
    told, begun = asyncio.Event(), asyncio.Event()

    async def app(
        _scope: Scope, receive: ASGIReceiveCallable, _send: ASGISendCallable
    ) -> None:
        await receive()
        begun.set()
        message = await receive()
        assert message["type"] == "http.disconnect"
        told.set()

    async with listening(app) as listener:
        outcome = asyncio.create_task(play(listener.port, get(), FIN, within=20))
        await asyncio.wait_for(begun.wait(), 20)
        await asyncio.wait_for(told.wait(), 20)

        assert (await outcome).statuses == ()


async def test_an_answer_that_breaks_off_is_a_reset() -> None:
    """For a client of HTTP/1.0, an ordinary end is the end of the answer."""

    async def app(
        _scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"he", "more_body": True})
        await asyncio.sleep(0.05)

    async with listening(app) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(get(version=b"HTTP/1.0"))

        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 20)

        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def test_a_slow_reader_does_not_fill_the_memory() -> None:
    """The application waits for the client, with one buffer in between."""
    sent = 0

    async def app(
        _scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        nonlocal sent
        part = b"x" * 65536
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(16 * 1024):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            sent += len(part)

    before = _peak_kib()
    limits = ListenerLimits(write_idle=timedelta(seconds=0.5))
    async with listening(app, limits=limits) as listener:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", listener.port, limit=1024
        )
        writer.write(get())
        await reader.read(10)
        await until(lambda: listener.connections == 0)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    assert sent < 32 * MEBIBYTE
    assert _peak_kib() - before < 20 * 1024


async def test_a_large_body_is_read_as_it_is_taken() -> None:
    """64 MiB through an application that takes its time, in less than 20 MiB."""
    taken = 0

    async def app(
        _scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        nonlocal taken
        while (message := await receive())["type"] == "http.request":
            taken += len(message["body"])
            if not message["more_body"]:
                break
            await asyncio.sleep(0)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", b"0")],
            }
        )
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    before = _peak_kib()
    part = b"x" * 262_144
    total = 64 * MEBIBYTE
    head = post(b"Content-Length: %d" % total, b"Connection: close", body=b"")
    async with listening(app) as listener:
        steps = [head, *[part] * (total // len(part))]
        outcome = await play(listener.port, *steps, within=20)

    assert outcome.statuses == (200,)
    assert taken == total
    assert _peak_kib() - before < 20 * 1024


async def test_many_chunks_in_one_packet_are_one_body() -> None:
    """An octet each, as a hostile client would; whole, and in time."""
    seen: list[Seen] = []
    framed = b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n"

    async with listening(recorder(seen)) as listener:
        outcome = await play(
            listener.port, chunks(framed, b"Connection: close"), within=20
        )

    assert outcome.statuses == (200,)
    assert seen == [Seen("POST", b"/", b"x" * 50_000)]


async def test_idle_connections_cost_little() -> None:
    """Four hundred of them, and one that works all the while."""
    seen: list[Seen] = []
    before = _peak_kib()

    async with listening(recorder(seen)) as listener:
        idle = [
            await asyncio.open_connection("127.0.0.1", listener.port)
            for _ in range(400)
        ]
        outcome = await play(listener.port, get(b"Connection: close"), within=20)
        for _, writer in idle:
            writer.close()

    assert outcome.statuses == (200,)
    assert _peak_kib() - before < 40 * 1024
