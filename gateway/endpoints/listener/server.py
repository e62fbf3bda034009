"""A listener: one address, one ASGI application.

Several of them live in one event loop. Signals, the application's life and everything
about its requests are the business of whoever builds the listener.
"""

import asyncio
import logging
import ssl
from datetime import timedelta
from functools import partial

from uvicorn._types import ASGI3Application

from gateway.endpoints.listener.errors import ListenError
from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.protocol import StrictProtocol
from gateway.endpoints.listener.reset import reset
from gateway.endpoints.listener.state import ListenerState
from gateway.endpoints.listener.tls import ListenerTls, server_context

_BACKLOG = 2048
# Connections are looked at this often, or four times in the shortest limit.
_LONGEST_TICK = 1.0
_SHORTEST_TICK = 0.02
# For connections that were cut to be gone.
_CUT_TIME = 1.0


class Listener:
    """Serves an ASGI application on one address.

    Usage: `await start()`, and `await drain(...)` once at the end.
    """

    def __init__(
        self,
        *,
        app: ASGI3Application,
        host: str,
        port: int,
        limits: ListenerLimits | None = None,
        tls: ListenerTls | None = None,
        name: str = "public",
    ) -> None:
        """Prepare to listen.

        Args:
            app: The application. It gets no lifespan events.
            host: An address, or a name that has some.
            port: 0 for any that is free.
            limits: What one connection is allowed.
            tls: The certificate to show; without it, plain HTTP.
            name: What the logs call it.
        """
        self._host = host
        self._port = port
        self._tls = tls
        self._name = name
        self._state = ListenerState(
            app=app, limits=limits or ListenerLimits(), name=name
        )
        self._server: asyncio.Server | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._logger = logging.getLogger("gateway.listener")

    @property
    def port(self) -> int:
        """The port that is listened on; after `start`, never 0."""
        return self._port

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._state.connections)

    async def start(self) -> None:
        """Listen.

        Raises:
            ListenError: The address cannot be listened on, or the certificate is unusable.
        """
        if self._server is not None:
            raise RuntimeError("a listener is started once")
        context = server_context(self._tls) if self._tls else None
        loop = asyncio.get_running_loop()
        try:
            self._server = await self._listen(loop, context)
        except (OSError, UnicodeError) as error:
            raise ListenError(
                f"{self._name}: cannot listen on {self._host}:{self._port}: {error}"
            ) from error
        self._port = self._server.sockets[0].getsockname()[1]
        self._look(loop, self._tick_length())
        self._logger.info("%s listens on %s:%d", self._name, self._host, self._port)

    async def _listen(
        self, loop: asyncio.AbstractEventLoop, context: ssl.SSLContext | None
    ) -> asyncio.Server:
        handshake = self._state.limits.header_time.total_seconds()
        return await loop.create_server(
            partial(StrictProtocol, self._state, loop),
            self._host,
            self._port,
            ssl=context,
            backlog=_BACKLOG,
            ssl_handshake_timeout=handshake if context else None,
            ssl_shutdown_timeout=_CUT_TIME if context else None,
        )

    def _tick_length(self) -> float:
        limits = self._state.limits
        shortest = min(
            limits.header_time,
            limits.body_idle,
            limits.keep_alive,
            limits.write_idle,
            limits.linger,
        )
        return max(_SHORTEST_TICK, min(_LONGEST_TICK, shortest.total_seconds() / 4))

    def _look(self, loop: asyncio.AbstractEventLoop, length: float) -> None:
        self._state.tell_time()
        now = loop.time()
        for connection in self._connections():
            connection.check_time(now)
        self._tick = loop.call_later(length, self._look, loop, length)

    async def drain(self, within: timedelta) -> None:
        """Stop accepting, let requests in flight finish, then cut what is left.

        Idle connections are closed at once; the others are told with their next answer.

        Args:
            within: How long requests may take to finish.
        """
        if self._server is None or self._tick is None:
            return
        self._server.close()
        self._state.draining = True
        for connection in self._connections():
            connection.shutdown()
        if not await self._state.wait_until_quiet(within.total_seconds()):
            await self._cut()
        self._tick.cancel()
        self._server = None

    def _connections(self) -> list[StrictProtocol]:
        # A copy: what is done to a connection may end it.
        return [
            connection
            for connection in self._state.connections
            if isinstance(connection, StrictProtocol)
        ]

    async def _cut(self) -> None:
        self._logger.warning(
            "%s cuts %d connections and %d requests at the end of its drain time",
            self._name,
            len(self._state.connections),
            len(self._state.tasks),
        )
        for connection in self._connections():
            reset(connection.transport)
        for task in list(self._state.tasks):
            task.cancel()
        await self._state.wait_until_quiet(_CUT_TIME)
