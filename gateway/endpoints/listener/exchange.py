"""One request and its answer, on a connection that may carry more of them.

The application's `receive` and `send`. Frames the answer, and makes sure that one which
was broken off cannot be taken for a whole one.

References: ASGI HTTP specification 2.4; RFC 9112 section 6.3 (a message's length); RFC
9110 section 6.6.1 (Date).
"""

import asyncio
import re
from typing import Protocol

from typing_extensions import override
from uvicorn._types import (
    ASGI3Application,
    ASGISendEvent,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
)
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.endpoints.listener.errors import ClientLeftError
from gateway.endpoints.listener.refusal import broken_application
from gateway.endpoints.listener.reset import reset
from gateway.endpoints.listener.state import ListenerState

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# Names that most answers have, so that they need no closer look.
_USUAL = frozenset(
    {
        b"cache-control",
        b"content-length",
        b"content-type",
        b"date",
        b"etag",
        b"last-modified",
        b"location",
        b"server",
        b"set-cookie",
        b"vary",
        b"www-authenticate",
        b"x-request-id",
    }
)
# Of one connection, and so not the application's.
_OURS = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"upgrade"})
# Controls that no head may hold (RFC 9110 section 5.5), CR and LF aside: those are counted.
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BODILESS = frozenset({204, 304})
_FIRST_FINAL = 200
_NO_HEADERS: list[tuple[bytes, bytes]] = []


class Connection(Protocol):
    """What an exchange needs of the connection that it takes place on."""

    transport: asyncio.Transport
    flow: FlowControl
    server_state: ListenerState

    def on_response_complete(self) -> None:
        """Go on to the next request, or close."""


class Exchange(RequestResponseCycle):
    """One request and its answer.

    Attributes:
        closing: The connection ends with this answer, and the client was told so.
        until_close: The answer's length is said by the connection's end, as an HTTP/1.0
            client needs it when nobody knows the length.
    """

    def __init__(
        self,
        *,
        scope: HTTPScope,
        connection: Connection,
        expects_continue: bool,
        keep_alive: bool,
    ) -> None:
        state = connection.server_state
        super().__init__(
            scope,
            connection.transport,
            connection.flow,
            state.logger,
            state.logger,
            False,  # noqa: FBT003 - positions are cheaper, and this is on the warm path
            _NO_HEADERS,
            asyncio.Event(),
            expects_continue,
            keep_alive,
            connection.on_response_complete,
        )
        self.state = state
        self.closing = False
        self.until_close = False
        self._bodiless = scope["method"] == "HEAD"

    def be_last(self) -> None:
        """End the connection with this answer, even if it has begun."""
        self.keep_alive = False
        self.closing = True

    def disconnect(self) -> None:
        """Tell the application that the client is gone."""
        if not self.response_complete:
            self.disconnected = True
        self.message_event.set()

    @override
    async def run_asgi(self, app: ASGI3Application) -> None:
        """Run the application; an answer that it does not finish is broken off."""
        try:
            await app(self.scope, self.receive, self.send)
        except Exception:
            # The last place where a failure can be told: above it is the event loop.
            # Whatever happens when the client has left follows from that.
            if not self.disconnected:
                self.logger.exception("the application failed")
            self._give_up()
        except BaseException:
            self._give_up()
            raise
        else:
            if not self.response_complete and not self.disconnected:
                self.logger.error("the application did not finish its answer")
                self._give_up()
        finally:
            # The exchange and its connection refer to each other no longer.
            del self.on_response

    def _give_up(self) -> None:
        if self.disconnected or self.response_complete:
            return
        if self.response_started:
            reset(self.transport)
            return
        self.response_started = self.response_complete = True
        self.closing = True
        self.transport.write(
            broken_application("no answer").as_response(self.state.date)
        )
        self.on_response()

    @override
    async def send(self, message: ASGISendEvent) -> None:
        """Write a part of the answer, once the client has taken enough of the last.

        Raises:
            ClientLeftError: There is nobody to take it.
            RuntimeError: The application broke the order of messages, or said a length
                and did not keep to it.
        """
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            raise ClientLeftError
        if message["type"] == "http.response.start" and not self.response_started:
            self._start(message)
        elif (
            message["type"] == "http.response.body"
            and self.response_started
            and not self.response_complete
        ):
            self._continue(message)
        else:
            raise RuntimeError(f"{message['type']} is out of order")

    def _start(self, message: HTTPResponseStartEvent) -> None:
        status = message["status"]
        if status < _FIRST_FINAL:
            raise RuntimeError("an interim response is not the application's to send")
        head = [STATUS_LINE[status]]
        dated = False
        for given, value in message.get("headers", ()):
            name = given.lower()
            if name in _OURS:
                self._heed(name, value)
                continue
            if name == b"date":
                dated = True
            elif name == b"content-length":
                self._promise(value)
            elif name not in _USUAL and _TOKEN.fullmatch(name) is None:
                raise RuntimeError("the name of an answer's header is malformed")
            head.append(name + b": " + value + b"\r\n")
        self._frame(head, status)
        if not dated:
            head.append(b"date: " + self.state.date + b"\r\n")
        head.append(b"\r\n")
        octets = b"".join(head)
        # A line end inside a value would make two headers of one, or two answers.
        lines = len(head)
        if (
            octets.count(b"\n") != lines
            or octets.count(b"\r") != lines
            or _FORBIDDEN.search(octets)
        ):
            raise RuntimeError("the value of an answer's header is malformed")
        self.response_started = True
        self.waiting_for_100_continue = False
        self.transport.write(octets)

    def _heed(self, name: bytes, value: bytes) -> None:
        # The framing is ours to choose; all that an application may ask for is an end.
        if name == b"connection" and b"close" in value.lower():
            self.keep_alive = False

    def _promise(self, value: bytes) -> None:
        if self.chunked_encoding is not None or not value.isdigit():
            raise RuntimeError("the answer's Content-Length is not one number")
        self.expected_content_length = int(value)
        self.chunked_encoding = False

    def _frame(self, head: list[bytes], status: int) -> None:
        if status in _BODILESS:
            self._bodiless = True
        if self.chunked_encoding is None:
            self.until_close = self.scope["http_version"] == "1.0"
            self.chunked_encoding = not self.until_close and not self._bodiless
            if self.chunked_encoding:
                head.append(b"transfer-encoding: chunked\r\n")
        # Answering before the body is in means that the rest of it is not wanted; and
        # nobody can tell where the next request would begin.
        self.closing = not self.keep_alive or self.more_body or self.state.draining
        if self.closing:
            head.append(b"connection: close\r\n")

    def _continue(self, message: HTTPResponseBodyEvent) -> None:
        body = message.get("body", b"")
        last = not message.get("more_body", False)
        if self._bodiless:
            self.expected_content_length = 0
        elif self.chunked_encoding:
            if body:
                self.transport.write(b"%x\r\n%b\r\n" % (len(body), body))
            if last:
                self.transport.write(b"0\r\n\r\n")
        elif body:
            if not self.until_close:
                self.expected_content_length -= len(body)
                if self.expected_content_length < 0:
                    raise RuntimeError("the answer is longer than its Content-Length")
            self.transport.write(body)
        if last:
            if self.expected_content_length:
                raise RuntimeError("the answer is shorter than its Content-Length")
            self.response_complete = True
            self.message_event.set()
            self.on_response()
