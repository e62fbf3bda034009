"""The request's body on its way to the upstream, piece by piece.

Nothing is gathered: the next piece is asked for when the upstream has taken the last, so
that a slow upstream slows the client down and not us. A slow client is another matter: it
holds a connection that others wait for, so it has to keep up a pace, however small.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from gateway.model.errors import OversizedRequestError, SlowRequestError

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# What a client has to keep up: less than the slowest of telephones, and enough for a body
# that comes octet by octet to be no way of taking connections from others.
GRACE_SECONDS = 10.0
LEAST_BYTES_PER_SECOND = 4096


class ClientGoneError(Exception):
    """The client has closed the connection. Nobody is left to be answered."""


class RequestBody:
    """Reads a body from ASGI and counts it.

    Attributes:
        max_bytes: The most that is read.
        received_bytes: How much has come so far.
    """

    __slots__ = ("_done", "_grace", "_least", "_receive", "_waited", "max_bytes",
                 "received_bytes")  # fmt: skip

    def __init__(
        self,
        receive: Receive,
        *,
        max_bytes: int,
        grace: float = GRACE_SECONDS,
        least: int = LEAST_BYTES_PER_SECOND,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            receive: Of the ASGI application.
            max_bytes: The most that is read.
            grace: For how many seconds the client is waited for, however little it has
                sent. Only the time counts in which it is waited for.
            least: How many bytes it must have sent for each second of a longer wait.
        """
        self._receive = receive
        self.max_bytes = max_bytes
        self._grace = grace
        self._least = least
        self._waited = 0.0
        self._done = False
        self.received_bytes = 0

    async def read(self) -> bytes:
        """Return the next piece, `b""` at the end.

        Raises:
            OversizedRequestError: More than `max_bytes` have come.
            SlowRequestError: The client does not keep up the pace.
            ClientGoneError: The client hung up before the end.
        """
        while not self._done:
            message = await self._next()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            self._done = not message.get("more_body", False)
            piece: bytes = message.get("body", b"")
            self.received_bytes += len(piece)
            if self.received_bytes > self.max_bytes:
                raise OversizedRequestError(f"a body over {self.max_bytes} bytes")
            if piece:
                return piece
        return b""

    async def _next(self) -> MutableMapping[str, Any]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        patience = max(self._grace, self.received_bytes / self._least)
        try:
            # What is there already comes at once, also if the time is over.
            async with asyncio.timeout_at(began + patience - self._waited):
                return await self._receive()
        except TimeoutError as error:
            raise SlowRequestError(
                f"{self.received_bytes} bytes of a body in {patience:.0f} seconds"
            ) from error
        finally:
            self._waited += loop.time() - began
