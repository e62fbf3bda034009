"""Octets in, requests out: the strict reading of HTTP/1.1.

llhttp does the parsing. Around it stand the limits, the rules of `head`, and the places
where it is too kind for a gateway: trailers, upgrades, framing without end, and requests
behind the last one. Knows no connection, so that it can be tried with octets alone.

References: RFC 9112 sections 2.2 (parsing), 6 (body), 7.1 (chunks); RFC 9110 sections 6.5
(trailers) and 7.8 (Upgrade may be ignored).
"""

from typing import Protocol

import httptools

from gateway.endpoints.listener.head import (
    check_headers,
    check_size,
    check_target,
    check_version,
)
from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.refusal import (
    Refusal,
    malformed_request,
    oversized_head,
    oversized_target,
)

# What chunked framing may cost beyond the body: room for extensions and trailers, and
# sixteen octets for each octet of body, since a chunk may hold just one.
_OVERHEAD = 65536
_OVERHEAD_RATIO = 17

# The punctuation of a head: of the request line, and of each header.
_LINE_SLACK = 256
_HEADER_SLACK = 8


class _StopReadingError(Exception):
    """The connection's last request has been read; what follows is nobody's."""


class Receiver(Protocol):
    """Who is told of the requests."""

    def may_begin(self) -> bool:
        """Return whether one more request can be taken."""

    def request_begins(self) -> None:
        """Take the request whose head the reader has just read."""

    def body_arrives(self, body: bytes) -> None:
        """Take a part of the latest request's body."""

    def request_ends(self) -> None:
        """Know that the latest request has arrived whole."""


class RequestReader:
    """Reads the requests of one connection, one after the other.

    The attributes that describe a request are valid when the receiver is told of it.

    Attributes:
        in_head: A request has begun, and its head is not complete.
        in_body: A head is complete, and its request is not.
        stopped: The last request has been read, or something was wrong; nothing may be
            fed any more.
        method: In upper case.
        target: As it was sent, in origin form.
        version: `1.1` or `1.0`.
        headers: With lower-case names, without the blanks around values.
        expects_continue: The client waits for `100 Continue`.
        keep_alive: The client wants to use the connection again, and may.
    """

    def __init__(self, *, limits: ListenerLimits, receiver: Receiver) -> None:
        self._limits = limits
        self._receiver = receiver
        self._parser = httptools.HttpRequestParser(self)
        self.in_head = False
        self.in_body = False
        self.stopped = False
        self.method = b""
        self.target = b""
        self.version = ""
        self.headers: list[tuple[bytes, bytes]] = []
        self.expects_continue = False
        self.keep_alive = True
        self._without_upgrade = False
        self._upgrading = False
        self._begun = 0
        self._fed_bytes = 0
        self._head_bytes = 0
        self._body_bytes = 0
        self._overhead_bytes = 0

    def stop(self) -> None:
        """Read nothing any more."""
        self.stopped = True

    def close(self) -> None:
        """Stop, and let go of what refers to this reader."""
        self.stopped = True
        del self._parser, self._receiver

    def feed(self, data: bytes) -> None:
        """Read octets, and tell the receiver of what they complete.

        Raises:
            Refusal: They are no request that may pass. The reader has stopped.
        """
        was_in_body = self.in_body
        size = len(data)
        self._begun = 0
        self._body_bytes = 0
        self._fed_bytes = self._head_bytes + size
        rest = None
        try:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                rest = data[upgrade.args[0] :]
            if rest is not None:
                # Not inside `except`: that would change the context of its errors.
                self._read_again(rest)
            if self.in_head:
                self._check_head_bytes(size, was_in_body=was_in_body)
            elif self.in_body and was_in_body:
                self._check_overhead(size)
        except httptools.HttpParserError as error:
            self._end(error)
        except Refusal:
            self.stopped = True
            raise

    def _end(self, error: httptools.HttpParserError) -> None:
        """Stop; raise unless what could not be read was not wanted either."""
        wanted = not self.stopped
        self.stopped = True
        if isinstance(error, httptools.HttpParserCallbackError):
            cause = error.__context__
            if isinstance(cause, Refusal):
                raise cause from None
            if not isinstance(cause, _StopReadingError):
                raise error
        elif wanted:
            # llhttp's reasons are a closed set of sentences, with no input in them.
            raise malformed_request(str(error)) from error

    def _read_again(self, rest: bytes) -> None:
        # llhttp stops at a head with `Upgrade` and leaves the body to the new protocol.
        # There is none here, so the head is read again without it: the body then has its
        # ordinary length, and is not taken for a request.
        lines = [self.method + b" " + self.target + b" HTTP/" + self.version.encode()]
        lines += [
            name + b": " + value for name, value in self.headers if name != b"upgrade"
        ]
        self._upgrading = False
        self._without_upgrade = True
        self._parser = httptools.HttpRequestParser(self)
        self._parser.feed_data(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    def _check_head_bytes(self, received: int, *, was_in_body: bool) -> None:
        limits = self._limits
        if was_in_body or self._begun > 1:
            # Most of what was fed belongs to the requests before this one.
            self._head_bytes = 0
            return
        self._head_bytes += received
        most = limits.target_bytes + _LINE_SLACK
        most += limits.header_bytes + _HEADER_SLACK * limits.header_count
        if len(self.target) > limits.target_bytes:
            raise oversized_target("a target without end")
        if self._head_bytes > most:
            raise oversized_head("headers without end")

    def _check_overhead(self, received: int) -> None:
        overhead = received - self._body_bytes * _OVERHEAD_RATIO
        self._overhead_bytes = max(0, self._overhead_bytes + overhead)
        if self._overhead_bytes > _OVERHEAD:
            raise malformed_request("more framing than body")

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Begin another request, if one is wanted."""
        if self.stopped or not self._receiver.may_begin():
            raise _StopReadingError
        self._begun += 1
        self.in_head = True
        self.target = b""
        self.headers = []

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; drop a trailer.

        The receiver has been told of the request before the trailers come, and they must
        not change it (RFC 9110 section 6.5.1).
        """
        if self.in_head:
            # llhttp leaves the blanks before the line's end (RFC 9110 section 5.5).
            self.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        """Check the head as a whole, and tell of the request."""
        parser = self._parser
        limits = self._limits
        headers = self.headers
        self.version = version = parser.get_http_version()
        self.method = parser.get_method()
        check_version(version)
        check_target(self.target, method=self.method, limits=limits)
        if len(headers) > limits.header_count or self._fed_bytes > limits.header_bytes:
            check_size(headers, limits)
        if parser.should_upgrade():
            self._upgrading = True
            return
        self.expects_continue = check_headers(headers, version=version)
        self.keep_alive = (
            version == "1.1"
            and parser.should_keep_alive()
            and not self._without_upgrade
        )
        self.in_head = False
        self.in_body = True
        self._head_bytes = 0
        self._overhead_bytes = 0
        self._receiver.request_begins()

    def on_body(self, body: bytes) -> None:
        """Pass on a part of the body."""
        self._body_bytes += len(body)
        self._receiver.body_arrives(body)

    def on_message_complete(self) -> None:
        """Tell that the request has arrived, and whether it was the last."""
        if self._upgrading:
            return
        self.in_body = False
        if not self.keep_alive:
            self.stopped = True
        self._receiver.request_ends()
