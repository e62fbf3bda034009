"""One connection: octets in, requests out, as strictly as HTTP/1.1 allows.

Stands on uvicorn's protocol over llhttp and takes nothing from it on trust: a request
reaches the application with its target byte for byte as it was sent, exactly one valid
Host and one way to read its length, or the client is refused. After an oddity, whatever
it was, the connection is not used again.

A client that closes its sending side is taken for one that has left, as nginx and Envoy
do: from here the two look the same, and work for nobody is not worth doing.

References: RFC 9112 sections 2.2 (robustness is refused), 6.1 (CL and TE), 7.8 of RFC
9110 (Upgrade may be ignored), 9.3 (pipelining), 9.6 (closing).
"""

import asyncio
import math
from typing import cast
from urllib.parse import unquote

import httptools
import uvicorn
from typing_extensions import override
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.endpoints.listener.exchange import Exchange
from gateway.endpoints.listener.head import (
    check_headers,
    check_size,
    check_target,
    check_version,
)
from gateway.endpoints.listener.refusal import (
    Refusal,
    malformed_request,
    oversized_head,
    oversized_target,
    too_many_connections,
    too_slow,
)
from gateway.endpoints.listener.state import ListenerState

# What chunked framing may cost beyond the body: room for extensions and trailers, and
# sixteen octets for each octet of body, since a chunk may hold just one.
_CHUNK_OVERHEAD = 65536
_CHUNK_OVERHEAD_RATIO = 17

# What a refused client may still send before it is cut off.
_LINGER_BYTES = 1024 * 1024

# Connections above the limit that get an answer; a flood is not worth one.
_TOLD_OF_THE_LIMIT = 100

# Punctuation of a head: request line, header separators, final line.
_HEAD_SLACK = 256
_HEADER_SLACK = 8


class _StopReadingError(Exception):
    """The connection's last request has been read; what follows is nobody's."""


class StrictProtocol(HttpToolsProtocol):
    """Reads the requests of one connection and runs the application for each.

    Attributes:
        deadline: On the loop's clock, when the client will have taken too long.
        running: The exchange that is being answered.
    """

    server_state: ListenerState

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ListenerState,
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {}, _loop)
        self.app = server_state.app
        self.logger = server_state.logger
        self.limits = server_state.limits
        self._new_parser()
        self.deadline = math.inf
        self.running: Exchange | None = None
        self.latest: Exchange | None = None
        self.headers = []
        self.url = b""
        self._in_head = False
        self._head_bytes = 0
        self._head_timed = False
        self._fed_bytes = 0
        self._body_bytes = 0
        self._overhead = 0
        self._upgrading = False
        self._last_request = False
        self._deaf = False
        self._discarded = 0
        self._lingering = False
        self._refusal: Refusal | None = None
        self._stalled_since = math.inf
        self._unsent = 0

    def _new_parser(self) -> None:
        # A fresh one, without the leniency that uvicorn gives to its own.
        self.parser = httptools.HttpRequestParser(self)

    # The connection's life.

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.deadline = self.loop.time() + self.limits.header_time.total_seconds()
        if self.client is None:
            # It left between `accept` and here; an address is needed for everything.
            self._deaf = True
            self.transport.abort()
        elif self.server_state.draining:
            self._deaf = True
            self.transport.close()
        elif len(self.connections) > self.limits.connections + _TOLD_OF_THE_LIMIT:
            self._deaf = True
            self.transport.abort()
        elif len(self.connections) > self.limits.connections:
            self._refuse(too_many_connections(f"{len(self.connections)} connections"))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)
        self.deadline = math.inf
        self._deaf = True
        self._disconnect()
        if self.flow is not None:
            self.flow.resume_writing()
        self.transport.close()
        self.parser = None  # type: ignore[assignment]  # as uvicorn does, to end a circle
        self.server_state.connection_ended()

    @override
    def eof_received(self) -> None:
        self._deaf = True
        self._disconnect()

    def _disconnect(self) -> None:
        self.pipeline.clear()
        for exchange in (self.running, self.latest):
            if exchange is not None:
                exchange.disconnect()

    # Octets.

    @override
    def data_received(self, data: bytes) -> None:
        if self._deaf:
            self._discard(data)
            return
        reading_body = not self._in_head and self._awaits_body()
        self._fed_bytes = self._head_bytes + len(data)
        self._body_bytes = 0
        rest = self._parse(data)
        if rest is not None:
            self._parse(self._head_without_upgrade() + rest)
        if not self._deaf:
            self._check_progress(len(data), reading_body=reading_body)

    def _parse(self, data: bytes) -> bytes | None:
        """Feed the parser; return what follows a head that asks for an upgrade."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            self._parsing_failed(error)
        return None

    def _check_progress(self, received: int, *, reading_body: bool) -> None:
        limits = self.limits
        if self._in_head:
            self._head_bytes += received
            most = limits.target_bytes + limits.header_bytes + _HEAD_SLACK
            if len(self.url) > limits.target_bytes:
                self._refuse(oversized_target("a target without end"))
            elif self._head_bytes > most + _HEADER_SLACK * limits.header_count:
                self._refuse(oversized_head("headers without end"))
            elif not self._head_timed:
                self._head_timed = True
                self.deadline = self.loop.time() + limits.header_time.total_seconds()
        elif self._awaits_body():
            self.deadline = self.loop.time() + limits.body_idle.total_seconds()
            if reading_body:
                overhead = received - self._body_bytes * _CHUNK_OVERHEAD_RATIO
                self._overhead = max(0, self._overhead + overhead)
                if self._overhead > _CHUNK_OVERHEAD:
                    self._refuse(malformed_request("more framing than body"))
        elif self.running is not None:
            self.deadline = math.inf

    def _awaits_body(self) -> bool:
        return self.latest is not None and self.latest.more_body

    def _discard(self, data: bytes) -> None:
        self._discarded += len(data)
        if self._discarded <= _LINGER_BYTES:
            return
        if self._lingering:
            self.transport.abort()
        else:
            self.flow.pause_reading()

    def _parsing_failed(self, error: httptools.HttpParserError) -> None:
        cause = error.__context__
        if isinstance(cause, _StopReadingError):
            return
        if isinstance(cause, Refusal):
            self._refuse(cause)
        elif isinstance(error, httptools.HttpParserCallbackError):
            self.logger.error("a request could not be read", exc_info=error)
            self._refuse(malformed_request("the listener failed"))
        else:
            # llhttp's reasons are a closed set of sentences without input in them.
            self._refuse(malformed_request(str(error)))

    def _head_without_upgrade(self) -> bytes:
        # llhttp stops at a head with `Upgrade` and leaves the body to the new protocol.
        # There is none here, so the head is read again without it: the body then has its
        # ordinary length, and nothing behind it is taken for a request.
        version = self.parser.get_http_version().encode("ascii")
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + version]
        lines += [
            name + b": " + value for name, value in self.headers if name != b"upgrade"
        ]
        self._upgrading = False
        self._last_request = True
        self._new_parser()
        return b"\r\n".join(lines) + b"\r\n\r\n"

    # What the parser tells.

    @override
    def on_message_begin(self) -> None:
        if self._deaf:
            raise _StopReadingError
        self.url = b""
        self.headers = []
        self._in_head = True
        self._head_timed = False
        if len(self.pipeline) >= self.limits.pipelined:
            # The client has to send the others again, elsewhere (RFC 9112 section 9.3.2).
            self._end_with_latest()
            raise _StopReadingError

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes after the head is a trailer. The application has been told of the
        # request already, and a trailer must not change it (RFC 9110 section 6.5.1).
        if self._in_head:
            # llhttp leaves the blanks before the line's end (RFC 9110 section 5.5).
            self.headers.append((name.lower(), value.rstrip(b" \t")))

    @override
    def on_headers_complete(self) -> None:
        parser = self.parser
        version = parser.get_http_version()
        check_version(version)
        method = parser.get_method()
        check_target(self.url, method=method, limits=self.limits)
        headers = self.headers
        if (
            len(headers) > self.limits.header_count
            or self._fed_bytes > self.limits.header_bytes
        ):
            check_size(headers, self.limits)
        if parser.should_upgrade() and not self._last_request:
            self._upgrading = True
            return
        expects_continue = check_headers(headers, version=version)
        self._in_head = False
        self._head_bytes = 0
        self._overhead = 0
        keep_alive = (
            version == "1.1" and parser.should_keep_alive() and not self._last_request
        )
        exchange = Exchange(
            scope=self._scope(version, method),
            connection=self,
            expects_continue=expects_continue,
            keep_alive=keep_alive,
        )
        self.cycle = self.latest = exchange
        if self.running is None:
            self._run(exchange)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))

    def _scope(self, version: str, method: bytes) -> HTTPScope:
        raw_path, _, query = self.url.partition(b"?")
        path = raw_path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "method": method.decode("ascii"),
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self.headers,
        }

    @override
    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        if self._upgrading:
            return
        exchange = self.latest
        if exchange is None or exchange.response_complete:
            return
        exchange.more_body = False
        exchange.message_event.set()
        if not exchange.keep_alive:
            self._deaf = True

    def _end_with_latest(self) -> None:
        self._in_head = False
        self._deaf = True
        if self.latest is not None:
            self.latest.keep_alive = False

    # Answers.

    def _run(self, exchange: Exchange) -> None:
        self.running = exchange
        task = self.loop.create_task(exchange.run_asgi(self.app))
        self.tasks.add(task)
        task.add_done_callback(self.server_state.task_ended)

    @override
    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        done, self.running = self.running, None
        if self.transport.is_closing() or done is None:
            return
        if done.closing:
            self._deaf = True
            self.pipeline.clear()
            self._close(linger=done.more_body or self._discarded > 0)
            return
        self.flow.resume_reading()
        if self.pipeline:
            exchange, _ = self.pipeline.pop()
            self._run(cast("Exchange", exchange))
        elif self._refusal is not None:
            self._answer(self._refusal)
        elif self.server_state.draining:
            self._close(linger=False)
        elif not self._in_head:
            self.deadline = self.loop.time() + self.limits.keep_alive.total_seconds()

    def _refuse(self, refusal: Refusal) -> None:
        if self._refusal is not None:
            return
        self.server_state.note(refusal, self.client)
        self._refusal = refusal
        self._deaf = True
        self.deadline = math.inf
        broken = self.latest if not self._in_head and self._awaits_body() else None
        if broken is not None and broken is not self.running:
            # It waits in the queue, so the application knows nothing of it yet.
            self.pipeline.popleft()
        elif broken is not None:
            broken.disconnect()
            self.running = None
            if broken.response_started:
                self.transport.abort()
                return
        if self.running is None:
            self._answer(refusal)

    def _answer(self, refusal: Refusal) -> None:
        self.transport.write(refusal.as_response(self.server_state.date))
        self._close(linger=True)

    def _close(self, *, linger: bool) -> None:
        """Close after what has been written; read on for a while if there is a reason.

        A socket that is closed while octets of the client lie unread resets the
        connection, and the client may lose the answer.
        """
        if not linger or not self.transport.can_write_eof():
            self.transport.close()
            return
        self._lingering = True
        self._discarded = 0
        self.flow.resume_reading()
        self.transport.write_eof()
        self.deadline = self.loop.time() + self.limits.linger.total_seconds()

    # Time.

    def check_time(self, now: float) -> None:
        """Cut the connection if the client has taken too long over something.

        Called for each connection several times in the shortest of the limits; cheaper
        than a timer for each request.
        """
        self._check_writing(now)
        if now < self.deadline:
            return
        if self._lingering and self.transport.get_write_buffer_size() > 0:
            self.deadline = now + self.limits.linger.total_seconds()
        elif self._lingering:
            self.transport.abort()
        elif self._in_head:
            self._refuse(too_slow("the head"))
        elif self._awaits_body():
            if self.flow.read_paused:
                # The application is the slow one.
                self.deadline = now + self.limits.body_idle.total_seconds()
            else:
                self._refuse(too_slow("the body"))
        elif self.running is None:
            self.transport.close()
        else:
            self.deadline = math.inf

    def _check_writing(self, now: float) -> None:
        closing = self._lingering or self.transport.is_closing()
        if not closing and not self.flow.write_paused:
            self._stalled_since = math.inf
            return
        unsent = self.transport.get_write_buffer_size()
        if self._stalled_since == math.inf or unsent < self._unsent:
            self._stalled_since = now
        elif now - self._stalled_since >= self.limits.write_idle.total_seconds():
            self.logger.info("cut %s: it takes no answer", self.client)
            self.transport.abort()
        self._unsent = unsent

    @override
    def resume_writing(self) -> None:
        self._stalled_since = math.inf
        super().resume_writing()

    @override
    def shutdown(self) -> None:
        """Close when the requests that are here have been answered."""
        if self.running is None:
            self._deaf = True
            self.transport.close()
