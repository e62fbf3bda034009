"""Connections that go only where they may, and end when their time is up.

Sits below HTTP: finds the address, checks it, connects to *that* address (so that a
second look-up cannot lead elsewhere), and hands httpcore a stream that is cut when the
exchange has used up its time or its bytes. TLS still verifies the name, not the address.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx
from typing_extensions import override

from gateway.net.addresses import AddressGuard
from gateway.net.errors import FetchError, FetchTimeoutError, OversizedAnswerError
from gateway.net.resolution import Lookup, look_up, resolve

# Status line, headers, chunk sizes and trailers, beyond the body itself.
_OVERHEAD_BYTES = 128 * 1024

_SocketOption = (
    tuple[int, int, int]
    | tuple[int, int, bytes | bytearray]
    | tuple[int, int, None, int]
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connection takes from the world; replaced in tests.

    Attributes:
        lookup: Who knows the addresses of a host.
        backend: Who opens sockets. It is given addresses only, never names.
        monotonic: Seconds on a clock that never goes back.
    """

    lookup: Lookup = look_up
    backend: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    monotonic: Callable[[], float] = time.monotonic


class Allowance:
    """What one exchange may still use: time and received bytes."""

    def __init__(
        self, *, timeout: float, max_bytes: int, monotonic: Callable[[], float]
    ) -> None:
        self._monotonic = monotonic
        self._ends_at = monotonic() + timeout
        self._bytes_left = max_bytes

    def seconds(self, wanted: float | None = None) -> float:
        """Return how long the next step may take.

        Raises:
            FetchTimeoutError: No time is left.
        """
        left = self._ends_at - self._monotonic()
        if left <= 0:
            raise FetchTimeoutError("the answer took longer than it may")
        return left if wanted is None else min(left, wanted)

    def spend(self, received: int) -> None:
        """Count received bytes.

        Raises:
            OversizedAnswerError: There are more than may come.
        """
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise OversizedAnswerError("the answer is larger than it may be")


class _BoundedStream(httpcore.NetworkStream):
    """A stream that ends with its allowance, however slowly the bytes drip."""

    def __init__(self, inner: httpcore.NetworkStream, allowance: Allowance) -> None:
        self._inner = inner
        self._allowance = allowance

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._inner.read(max_bytes, self._allowance.seconds(timeout))
        self._allowance.spend(len(received))
        return received

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._allowance.seconds(timeout))

    @override
    def close(self) -> None:
        self._inner.close()

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            seconds = self._allowance.seconds(timeout)
        except FetchTimeoutError:
            # httpcore forgets a stream that does not become an encrypted one.
            self._inner.close()
            raise
        inner = self._inner.start_tls(ssl_context, server_hostname, seconds)
        return _BoundedStream(inner, self._allowance)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only.

    Args:
        guard: Judges the addresses.
        allowance: What the exchange may use, from the look-up on.
        surroundings: The resolver and the sockets.
    """

    def __init__(
        self, *, guard: AddressGuard, allowance: Allowance, surroundings: Surroundings
    ) -> None:
        self._guard = guard
        self._allowance = allowance
        self._surroundings = surroundings

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first address of a host that answers.

        Raises:
            FetchError: No address answers, or there is none.
            ForbiddenTargetError: One of the addresses may not be reached.
            FetchTimeoutError: The time is up.
        """
        seconds = self._allowance.seconds(timeout)
        found = resolve(self._surroundings.lookup, host, port, timeout=seconds)
        addresses = self._guard.check(host, found)
        failure = ""
        for number, address in enumerate(addresses):
            # One that swallows packets must leave time for the others.
            share = self._allowance.seconds() / (len(addresses) - number)
            try:
                stream = self._surroundings.backend.connect_tcp(
                    str(address), port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = f"{address}: {error}"
            else:
                return _BoundedStream(stream, self._allowance)
        self._allowance.seconds()
        raise FetchError(f"no connection to {host!r} port {port}: {failure}")


class GuardedTransport(httpx.BaseTransport):
    """An httpx transport for a few small requests to places outside.

    Every request has a connection of its own: they are minutes apart, and a kept one
    would outlive the check of its address.

    Args:
        guard: Judges the addresses.
        context: How servers have to prove themselves; called for `https` only.
        timeout: For the whole exchange, from the look-up to the last byte, in seconds.
        max_bytes: Of the body; what is around it has a fixed allowance.
        surroundings: The resolver, the sockets and the clock.
    """

    def __init__(
        self,
        *,
        guard: AddressGuard,
        context: Callable[[], ssl.SSLContext],
        timeout: float,
        max_bytes: int,
        surroundings: Surroundings,
    ) -> None:
        self._guard = guard
        self._context = context
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._surroundings = surroundings

    @override
    def handle_request(self, outgoing: httpx.Request) -> httpx.Response:
        """Send one request and return the answer, its body still to be read.

        Raises:
            FetchError: There is no connection, or no HTTP at the other end.
        """
        allowance = Allowance(
            timeout=self._timeout,
            max_bytes=self._max_bytes + _OVERHEAD_BYTES,
            monotonic=self._surroundings.monotonic,
        )
        origin = httpcore.URL(
            scheme=outgoing.url.raw_scheme,
            host=outgoing.url.raw_host,
            port=outgoing.url.port,
            target=outgoing.url.raw_path,
        )
        connection = httpcore.HTTPConnection(
            origin.origin,
            ssl_context=self._context() if outgoing.url.scheme == "https" else None,
            network_backend=GuardedBackend(
                guard=self._guard,
                allowance=allowance,
                surroundings=self._surroundings,
            ),
        )
        sent = httpcore.Request(
            outgoing.method,
            origin,
            headers=outgoing.headers.raw,
            content=outgoing.stream,
        )
        with _translated():
            try:
                answer = connection.handle_request(sent)
            except BaseException:
                connection.close()
                raise
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, connection),
            request=outgoing,
        )


class _Body(httpx.SyncByteStream):
    """The body of an answer; closing it closes its connection."""

    def __init__(
        self, answer: httpcore.Response, connection: httpcore.HTTPConnection
    ) -> None:
        self._answer = answer
        self._connection = connection

    @override
    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._answer.iter_stream()

    @override
    def close(self) -> None:
        self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn httpcore's failures into ours."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise FetchTimeoutError("the answer took longer than it may") from error
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise FetchError(f"{type(error).__name__}: {error}") from error
