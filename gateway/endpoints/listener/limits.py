"""How much one client may send, and how long it may take."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ListenerLimits:
    """What a connection is allowed: `[server.limits]` and its neighbours.

    Attributes:
        target_bytes: Longest request target, query included; past it 414.
        header_bytes: All names and values of a request's headers, with four octets for
            the punctuation of each; past it 431.
        header_count: Header lines of one request; past it 431.
        connections: Open at a time, on this listener; one more is answered 503.
        pipelined: Requests of one connection that may wait behind the one being answered.
            The connection is closed after them if the client sent more.
        header_time: From the first octet of a request, or from the connection's start,
            to the end of its headers; then 408. The TLS handshake has as long again.
        body_idle: Longest pause inside a request's body; then 408.
        keep_alive: Longest pause between two requests; then the connection is closed.
        write_idle: Longest time for which a client may take nothing of what is ready for
            it; then the connection is cut.
        linger: How long what a refused client still sends is read and thrown away, so
            that it gets to see why.
    """

    target_bytes: int = 8192
    header_bytes: int = 16384
    header_count: int = 100
    connections: int = 10_000
    pipelined: int = 16
    header_time: timedelta = timedelta(seconds=10)
    body_idle: timedelta = timedelta(seconds=30)
    keep_alive: timedelta = timedelta(seconds=75)
    write_idle: timedelta = timedelta(seconds=30)
    linger: timedelta = timedelta(seconds=2)
