"""A response, read from bytes as they come in. Knows no socket and no clock.

The head goes through a strict parser; how the body ends is decided here, from the head that
was read. Whatever two readers could understand in two ways is a failure, and whatever is
merely odd makes the connection unfit for another request.

References: RFC 9112 sections 6.3 and 9.3 (body length, persistence), RFC 9110 sections
8.6, 15.2 and 15.4.5 (length, 1xx, 304).
"""

from dataclasses import dataclass

from gateway.model.errors import UpstreamError
from gateway.upstream.fields import Header, ResponseFields, ResponseHeaders
from gateway.upstream.message import Message

_END = b"\r\n\r\n"
_HTTP_1_1 = b"HTTP/1.1 "
_HTTP_1_0 = b"HTTP/1.0 "

# More 1xx responses than any server has a reason to send before its answer.
_MAX_INTERIM = 8

_OK = 200
_NO_CONTENT = 204
_NOT_MODIFIED = 304
_LAST_STATUS = 599
_FIRST_STATUS = 100


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """How much of a head is read.

    Attributes:
        head_bytes: Longest head, status line included.
        head_count: Most header lines.
    """

    head_bytes: int = 65536
    head_count: int = 256


class ResponseReader:
    """Reads one response.

    Attributes:
        status: The final status once the head is complete; before that 0.
        headers: What may be passed on of the headers.
        ended: Whether the response is complete.
        reusable: Whether the connection may carry another request after this response.
            False until the response has ended.
        keep_alive: For how many seconds the peer promises to keep the connection open;
            `None` if it does not say.
        untouched: Whether not one byte has been received.
    """

    __slots__ = (
        "_chunked", "_fed", "_interim", "_left", "_limits", "_message", "_names",
        "_persistent", "_start", "_tail", "_to_head", "ended", "headers", "keep_alive",
        "reusable", "status", "untouched",
    )  # fmt: skip

    def __init__(
        self, names: ResponseHeaders, *, to_head: bool, limits: ReaderLimits
    ) -> None:
        """Prepare for one response.

        Args:
            names: Takes the head's fields apart.
            to_head: Whether the request was `HEAD`, so that no body follows.
            limits: How much of a head is read.
        """
        self._names = names
        self._to_head = to_head
        self._limits = limits
        self._interim = 0
        self._persistent = False
        # The parser of the head goes on with a chunked body.
        self._message = Message()
        self._chunked = False
        # Bytes that the body still has; `None` if nobody has said.
        self._left: int | None = None
        # Of the head: how many bytes there were, the first of them, and the last.
        self._fed = 0
        self._start = b""
        self._tail = b""
        self.status = 0
        self.headers: list[Header] = []
        self.ended = False
        self.reusable = False
        self.keep_alive: int | None = None
        self.untouched = True

    def feed(self, data: bytes) -> bytes:
        """Take in what was received, and return what of it belongs to the body.

        Bytes after the end of the response are dropped, and make the connection unfit
        for another request.

        Raises:
            UpstreamError: It is no valid response, or a part of it is too large. The
                reader is of no use afterwards.
        """
        self.untouched = False
        if not self.status:
            data = self._feed_head(data)
        if not data:
            return b""
        if self.ended:
            self.reusable = False
            return b""
        if self._chunked:
            return self._feed_chunked(data)
        if self._left is not None:
            return self._feed_counted(self._left, data)
        return data

    def feed_eof(self) -> None:
        """Take in that the peer has closed its side.

        Raises:
            UpstreamError: The response is not complete.
        """
        self.reusable = False
        if self.ended:
            return
        if not self.status:
            raise UpstreamError("the connection ended before the response")
        if self._chunked or self._left is not None:
            raise UpstreamError("the connection ended within the body")
        self.ended = True

    def _feed_head(self, data: bytes) -> bytes:
        """Return what follows the head; nothing as long as the head is not complete."""
        while data:
            seen = self._tail + data
            end = seen.find(_END)
            if end < 0:
                self._parse_head(data)
                self._tail = seen[1 - len(_END) :]
                break
            size = end + len(_END) - len(self._tail)
            message = self._parse_head(data[:size])
            if not message.head_complete:
                raise UpstreamError("the response begins with an empty line")
            data = data[size:]
            status = message.status
            if status >= _OK:
                self._begin_body(message, status)
                return data
            self._skip_interim(status)
        return b""

    def _parse_head(self, data: bytes) -> Message:
        message = self._message
        self._fed += len(data)
        if self._fed > self._limits.head_bytes:
            raise UpstreamError(f"a head of over {self._limits.head_bytes} bytes")
        if len(self._start) < len(_HTTP_1_1):
            self._start = (self._start + data)[: len(_HTTP_1_1)]
        message.feed_head(data)
        if len(message.headers) > self._limits.head_count:
            raise UpstreamError(f"over {self._limits.head_count} header lines")
        return message

    def _skip_interim(self, status: int) -> None:
        # RFC 9110 section 15.2: any number of them may come. 101 is no such answer, and
        # has been refused by the parser.
        if status < _FIRST_STATUS:
            raise UpstreamError(f"an answer of status {status}")
        self._interim += 1
        if self._interim > _MAX_INTERIM:
            raise UpstreamError(f"over {_MAX_INTERIM} answers of status 1xx")
        self._message = Message()
        self._fed = 0
        self._start = b""
        self._tail = b""

    def _begin_body(self, message: Message, status: int) -> None:
        if status > _LAST_STATUS:
            raise UpstreamError(f"an answer of status {status}")
        if self._start not in {_HTTP_1_1, _HTTP_1_0}:
            raise UpstreamError("an answer in another version of HTTP")
        fields = self._names.read(message.headers)
        self._persistent = self._start == _HTTP_1_1 and not fields.close
        self._frame(status, fields)
        self.headers = fields.headers
        self.keep_alive = fields.keep_alive
        self.status = status

    def _frame(self, status: int, fields: ResponseFields) -> None:
        """Find out how the body ends (RFC 9112 section 6.3)."""
        if self._to_head or status in {_NO_CONTENT, _NOT_MODIFIED}:
            if status == _NO_CONTENT and (fields.chunked or fields.content_length):
                # Some would read a body here. Nothing that follows can be trusted.
                self._persistent = False
            if status == _NO_CONTENT:
                fields.headers = without_length(fields.headers)
            self._end()
        elif fields.chunked:
            if self._start == _HTTP_1_0:
                raise UpstreamError("chunks in HTTP/1.0")
            self._chunked = True
        else:
            self._left = fields.content_length
            if self._left is None:
                self._persistent = False
            elif self._left == 0:
                self._end()

    def _feed_counted(self, left: int, data: bytes) -> bytes:
        self._left = left - len(data)
        if self._left > 0:
            return data
        self._end()
        if self._left < 0:
            self.reusable = False
            return data[:left]
        return data

    def _feed_chunked(self, data: bytes) -> bytes:
        message = self._message
        body = message.feed_chunked(data)
        if message.ended:
            self._end()
            self.reusable = self.reusable and message.plain_end
        return body

    def _end(self) -> None:
        self.ended = True
        self.reusable = self._persistent


def without_length(headers: list[Header]) -> list[Header]:
    """Return the headers without `content-length`."""
    return [header for header in headers if header[0] != b"content-length"]
