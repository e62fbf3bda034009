"""A network for tests: no sockets, a clock that moves when told."""

import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore
from typing_extensions import override

from gateway.net.transport import Surroundings


class FakeStream(httpcore.NetworkStream):
    """Answers with the given pieces, each of which may take its time."""

    def __init__(self, network: "FakeNetwork", pieces: Iterable[bytes]) -> None:
        self._network = network
        self._pieces = list(pieces)

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._network.take(timeout, httpcore.ReadTimeout)
        return self._pieces.pop(0) if self._pieces else b""

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._network.take(timeout, httpcore.WriteTimeout)
        self._network.sent += buffer

    @override
    def close(self) -> None:
        self._network.closed += 1

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self._network.take(timeout, httpcore.ConnectTimeout)
        self._network.tls_names.append(server_hostname)
        self._network.contexts.append(ssl_context)
        return self

    @override
    def get_extra_info(self, info: str) -> Any:
        return None


class FakeNetwork(httpcore.NetworkBackend):
    """Names, addresses, sockets and a clock.

    Args:
        answer: What every connection answers, piece by piece.
        addresses: What every name resolves to; asked anew for each connection.
        unreachable: Addresses at which nothing listens.
        silent: Addresses that never answer.
        step: Seconds that every operation takes.
    """

    def __init__(
        self,
        answer: Iterable[bytes] = (),
        *,
        addresses: Callable[[], Sequence[str]] = lambda: ["93.184.216.34"],
        unreachable: Sequence[str] = (),
        silent: Sequence[str] = (),
        step: float = 0,
    ) -> None:
        self._answer = list(answer)
        self._addresses = addresses
        self._unreachable = unreachable
        self._silent = silent
        self._step = step
        self.now = 1000.0
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.tls_names: list[str | None] = []
        self.contexts: list[ssl.SSLContext] = []
        self.sent = b""
        self.closed = 0

    def take(self, timeout: float | None, failure: type[Exception]) -> None:
        """Let one operation take its time, and fail if that is more than it has."""
        assert timeout is not None, "an operation without a limit"
        if self._step > timeout:
            self.now += timeout
            raise failure("too slow")
        self.now += self._step

    def surroundings(self) -> Surroundings:
        return Surroundings(
            lookup=self._look_up, backend=self, monotonic=lambda: self.now
        )

    def _look_up(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        return self._addresses()

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        self.take(timeout, httpcore.ConnectTimeout)
        self.connected.append((host, port))
        if host in self._silent and timeout is not None:
            self.now += timeout
            raise httpcore.ConnectTimeout("no answer")
        if host in self._unreachable:
            raise httpcore.ConnectError("refused")
        return FakeStream(self, self._answer)


def http(body: bytes, *headers: str, status: str = "200 OK") -> list[bytes]:
    """Return an answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return ["\r\n".join(lines).encode(), body]
