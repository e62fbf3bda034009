"""A transport, an endpoint and a body that do as they are told. No sockets."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from typing_extensions import override

from gateway.model.errors import UpstreamRefusedError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class FakeTransport(asyncio.Transport):
    """Remembers what is written; blocks the writer when told to.

    Attributes:
        written: Every byte so far.
        reading: Whether the protocol wants to be given data.
        block: Whether the next write fills the buffer.
    """

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.protocol = protocol
        self.written = b""
        self.reading = True
        self.block = False
        self._closing = False

    @override
    def write(self, data: Any) -> None:
        assert not self._closing
        self.written += bytes(data)
        if self.block:
            self.block = False
            self.protocol.pause_writing()

    @override
    def is_closing(self) -> bool:
        return self._closing

    @override
    def pause_reading(self) -> None:
        assert self.reading
        assert not self._closing
        self.reading = False

    @override
    def resume_reading(self) -> None:
        assert not self.reading
        assert not self._closing
        self.reading = True

    @override
    def abort(self) -> None:
        if not self._closing:
            self.lose(None)

    def lose(self, error: Exception | None) -> None:
        """Close, and say so in the loop's next round, as a real transport does."""
        self._closing = True
        asyncio.get_running_loop().call_soon(self.protocol.connection_lost, error)

    def receive(self, data: bytes) -> None:
        """Let the upstream say something."""
        self.protocol.data_received(data)


class FakeEndpoint:
    """Connects to nothing.

    Attributes:
        transports: One for each connection made, the oldest first.
        refuse: How many of the next attempts fail.
        hang: Whether attempts never come to an end.
        dead: Whether connections are lost in the moment they are made.
    """

    def __init__(self, *, refuse: int = 0) -> None:
        self.transports: list[FakeTransport] = []
        self.attempts = 0
        self.refuse = refuse
        self.hang = False
        self.dead = False

    @property
    def last(self) -> FakeTransport:
        """The latest connection."""
        return self.transports[-1]

    @property
    def open(self) -> int:
        """How many connections are open."""
        return sum(not transport.is_closing() for transport in self.transports)

    async def connect(self, protocol: asyncio.Protocol) -> None:
        self.attempts += 1
        if self.hang:
            await asyncio.Event().wait()
        if self.refuse:
            self.refuse -= 1
            raise UpstreamRefusedError("nobody listens")
        transport = FakeTransport(protocol)
        self.transports.append(transport)
        protocol.connection_made(transport)
        if self.dead:
            transport.lose(None)


class Source:
    """A body in pieces; after the last, its end, or a failure, or nothing for ever.

    Attributes:
        taken: How many pieces have been read.
        cancelled: Whether a read was given up.
    """

    def __init__(
        self,
        pieces: Sequence[bytes],
        *,
        failure: Exception | None = None,
        stall: bool = False,
    ) -> None:
        self._pieces = list(pieces)
        self._failure = failure
        self._stall = stall
        self.taken = 0
        self.cancelled = False

    async def read(self) -> bytes:
        if self._pieces:
            self.taken += 1
            return self._pieces.pop(0)
        if self._failure is not None:
            raise self._failure
        if self._stall:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled = True
                raise
        return b""


async def settle() -> None:
    """Let everything happen that is due now."""
    for _ in range(10):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for a condition, and not for ever."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.005)
