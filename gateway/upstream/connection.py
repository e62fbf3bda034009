"""One connection to an upstream: one exchange at a time, and none after an oddity.

A protocol on the event loop instead of streams: a request costs one write, one future and
no task of its own (docs/decisions/0012-upstream-pool.md).
"""

import asyncio
from math import inf
from typing import Protocol, cast

from typing_extensions import override

from gateway.model.errors import UpstreamError, UpstreamTimeoutError
from gateway.upstream.exchange import Exchange
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.reader import ResponseReader

# From this status on, an upstream that answers early does not want the rest of the
# request's body.
_NO_SUCCESS = 300


class Keeper(Protocol):
    """Who a connection belongs to."""

    def keep(self, connection: "Connection") -> None:
        """Take the connection back for another request."""

    def drop(self, connection: "Connection") -> None:
        """Forget the connection, which is closed or about to be. Called once."""


class Connection(asyncio.Protocol):
    """A connection, idle or in the middle of an exchange.

    Attributes:
        reused: Whether it had carried a request before the present one.
        promise: For how many seconds after its last response the peer has promised to
            keep it open; `None` if it did not say.
        expires_at: Until when it may wait for a request; set by the keeper.
        retire_at: From when on it carries no further request; set by the keeper.
    """

    def __init__(
        self,
        keeper: Keeper,
        *,
        loop: asyncio.AbstractEventLoop,
        names: ResponseHeaders,
        timeouts: Timeouts,
        limits: Limits,
    ) -> None:
        """Prepare for being connected.

        Args:
            keeper: Who is told when the connection is free, and when it is gone.
            loop: The running loop.
            names: Takes response heads apart.
            timeouts: How long is waited.
            limits: How much is held.
        """
        self._keeper = keeper
        self._loop = loop
        self._names = names
        self._timeouts = timeouts
        self._limits = limits
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._paused = False
        self._blocked: asyncio.Future[None] | None = None
        self._used = False
        self._dropped = False
        self.reused = False
        self.promise: int | None = None
        self.expires_at = inf
        self.retire_at = inf

    @property
    def alive(self) -> bool:
        """Whether it can carry a request, as far as is known here."""
        return self._transport is not None and not self._transport.is_closing()

    # For whoever sends a request.

    def begin(self, payload: bytes, *, to_head: bool, total_at: float) -> Exchange:
        """Write the beginning of a request, and return its exchange.

        Args:
            payload: The head, and what there is of the body.
            to_head: Whether the request is `HEAD`.
            total_at: When the exchange must be over, on the loop's clock.
        """
        reader = ResponseReader(
            self._names, to_head=to_head, limits=self._limits.reader
        )
        exchange = Exchange(reader, line=self, loop=self._loop, total_at=total_at)
        self._exchange = exchange
        self.reused = self._used
        self._used = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(payload)
        else:
            self._break(UpstreamError("the connection was lost"))
        return exchange

    async def write(self, exchange: Exchange, data: bytes) -> None:
        """Write a piece of the body, and wait as long as the peer does not keep up."""
        if self._exchange is not exchange or self._transport is None:
            return
        self._transport.write(data)
        if self._blocked is not None:
            exchange.write_at = self._loop.time() + self._timeouts.idle
            await self._blocked
            exchange.write_at = inf

    def finish(self, exchange: Exchange) -> None:
        """Note that the request is written; now the upstream has to answer."""
        exchange.sent = True
        if exchange.reader.status:
            self._go_on(exchange)
        else:
            exchange.read_at = self._loop.time() + self._timeouts.first_byte

    def resume(self) -> None:
        """Read on after a pause: the client has taken what was held for it."""
        if self._paused:
            self._unpause()
            if self._exchange is not None:
                self._go_on(self._exchange)

    def abandon(self, exchange: Exchange) -> None:
        """Close the connection if this exchange is still going on."""
        if self._exchange is exchange:
            self._exchange = None
            self.discard()

    # For its keeper.

    def check(self, now: float) -> None:
        """End the exchange if one of its times has run out."""
        exchange = self._exchange
        if exchange is None:
            return
        if now >= exchange.total_at:
            what = "total"
        elif now >= exchange.read_at:
            what = "idle" if exchange.reader.status else "first_byte"
        elif now >= exchange.write_at:
            what = "idle"
        else:
            return
        self._break(UpstreamTimeoutError(f"timeout.{what} has run out"))

    def discard(self) -> None:
        """Close the connection at once, whatever is still to be written."""
        if not self._dropped:
            self._dropped = True
            self._keeper.drop(self)
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        """Hand what was received to the exchange."""
        exchange = self._exchange
        if exchange is None:
            # Nobody has asked for anything: an answer to the next request, perhaps.
            self.discard()
            return
        reader = exchange.reader
        try:
            piece = reader.feed(data)
        except UpstreamError as error:
            self._break(error)
            return
        if piece:
            exchange.hold(piece)
        if reader.ended:
            self._end(exchange)
        elif reader.status:
            self._go_on(exchange)
        else:
            return
        exchange.wake()

    @override
    def eof_received(self) -> None:
        """Take in that the peer sends no more; the transport then closes itself."""
        exchange = self._exchange
        if exchange is None:
            self.discard()
            return
        try:
            exchange.reader.feed_eof()
        except UpstreamError as error:
            self._break(error)
            return
        self._end(exchange)
        exchange.wake()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the exchange, if there is one, that it will not be completed."""
        self._transport = None
        self._break(UpstreamError(f"the connection was lost: {exc!r}"))

    @override
    def pause_writing(self) -> None:
        """Let the sender wait."""
        self._blocked = self._loop.create_future()

    @override
    def resume_writing(self) -> None:
        """Let the sender go on."""
        if self._blocked is not None and not self._blocked.done():
            self._blocked.set_result(None)
        self._blocked = None

    def _go_on(self, exchange: Exchange) -> None:
        """Prepare for more of the body."""
        if exchange.held > self._limits.buffer:
            if not self._paused and self._transport is not None:
                self._paused = True
                self._transport.pause_reading()
            exchange.read_at = inf
        elif exchange.sent or exchange.reader.status >= _NO_SUCCESS:
            exchange.read_at = self._loop.time() + self._timeouts.idle
        if not exchange.sent and exchange.reader.status >= _NO_SUCCESS:
            exchange.stop_sending()

    def _end(self, exchange: Exchange) -> None:
        self._exchange = None
        reader = exchange.reader
        if self._paused:
            self._unpause()
        if exchange.sent and reader.reusable and self.alive:
            self.promise = reader.keep_alive
            self._keeper.keep(self)
        else:
            exchange.stop_sending()
            self.discard()

    def _unpause(self) -> None:
        self._paused = False
        if self._transport is not None and self.alive:
            self._transport.resume_reading()

    def _break(self, error: UpstreamError) -> None:
        exchange, self._exchange = self._exchange, None
        self.discard()
        if exchange is not None:
            exchange.stop_sending()
            exchange.fail(error)
