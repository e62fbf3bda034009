"""A connection without a socket, and an application that does as it is told."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from typing_extensions import override
from uvicorn._types import (
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    HTTPScope,
    Scope,
)

from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.protocol import StrictProtocol
from gateway.endpoints.listener.state import ListenerState

HEAD = b"Host: gw.example\r\n"
GET = b"GET / HTTP/1.1\r\n" + HEAD + b"\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")


class FakeSocket:
    """Remembers which options were set."""

    def __init__(self) -> None:
        self.options: list[tuple[int, int, bytes]] = []

    def getpeername(self) -> tuple[str, int]:
        return ("192.0.2.7", 4711)

    def getsockname(self) -> tuple[str, int]:
        return ("192.0.2.1", 8080)

    def setsockopt(self, level: int, option: int, value: bytes) -> None:
        self.options.append((level, option, value))


class FakeTransport(asyncio.Transport):
    """What a protocol writes, and whether it closed; the client reads nothing by itself."""

    def __init__(self, *, tls: bool = False) -> None:
        super().__init__()
        self.socket = FakeSocket()
        self.tls = tls
        self.sent = b""
        self.unsent = 0
        self.closed = False
        self.aborted = False
        self.half_closed = False
        self.reading = True
        self.lost = asyncio.Event()
        self.protocol: StrictProtocol | None = None

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        known = {"socket": self.socket, "sslcontext": self if self.tls else None}
        return known.get(name, default)

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.half_closed, "written after the end"
        self.sent += bytes(data)

    @override
    def is_closing(self) -> bool:
        return self.closed

    @override
    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._lose()

    @override
    def abort(self) -> None:
        self.aborted = True
        if not self.closed:
            self.closed = True
            self._lose()

    def _lose(self) -> None:
        self.lost.set()
        if self.unsent == 0 and self.protocol is not None:
            loop = asyncio.get_running_loop()
            loop.call_soon(self.protocol.connection_lost, None)

    @override
    def can_write_eof(self) -> bool:
        return not self.tls

    @override
    def write_eof(self) -> None:
        self.half_closed = True

    @override
    def get_write_buffer_size(self) -> int:
        return self.unsent

    @override
    def is_reading(self) -> bool:
        return self.reading

    @override
    def pause_reading(self) -> None:
        self.reading = False

    @override
    def resume_reading(self) -> None:
        self.reading = True


Script = Callable[[HTTPScope, ASGIReceiveCallable, ASGISendCallable], Awaitable[None]]


async def say_ok(
    _scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
) -> None:
    """Read the whole request, then answer `ok`."""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return
        if not message["more_body"]:
            break
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"2")],
        }
    )
    await send({"type": "http.response.body", "body": b"ok", "more_body": False})


class Wire:
    """One client's connection to a listener whose application is a script.

    Attributes:
        scopes: Of the requests that reached the application.
        received: What `receive` gave it.
        script: What it does.
    """

    def __init__(self, limits: ListenerLimits, *, tls: bool = False) -> None:
        self.limits = limits
        self.scopes: list[HTTPScope] = []
        self.received: list[ASGIReceiveEvent] = []
        self.script: Script = say_ok
        self.state = ListenerState(app=self.application, limits=limits, name="test")
        self.transport = FakeTransport(tls=tls)
        self.protocol = self.connect(self.transport)

    def connect(self, transport: FakeTransport) -> StrictProtocol:
        """Return the protocol of one more connection."""
        loop = asyncio.get_running_loop()
        protocol = StrictProtocol(self.state, loop)
        transport.protocol = protocol
        protocol.connection_made(transport)
        return protocol

    async def application(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        assert scope["type"] == "http"
        self.scopes.append(scope)

        async def remembering() -> ASGIReceiveEvent:
            message = await receive()
            self.received.append(message)
            return message

        await self.script(scope, remembering, send)

    async def feed(self, *pieces: bytes) -> None:
        """Let the client send; each piece arrives by itself."""
        for piece in pieces:
            if not self.transport.closed:
                self.protocol.data_received(piece)
            await self.settle()

    async def settle(self) -> None:
        """Let everything happen that can happen without the client."""
        for _ in range(30):
            await asyncio.sleep(0)

    def wait(self, seconds: float) -> None:
        """Let so much time pass, as the connection sees it."""
        loop = asyncio.get_running_loop()
        self.protocol.check_time(loop.time() + seconds)

    @property
    def body(self) -> bytes:
        """What the application received of bodies."""
        return b"".join(
            message["body"]
            for message in self.received
            if message["type"] == "http.request"
        )

    @property
    def disconnected(self) -> bool:
        """Whether the application was told that the client is gone."""
        return any(message["type"] == "http.disconnect" for message in self.received)

    @property
    def targets(self) -> list[bytes]:
        """The paths that the application was asked for."""
        return [scope["raw_path"] for scope in self.scopes]

    @property
    def statuses(self) -> list[int]:
        """Of all answers that were written."""
        return [int(status) for status in _STATUS.findall(self.transport.sent)]


@pytest.fixture
def limits() -> ListenerLimits:
    return ListenerLimits(pipelined=4)


@pytest_asyncio.fixture(loop_scope="function")
async def wire(limits: ListenerLimits) -> AsyncIterator[Wire]:
    wire = Wire(limits)
    yield wire
    wire.transport.close()
    await wire.settle()
