"""An upstream that does not keep to the rules, over real sockets."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

# Called with the number of the connection and its two ends.
Behaviour = Callable[["Talk"], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Talk:
    """One connection, as the upstream sees it.

    Attributes:
        number: 1 for the first connection.
        reader: What the gateway says.
        writer: What it is told.
        requests: Heads of the requests read so far.
    """

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests: list[bytes] = field(default_factory=list)

    async def request(self) -> bytes:
        """Read the head of a request."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        return head

    async def say(self, data: bytes) -> None:
        """Write, and wait until it is on its way."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Close with a reset instead of an orderly end."""
        self.writer.transport.abort()

    async def serve(self, answer: bytes = OK) -> None:
        """Answer every request alike until the gateway hangs up."""
        while True:
            await self.request()
            await self.say(answer)


class Liar:
    """Listens, and treats each connection as its behaviour says.

    Attributes:
        port: Where it listens.
        talks: All connections so far.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.talks: list[Talk] = []

    @property
    def requests(self) -> int:
        """How many heads of requests have been read, on all connections."""
        return sum(len(talk.requests) for talk in self.talks)

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        talk = Talk(len(self.talks) + 1, reader, writer)
        self.talks.append(talk)
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            await self._behaviour(talk)
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    def stop(self) -> None:
        """End whatever goes on."""
        for task in self._tasks:
            task.cancel()


@contextlib.asynccontextmanager
async def lying(
    behaviour: Behaviour, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Liar]:
    """Run an upstream with this behaviour."""
    liar = Liar(behaviour)
    server = await asyncio.start_server(liar._talk, "127.0.0.1", 0, ssl=tls)
    liar.port = server.sockets[0].getsockname()[1]
    try:
        yield liar
    finally:
        server.close()
        liar.stop()
        await server.wait_closed()
