"""One message as llhttp sees it: a strict parser and what it has found so far.

A parser is used for a single message, so that nothing of one response can reach into the
next.

Reference: RFC 9112 sections 2.2 and 7.1 (line ends, chunks).
"""

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from gateway.model.errors import UpstreamError
from gateway.upstream.fields import Header

# How a chunked body ends that has neither a trailer nor an extension of its last chunk.
_LAST_CHUNK = b"\r\n0\r\n\r\n"

# Chunk extensions and trailers may hold this much before the next byte of the body.
MAX_CHUNK_OVERHEAD = 65536


class _SecondMessageError(Exception):
    """The parser has come to a message after the one it was made for."""


class _Found:
    """What a parser has come across.

    Apart from `Message`, since the parser holds on to it: a circle would keep each of
    them until the garbage collector comes by, which costs more than all the parsing.
    """

    __slots__ = ("ended", "head_complete", "headers", "pieces")

    def __init__(self) -> None:
        self.headers: list[Header] = []
        self.pieces: list[bytes] = []
        self.head_complete = False
        self.ended = False

    def on_message_begin(self) -> None:
        """Refuse a second message."""
        if self.ended:
            raise _SecondMessageError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header line."""
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Note the end of the head."""
        self.head_complete = True

    def on_body(self, piece: bytes) -> None:
        """Keep a piece of the body."""
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        """Note the end of the message."""
        self.ended = True


class Message:
    """A parser for one response.

    Attributes:
        headers: The header lines found, trailers included.
    """

    __slots__ = ("_found", "_overhead", "_parser", "_tail", "headers")

    def __init__(self) -> None:
        self._found = _Found()
        self._parser = HttpResponseParser(self._found)
        self._overhead = 0
        # The last bytes of the body's framing; at first, of the head.
        self._tail = b"\r\n"
        self.headers = self._found.headers

    @property
    def status(self) -> int:
        """The status, once the head is complete."""
        return self._parser.get_status_code()

    @property
    def head_complete(self) -> bool:
        """Whether the head is complete."""
        return self._found.head_complete

    @property
    def ended(self) -> bool:
        """Whether the message is complete, chunks and trailers included."""
        return self._found.ended

    @property
    def plain_end(self) -> bool:
        """Whether a chunked body has ended without trailer, and nothing followed."""
        return self._tail == _LAST_CHUNK

    def feed_head(self, data: bytes) -> None:
        """Take in a piece of the head; nothing of what follows it.

        Raises:
            UpstreamError: It is no head of a response.
        """
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as error:
            # No request here asks for another protocol.
            raise UpstreamError("the upstream switches protocols") from error
        except HttpParserError as error:
            raise UpstreamError(f"no valid response: {error}") from error

    def feed_chunked(self, data: bytes) -> bytes:
        """Take in a piece of a chunked body, and return what it says.

        Raises:
            UpstreamError: It is no chunked body, or holds too much but the body.
        """
        found = self._found
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            if not found.ended:
                raise UpstreamError(f"no valid chunk: {error}") from error
            # The body is whole; `plain_end` must not be true for what follows it.
            data = b"?"
        self._tail = (self._tail + data[-len(_LAST_CHUNK) :])[-len(_LAST_CHUNK) :]
        pieces = found.pieces
        if not pieces:
            self._overhead += len(data)
            if self._overhead > MAX_CHUNK_OVERHEAD:
                raise UpstreamError("too many bytes around the chunks")
            return b""
        self._overhead = 0
        found.pieces = []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
