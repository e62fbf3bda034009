"""A listener: one address, one application. Without sockets; with, see `tests/peers`."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from gateway.endpoints.listener.errors import ListenError
from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.server import Listener
from gateway.endpoints.listener.tls import ListenerTls
from tests.endpoints.listener.certificates import pem_pair
from tests.endpoints.listener.conftest import GET, FakeTransport, Script, say_ok

SOON = timedelta(seconds=5)


class FakeServer:
    """A server that listens nowhere, on port 4443."""

    def __init__(self) -> None:
        self.sockets = [self]
        self.open = True

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 4443)

    def close(self) -> None:
        self.open = False


class SocketlessLoop(asyncio.SelectorEventLoop):
    """An event loop that remembers what it was asked to listen on."""

    def __init__(self) -> None:
        super().__init__()
        self.server = FakeServer()
        self.failure: Exception | None = None
        self.asked: dict[str, Any] = {}
        self.factory: Callable[[], Any] | None = None

    @override
    async def create_server(  # type: ignore[override]  # one of its many signatures
        self, factory: Any, *place: Any, **options: Any
    ) -> Any:
        if self.failure is not None:
            raise self.failure
        self.factory = factory
        self.asked = {"place": place, **options}
        return self.server

    def connect(self) -> FakeTransport:
        """Return the transport of a client that has just connected."""
        assert self.factory is not None
        transport = FakeTransport()
        transport.protocol = self.factory()
        transport.protocol.connection_made(transport)
        return transport


def run(story: Callable[[SocketlessLoop], Coroutine[Any, Any, None]]) -> None:
    loop = SocketlessLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(story(loop))


def make(
    app: Script = say_ok,
    *,
    limits: ListenerLimits | None = None,
    tls: ListenerTls | None = None,
) -> Listener:
    return Listener(
        app=app,  # type: ignore[arg-type]  # a script knows HTTP scopes only
        host="127.0.0.1",
        port=0,
        limits=limits,
        tls=tls,
        name="test",
    )


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


def test_the_port_is_known_once_it_listens() -> None:
    """0 asks for any that is free."""

    async def story(loop: SocketlessLoop) -> None:
        listener = make()
        assert listener.port == 0

        await listener.start()

        assert listener.port == 4443
        assert loop.asked["place"] == ("127.0.0.1", 0)
        assert loop.asked["ssl"] is None
        await listener.drain(SOON)

    run(story)


def test_tls_has_its_time_too() -> None:
    """A handshake that is never finished is a slow head by another name."""

    async def story(loop: SocketlessLoop) -> None:
        cert, key = pem_pair()
        listener = make(tls=ListenerTls(cert=cert, key=key))

        await listener.start()

        assert loop.asked["ssl"] is not None
        assert loop.asked["ssl_handshake_timeout"] == 10
        await listener.drain(SOON)

    run(story)


@pytest.mark.parametrize("failure", [OSError("taken"), UnicodeError("no name")])
def test_an_address_that_cannot_be_had_is_told(failure: Exception) -> None:
    """With the listener's name and the address."""

    async def story(loop: SocketlessLoop) -> None:
        loop.failure = failure
        listener = make()

        with pytest.raises(ListenError, match=r"test: cannot listen on 127\.0\.0\.1:0"):
            await listener.start()

        await listener.drain(SOON)

    run(story)


def test_an_unusable_certificate_is_told() -> None:
    """Before anything is listened on."""

    async def story(loop: SocketlessLoop) -> None:
        listener = make(tls=ListenerTls(cert=b"", key=b""))

        with pytest.raises(ListenError):
            await listener.start()

        assert loop.factory is None

    run(story)


def test_a_listener_is_started_once() -> None:
    """The second would leave the first without an owner."""

    async def story(_loop: SocketlessLoop) -> None:
        listener = make()
        await listener.start()

        with pytest.raises(RuntimeError):
            await listener.start()

        await listener.drain(SOON)

    run(story)


def test_requests_are_answered_by_the_application() -> None:
    """And connections are counted."""

    async def story(loop: SocketlessLoop) -> None:
        listener = make()
        await listener.start()
        client = loop.connect()
        assert client.protocol is not None

        client.protocol.data_received(GET)
        await settle()

        assert client.sent.startswith(b"HTTP/1.1 200 ")
        assert listener.connections == 1
        await listener.drain(SOON)
        assert listener.connections == 0
        assert client.closed
        assert not loop.server.open

    run(story)


def test_a_drain_waits_for_requests_in_flight() -> None:
    """Those that are idle are closed at once."""

    async def story(loop: SocketlessLoop) -> None:
        go_on = asyncio.Event()

        async def app(*arguments: Any) -> None:
            await go_on.wait()
            await say_ok(*arguments)

        listener = make(app)
        await listener.start()
        idle, busy = loop.connect(), loop.connect()
        assert busy.protocol is not None
        busy.protocol.data_received(GET)
        await settle()

        drain = asyncio.create_task(listener.drain(SOON))
        await settle()
        assert idle.is_closing()
        assert not drain.done()
        go_on.set()
        await drain

        assert busy.sent.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close" in busy.sent

    run(story)


def test_a_drain_has_an_end() -> None:
    """What is not finished by then is cut, and the application is cancelled."""

    async def story(loop: SocketlessLoop) -> None:
        cancelled = asyncio.Event()

        async def app(*_: Any) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        listener = make(app)
        await listener.start()
        client = loop.connect()
        assert client.protocol is not None
        client.protocol.data_received(GET)
        await settle()

        await listener.drain(timedelta(seconds=0.01))
        await listener.drain(SOON)

        assert client.aborted
        assert cancelled.is_set()
        assert listener.connections == 0

    run(story)


def test_time_is_looked_at() -> None:
    """Often enough for the shortest of the limits."""

    async def story(loop: SocketlessLoop) -> None:
        listener = make(limits=ListenerLimits(header_time=timedelta(seconds=0.05)))
        await listener.start()
        client = loop.connect()

        async with asyncio.timeout(5):
            await client.lost.wait()

        await listener.drain(SOON)

    run(story)


def test_what_never_listened_needs_no_drain() -> None:
    """An application that failed to start cleans up all the same."""

    async def story(_loop: SocketlessLoop) -> None:
        await make().drain(SOON)

    run(story)
