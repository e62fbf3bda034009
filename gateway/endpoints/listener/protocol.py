"""One connection: its requests in order, its answers, its end.

Stands on uvicorn's protocol and takes nothing from it on trust. The order of things:
`reader` reads, an `Exchange` runs the application for each request, and this class
decides when the next one may begin and when the connection is over. After an oddity,
whatever it was, the connection is not used again.

A client that closes its sending side is taken for one that has left, as nginx and Envoy
take it: from here the two look the same, and work for nobody is not worth doing.

Reference: RFC 9112 sections 9.3.2 (pipelining) and 9.6 (closing).
"""

import asyncio
import math
from collections import deque
from typing import cast
from urllib.parse import unquote

from typing_extensions import override
from uvicorn._types import HTTPScope
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.endpoints.listener.exchange import Exchange
from gateway.endpoints.listener.reader import RequestReader
from gateway.endpoints.listener.refusal import (
    Refusal,
    too_many_connections,
    too_slow,
)
from gateway.endpoints.listener.reset import reset
from gateway.endpoints.listener.state import ListenerState

# What a refused client may still send before it is cut off.
_LINGER_BYTES = 1024 * 1024

# Connections above the limit that get an answer; a flood is not worth one.
_TOLD_OF_THE_LIMIT = 100


class StrictProtocol(HttpToolsProtocol):
    """Answers the requests of one connection, one after the other.

    Attributes:
        reader: What has been read of the requests.
        running: The exchange that is being answered.
        waiting: Those behind it, oldest first.
        latest: The exchange of the request that was read last.
        deadline: On the loop's clock, when the client will have taken too long.
    """

    server_state: ListenerState

    def __init__(self, state: ListenerState, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(state.config, state, {}, loop)
        del self.parser
        self.app = state.app
        self.logger = state.logger
        self.limits = state.limits
        self._keep_alive = state.limits.keep_alive.total_seconds()
        self.reader = RequestReader(limits=self.limits, receiver=self)
        self.running: Exchange | None = None
        self.waiting: deque[Exchange] = deque()
        self.latest: Exchange | None = None
        self.deadline = math.inf
        self._head_timed = False
        self._discarded = 0
        self._lingering = False
        self._refusal: Refusal | None = None
        self._stalled_since = math.inf
        self._unsent = 0

    # The connection's beginning and end.

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.deadline = self.loop.time() + self.limits.header_time.total_seconds()
        self.client = _plain_address(self.client)
        count = len(self.connections)
        if self.client is None or self.server_state.draining:
            # Without an address it left between `accept` and here.
            self._close(linger=False)
        elif count > self.limits.connections + _TOLD_OF_THE_LIMIT:
            self._close(linger=False)
        elif count > self.limits.connections:
            self._refuse(too_many_connections(f"{count} connections"))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)
        self._disconnect()
        self.reader.close()
        self.flow.resume_writing()
        self.server_state.connection_ended()

    @override
    def eof_received(self) -> None:
        self._disconnect()

    def _disconnect(self) -> None:
        self.reader.stop()
        self.deadline = math.inf
        for exchange in (self.running, *self.waiting, self.latest):
            if exchange is not None:
                exchange.disconnect()
        self.waiting.clear()

    @override
    def shutdown(self) -> None:
        """Close as soon as the requests that are here have been answered."""
        if self.running is None:
            self._close(linger=False)

    # Reading.

    @override
    def data_received(self, data: bytes) -> None:
        reader = self.reader
        if reader.stopped:
            self._discard(data)
            return
        try:
            reader.feed(data)
        except Refusal as refusal:
            self._refuse(refusal)
            return
        if reader.in_head:
            if not self._head_timed:
                self._head_timed = True
                self._wait(self.limits.header_time.total_seconds())
        elif reader.in_body:
            self._wait(self.limits.body_idle.total_seconds())
        elif self.running is not None:
            self.deadline = math.inf

    def _wait(self, seconds: float) -> None:
        self.deadline = self.loop.time() + seconds

    def _discard(self, data: bytes) -> None:
        self._discarded += len(data)
        if self._discarded <= _LINGER_BYTES:
            return
        if self._lingering:
            self.transport.abort()
        else:
            self.flow.pause_reading()

    def may_begin(self) -> bool:
        """Return whether one more request can be taken; if not, the latest is the last.

        The client has to send the others again, on another connection.
        """
        self._head_timed = False
        if self.running is None or len(self.waiting) < self.limits.pipelined:
            return True
        cast("Exchange", self.latest).be_last()
        self._discarded += 1
        return False

    def request_begins(self) -> None:
        """Run the application for the request, or let it wait for its turn."""
        reader = self.reader
        exchange = Exchange(
            scope=self._scope_of(reader),
            connection=self,
            expects_continue=reader.expects_continue,
            keep_alive=reader.keep_alive,
        )
        self.latest = exchange
        if self.running is None:
            self._run(exchange)
        else:
            self.flow.pause_reading()
            self.waiting.append(exchange)

    def _scope_of(self, reader: RequestReader) -> HTTPScope:
        raw_path, _, query = reader.target.partition(b"?")
        path = raw_path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": reader.version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "method": reader.method.decode("ascii"),
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": reader.headers,
        }

    def body_arrives(self, body: bytes) -> None:
        """Hand a part of the body to the exchange; stop reading if it has enough."""
        exchange = cast("Exchange", self.latest)
        exchange.body += body
        if len(exchange.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        exchange.message_event.set()

    def request_ends(self) -> None:
        """Tell the exchange that its request is whole."""
        exchange = cast("Exchange", self.latest)
        exchange.more_body = False
        exchange.message_event.set()

    # Answering.

    def _run(self, exchange: Exchange) -> None:
        self.running = exchange
        task = self.loop.create_task(exchange.run_asgi(self.app))
        self.tasks.add(task)
        task.add_done_callback(self.server_state.task_ended)

    @override
    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        done, self.running = self.running, None
        if done is None or self.transport.is_closing():
            return
        if done.closing:
            self.waiting.clear()
            self._close(linger=done.more_body or self._discarded > 0)
            return
        self.flow.resume_reading()
        if self.waiting:
            self._run(self.waiting.popleft())
        elif self._refusal is not None:
            self._answer(self._refusal)
        elif self.server_state.draining:
            self._close(linger=False)
        elif not self.reader.in_head:
            self.deadline = self.loop.time() + self._keep_alive

    def _refuse(self, refusal: Refusal) -> None:
        """Turn away what the client has sent last, after the answers that are due."""
        self.server_state.note(refusal, self.client)
        self.reader.stop()
        self.deadline = math.inf
        self._refusal = refusal
        broken = self.latest if self.reader.in_body else None
        if broken is not None and broken is self.running:
            broken.disconnect()
            self.running = None
            if broken.response_started:
                reset(self.transport)
                return
        elif broken is not None:
            # It waits for its turn, so the application knows nothing of it.
            self.waiting.pop()
        if self.running is None:
            self._answer(refusal)

    def _answer(self, refusal: Refusal) -> None:
        if not self.transport.is_closing():
            self.transport.write(refusal.as_response(self.server_state.date))
            self._close(linger=True)

    def _close(self, *, linger: bool) -> None:
        """Close after what has been written; read on for a while if there is a reason.

        A socket that is closed while octets of the client lie unread resets the
        connection, and the client may lose the answer.
        """
        self.reader.stop()
        if not linger or not self.transport.can_write_eof():
            self.transport.close()
            return
        self._lingering = True
        self._discarded = 0
        self.flow.resume_reading()
        self.transport.write_eof()
        self._wait(self.limits.linger.total_seconds())

    # Time.

    def check_time(self, now: float) -> None:
        """Cut the connection if the client has taken too long over something.

        Called for each connection, several times in the shortest of the limits; that is
        cheaper than a timer for each request.
        """
        if self.reader.stopped or self.flow.write_paused:
            self._check_writing(now)
        if now < self.deadline:
            return
        if self._lingering:
            if self.transport.get_write_buffer_size() > 0:
                # It still takes the answer; whether fast enough is seen elsewhere.
                self.deadline = now + self.limits.linger.total_seconds()
            else:
                self.transport.abort()
        elif self.reader.in_head:
            self._refuse(too_slow("the head"))
        elif self.reader.in_body and not self.flow.read_paused:
            self._refuse(too_slow("the body"))
        elif self.reader.in_body:
            # The application is the slow one.
            self.deadline = now + self.limits.body_idle.total_seconds()
        elif self.running is None:
            self._close(linger=False)

    def _check_writing(self, now: float) -> None:
        closing = self._lingering or self.transport.is_closing()
        if not closing and not self.flow.write_paused:
            self._stalled_since = math.inf
            return
        unsent = self.transport.get_write_buffer_size()
        if self._stalled_since == math.inf or unsent < self._unsent:
            self._stalled_since = now
        elif now - self._stalled_since >= self.limits.write_idle.total_seconds():
            self.server_state.note_cut(self.client)
            reset(self.transport)
        self._unsent = unsent

    @override
    def resume_writing(self) -> None:
        self._stalled_since = math.inf
        super().resume_writing()


def _plain_address(client: tuple[str, int] | None) -> tuple[str, int] | None:
    """Return an IPv4 client of an IPv6 socket as what it is, so that networks match."""
    if client is None or not client[0].startswith("::ffff:") or "." not in client[0]:
        return client
    return client[0].removeprefix("::ffff:"), client[1]
