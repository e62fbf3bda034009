"""The request's body on its way to the upstream, piece by piece.

Nothing is gathered: the next piece is asked for when the upstream has taken the last, so
that a slow upstream slows the client down and not us.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from gateway.model.errors import OversizedRequestError

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGoneError(Exception):
    """The client has closed the connection. Nobody is left to be answered."""


class RequestBody:
    """Reads a body from ASGI and counts it.

    Attributes:
        max_bytes: The most that is read.
        received_bytes: How much has come so far.
    """

    __slots__ = ("_done", "_receive", "max_bytes", "received_bytes")

    def __init__(self, receive: Receive, *, max_bytes: int) -> None:
        self._receive = receive
        self.max_bytes = max_bytes
        self._done = False
        self.received_bytes = 0

    async def read(self) -> bytes:
        """Return the next piece, `b""` at the end.

        Raises:
            OversizedRequestError: More than `max_bytes` have come.
            ClientGoneError: The client hung up before the end.
        """
        while not self._done:
            message = await self._receive()
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
