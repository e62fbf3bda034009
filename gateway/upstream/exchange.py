"""One request and its response, between a connection and whoever reads the response.

The connection puts in what it receives, and the reader takes it out at its own speed.
"""

import asyncio
from math import inf
from typing import Protocol

from gateway.upstream.reader import ResponseReader


class BodySource(Protocol):
    """Where a request's body comes from."""

    async def read(self) -> bytes:
        """Return the next piece; empty at the end.

        Raises:
            Exception: There is neither a next piece nor an end. Reaches whoever
                forwards the request.
        """
        ...


class Line(Protocol):
    """What an exchange needs of the connection that it takes place on."""

    def resume(self) -> None:
        """Read on: what was held has been taken."""

    def abandon(self, exchange: "Exchange") -> None:
        """Close the connection if the exchange is still going on."""


class Exchange:
    """What is known of one request's way so far.

    Attributes:
        reader: Reads the response.
        sent: Whether the request has been written to its end.
        sender: The task that writes the rest of the body, if there is a rest.
        error: Why there will be no (more) response; `None` as long as there may be.
        read_at: When the upstream must have sent something, on the loop's clock.
        write_at: When the upstream must have taken something.
        total_at: When all must be over.
        held: Bytes of the response's body that nobody has taken yet.
    """

    __slots__ = ("_line", "_loop", "_pieces", "_waiter", "error", "held", "read_at",
                 "reader", "sender", "sent", "total_at", "write_at")  # fmt: skip

    def __init__(
        self,
        reader: ResponseReader,
        *,
        line: Line,
        loop: asyncio.AbstractEventLoop,
        total_at: float,
    ) -> None:
        """Begin an exchange.

        Args:
            reader: For this one response.
            line: The connection.
            loop: The running loop.
            total_at: When all must be over, on the loop's clock.
        """
        self.reader = reader
        self.sent = False
        self.sender: asyncio.Task[None] | None = None
        self.error: BaseException | None = None
        self.read_at = inf
        self.write_at = inf
        self.total_at = total_at
        self.held = 0
        self._line = line
        self._loop = loop
        self._pieces: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None

    @property
    def ended(self) -> bool:
        """Whether the whole response has been received and taken."""
        return self.reader.ended and not self._pieces

    def hold(self, piece: bytes) -> None:
        """Keep a piece of the response's body until it is taken."""
        self._pieces.append(piece)
        self.held += len(piece)

    def wake(self) -> None:
        """Let whoever waits look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Note that there will be no more of the response; the first reason counts."""
        if self.error is None and not self.reader.ended:
            self.error = error
        self.wake()

    def stop_sending(self) -> None:
        """Send no more of the request's body."""
        if self.sender is not None:
            self.sender.cancel()

    def abandon(self) -> None:
        """Give up whatever is still going on."""
        self.stop_sending()
        self._line.abandon(self)

    async def sender_stopped(self) -> None:
        """Wait until nothing more is taken from the request's body."""
        if self.sender is not None:
            await asyncio.wait([self.sender])

    @property
    def over(self) -> bool:
        """Whether there is nothing to give up: no response to come, nothing to send."""
        return self.reader.ended and self.sender is None

    async def head(self) -> None:
        """Wait for the head of the response.

        Raises:
            UpstreamError: There is none.
        """
        while not self.reader.status:
            if self.error is not None:
                raise self.error
            await self._news()

    async def read(self) -> bytes:
        """Return what has been received of the body since; empty at its end.

        Raises:
            UpstreamError: The body is broken off.
        """
        while not self._pieces:
            if self.error is not None:
                raise self.error
            if self.reader.ended:
                return b""
            await self._news()
        pieces, self._pieces = self._pieces, []
        self.held = 0
        self._line.resume()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _news(self) -> asyncio.Future[None]:
        # A future and no coroutine around it: this is waited for in every request.
        self._waiter = self._loop.create_future()
        return self._waiter
