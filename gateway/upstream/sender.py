"""The body of a request, from its source onto a connection.

Reference: RFC 9112 sections 6 and 7.1 (body length, chunks).
"""

import asyncio

from gateway.model.errors import RequestError
from gateway.upstream.connection import Connection
from gateway.upstream.exchange import BodySource, Exchange

_END = b"0\r\n\r\n"


class Body:
    """A request's body, framed as its head announces it."""

    __slots__ = ("_left", "_source", "ended")

    def __init__(self, source: BodySource | None, content_length: int | None) -> None:
        """Prepare.

        Args:
            source: Where the body comes from; `None` if there is none.
            content_length: Its length; `None` if it is to be chunked.

        Raises:
            ValueError: A body is announced, and there is no source for it.
        """
        if source is None and content_length != 0:
            raise ValueError("a body without a source")
        self._source = source
        self._left = content_length
        self.ended = source is None or content_length == 0

    async def read(self) -> bytes:
        """Return the next piece with its framing; sets `ended` with the last one.

        Raises:
            RequestError: The body is longer or shorter than announced.
        """
        if self.ended or self._source is None:
            return b""
        piece = await self._source.read()
        if self._left is None:
            if piece:
                return b"%x\r\n%b\r\n" % (len(piece), piece)
            self.ended = True
            return _END
        self._left -= len(piece)
        if self._left < 0 or not piece:
            raise RequestError("the body is not as long as its Content-Length")
        self.ended = self._left == 0
        return piece

    async def gather(self, enough: int) -> bytes:
        """Return the next pieces with their framing: so many bytes, or up to the end.

        Raises:
            RequestError: The body is longer or shorter than announced.
        """
        pieces: list[bytes] = []
        size = 0
        while size < enough and not self.ended:
            pieces.append(await self.read())
            size += len(pieces[-1])
        return b"".join(pieces)


async def send_rest(connection: Connection, exchange: Exchange, body: Body) -> None:
    """Write what is left of the body, as fast as the upstream takes it.

    Raises:
        RequestError: The body is longer or shorter than announced.
        Exception: Whatever the body's source raises.
    """
    while not body.ended:
        await connection.write(exchange, await body.read())
        # Neither of the two has to wait, and the loop has others to serve; an answer
        # that makes the rest of the body needless, for one.
        await asyncio.sleep(0)
    connection.finish(exchange)
