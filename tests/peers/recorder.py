"""A service behind the gateway that remembers what it was sent."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from typing_extensions import override

from tests.peers.running_gateway import AUDIENCE

ANSWER = b"hello"

# A request whose path ends so is answered when the test lets it be.
HELD = "/held"
_LONGEST_HOLD = 60


@dataclass(frozen=True)
class Received:
    """One request, as the service saw it.

    Attributes:
        method: Its method.
        path: Its target.
        headers: In their order, names in lower case.
        body: Its body.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return the only value of a header; empty if there is none."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2, f"{name} is there twice: {values}"
        return values[0] if values else ""

    @property
    def token(self) -> str:
        """The credential that came with it."""
        return self.header("authorization").removeprefix("Bearer ")

    def claims(self, jwks: dict[str, Any], issuer: str) -> dict[str, Any]:
        """Return the token's claims, checked as a service has to check them."""
        header = jwt.get_unverified_header(self.token)
        assert header["typ"] == "at+jwt"
        claims: dict[str, Any] = jwt.decode(
            self.token,
            jwt.PyJWKSet.from_dict(jwks)[header["kid"]],
            algorithms=["ES256"],
            audience=AUDIENCE,
            issuer=issuer,
            options={"require": ["exp", "iat", "sub", "jti", "client_id"]},
        )
        return claims


class Recorder:
    """What a service received.

    Attributes:
        port: Where it listens.
        received: All requests so far.
        release: Set it, and those that are held are answered.
    """

    def __init__(self) -> None:
        self.port = 0
        self.received: list[Received] = []
        self.release = threading.Event()

    @property
    def last(self) -> Received:
        """The request that came last."""
        return self.received[-1]


def _handler_of(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            headers = tuple((n.lower(), v) for n, v in self.headers.items())
            recorder.received.append(Received(self.command, self.path, headers, body))
            if self.path.endswith(HELD):
                recorder.release.wait(_LONGEST_HOLD)
            self.send_response(200)
            self.send_header("Content-Length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

        do_GET = do_POST = do_PUT = _any  # noqa: N815 - the library names them

        @override
        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    return Handler


class _Server(ThreadingHTTPServer):
    # The gateway keeps its connections; nobody waits for their threads.
    daemon_threads = True
    request_queue_size = 128


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    """Run a service while the block lasts."""
    recorder = Recorder()
    with _Server(("127.0.0.1", 0), _handler_of(recorder)) as server:
        recorder.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield recorder
        finally:
            recorder.release.set()
            server.shutdown()
