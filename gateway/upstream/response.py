"""An upstream's answer, as it is handed to whoever passes it on."""

from collections.abc import Coroutine
from typing import Any

from gateway.upstream.exchange import Exchange
from gateway.upstream.fields import Header


class UpstreamResponse:
    """Status, headers and a body that is read piece by piece.

    Attributes:
        status: From 200 to 599.
        headers: What may be passed on, names in lower case, nothing that is meant for
            one hop; with `content-length` if the body's length is known.
    """

    __slots__ = ("_exchange", "headers", "status")

    def __init__(self, exchange: Exchange) -> None:
        """Wrap an exchange whose response's head is complete."""
        self._exchange = exchange
        self.status: int = exchange.reader.status
        self.headers: list[Header] = exchange.reader.headers

    @property
    def ended(self) -> bool:
        """Whether nothing is left to read. Saves the last `read`, and a write behind."""
        return self._exchange.ended

    def read(self) -> Coroutine[Any, Any, bytes]:
        """Return, when awaited, what has come of the body since the last time; empty at its end.

        Raises:
            UpstreamError: The body is broken off; what was read is not all of it.
            UpstreamTimeoutError: The upstream has become too slow.
        """
        return self._exchange.read()

    def abort(self) -> None:
        """Close the upstream's connection, unless the response is complete."""
        self._exchange.abandon()

    async def close(self) -> None:
        """End everything that belongs to the response. To be called in any case.

        After the whole body has been read, the connection lives on for other requests;
        else it is closed.
        """
        if not self._exchange.over:
            self._exchange.abandon()
            await self._exchange.sender_stopped()
