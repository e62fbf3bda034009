"""How long and how much: the bounds of one upstream's connections."""

from dataclasses import dataclass, field

from gateway.upstream.reader import ReaderLimits


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long is waited, each in seconds.

    Attributes:
        connect: For a connection, TLS included; and for a free one, if all are taken.
        first_byte: From the end of the request to the head of the response.
        idle: For the next piece of a body, in either direction. Does not run while the
            other side of the gateway is the slow one.
        total: For the whole exchange.
    """

    connect: float = 1.0
    first_byte: float = 10.0
    idle: float = 30.0
    total: float = 60.0

    @property
    def tick(self) -> float:
        """How often the clock has to be looked at: a tenth of the shortest of them."""
        return min(max(min(self.first_byte, self.idle, self.total) / 10, 0.005), 0.5)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what one upstream may have.

    Attributes:
        connections: Connections to one target.
        waiting: Requests that wait for a connection to one target.
        keep_alive: For how many seconds an unused connection is kept. Below the five
            seconds after which many servers close theirs, so that a request seldom meets
            a connection that is just being closed.
        lifetime: For how many seconds a connection is used at all, so that a changed
            name resolution reaches a service that is never idle.
        buffer: Bytes of a response that are held for a slow client before the upstream
            is no longer read from. One piece from the socket may come on top.
        reader: How much of a response's head is read.
    """

    connections: int = 256
    waiting: int = 1024
    keep_alive: float = 4.0
    lifetime: float = 300.0
    buffer: int = 65536
    reader: ReaderLimits = field(default_factory=ReaderLimits)
