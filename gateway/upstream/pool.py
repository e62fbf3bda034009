"""The connections to one target.

Those that are free are taken in the order of a stack: what was used last is least likely to
have been closed by the peer, and under less load the surplus ages and goes.
"""

import asyncio
from collections import deque
from typing import Protocol

from gateway.model.errors import (
    UpstreamBusyError,
    UpstreamRefusedError,
    UpstreamTimeoutError,
)
from gateway.upstream.connection import Connection
from gateway.upstream.fields import ResponseHeaders
from gateway.upstream.limits import Limits, Timeouts

# How much earlier than the peer has announced a connection is closed.
_MARGIN = 1.0


class Endpoint(Protocol):
    """Where a pool's connections lead."""

    async def connect(self, protocol: asyncio.Protocol) -> None:
        """Connect the protocol.

        Raises:
            UpstreamRefusedError: It cannot be connected.
        """
        ...


class Pool:
    """Opens, lends and keeps the connections to one target."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        loop: asyncio.AbstractEventLoop,
        names: ResponseHeaders,
        timeouts: Timeouts,
        limits: Limits,
    ) -> None:
        """Start without connections.

        Args:
            endpoint: Where to connect to.
            loop: The running loop.
            names: Takes response heads apart.
            timeouts: How long is waited.
            limits: How many connections there may be.
        """
        self._endpoint = endpoint
        self._loop = loop
        self._names = names
        self._timeouts = timeouts
        self._limits = limits
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        # Connections that there are or that are being made.
        self._slots = 0
        # Each gets a connection, or `None` for a slot in which to make one.
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._retired = False

    @property
    def load(self) -> int:
        """How many requests are in flight, or wait to be."""
        return self._slots - len(self._idle) + len(self._waiting)

    @property
    def empty(self) -> bool:
        """Whether there is nothing that has to be looked after."""
        return not self._slots

    def take(self) -> Connection | None:
        """Return a connection that is free, if there is one."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if connection.alive and connection.expires_at > self._loop.time():
                self._busy.add(connection)
                return connection
            connection.discard()
        return None

    async def acquire(self, *, fresh: bool = False) -> Connection:
        """Return a connection for one request.

        Args:
            fresh: Make a new one, even if there are free ones.

        Raises:
            UpstreamBusyError: All are taken, and none became free in time.
            UpstreamRefusedError: No connection can be made.
            UpstreamTimeoutError: No connection was made in time.
        """
        while True:
            connection = None if fresh else self.take()
            if connection is None:
                connection = await self._make()
            if connection.alive:
                return connection

    async def _make(self) -> Connection:
        """Return a new connection, or one that becomes free before there may be one."""
        if self._slots >= self._limits.connections and self._idle:
            self._idle[0].discard()
        if self._slots < self._limits.connections:
            self._slots += 1
            return await self._connect()
        return await self._wait() or await self._connect()

    def keep(self, connection: Connection) -> None:
        """Lend the connection to who waits longest, or put it on the stack."""
        self._busy.discard(connection)
        now = self._loop.time()
        if self._retired or now >= connection.retire_at:
            connection.discard()
            return
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                self._busy.add(connection)
                future.set_result(connection)
                return
        seconds = self._limits.keep_alive
        if connection.promise is not None:
            seconds = min(seconds, connection.promise - _MARGIN)
        connection.expires_at = now + seconds
        self._idle.append(connection)

    def drop(self, connection: Connection) -> None:
        """Forget a connection that is closed; who waits longest may make another."""
        self._busy.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._free_slot()

    def check(self, now: float) -> None:
        """End what has run out of time, and close what has been idle for too long."""
        for connection in tuple(self._busy):
            connection.check(now)
        for connection in [idle for idle in self._idle if idle.expires_at <= now]:
            connection.discard()

    def retire(self) -> None:
        """Close what is idle, and keep nothing from now on."""
        self._retired = True
        for connection in tuple(self._idle):
            connection.discard()

    def close(self) -> None:
        """Close everything, whatever is going on."""
        self.retire()
        for connection in tuple(self._busy):
            connection.discard()

    async def _wait(self) -> Connection | None:
        if len(self._waiting) >= self._limits.waiting:
            raise UpstreamBusyError(f"{len(self._waiting)} requests wait already")
        future: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiting.append(future)
        granted = False
        try:
            async with asyncio.timeout(self._timeouts.connect):
                connection = await future
            granted = True
        except TimeoutError as error:
            raise UpstreamBusyError("no connection became free in time") from error
        finally:
            if not granted:
                self._withdraw(future)
        return connection

    def _withdraw(self, future: asyncio.Future[Connection | None]) -> None:
        if future in self._waiting:
            self._waiting.remove(future)
        elif not future.cancelled():
            # Granted in the very moment in which the request was given up.
            connection = future.result()
            if connection is None:
                self._free_slot()
            else:
                self.keep(connection)

    def _free_slot(self) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)
                return
        self._slots -= 1

    async def _connect(self) -> Connection:
        connection = Connection(
            self,
            loop=self._loop,
            names=self._names,
            timeouts=self._timeouts,
            limits=self._limits,
        )
        connected = False
        try:
            async with asyncio.timeout(self._timeouts.connect):
                await self._endpoint.connect(connection)
            connected = True
        except TimeoutError as error:
            raise UpstreamTimeoutError(
                f"{self._endpoint}: timeout.connect has run out"
            ) from error
        finally:
            if not connected:
                connection.discard()
        if not connection.alive:
            raise UpstreamRefusedError(f"{self._endpoint}: closed as soon as opened")
        connection.retire_at = self._loop.time() + self._limits.lifetime
        self._busy.add(connection)
        return connection
