"""Stand-ins for providers that nobody can run: answers without sockets, and with them.

A stand-in answers as the provider's published documentation says, with its oddities and its
errors. It is no peer: what it gets wrong, the gateway may get wrong with it.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override

from gateway.net.errors import (
    FetchTimeoutError,
    OversizedAnswerError,
    UnusableAnswerError,
)
from gateway.net.fetcher import Fetched

JSON = "application/json; charset=utf-8"
MAX_BYTES = 256 * 1024


@dataclass(frozen=True)
class Asked:
    """A request, as a stand-in sees it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """What a stand-in answers.

    Attributes:
        missing: How many bytes are announced, and do not come.
        hangs: Whether nothing comes at all.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": JSON})
    missing: int = 0
    hangs: bool = False


def reply(members: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(members).encode(), {"content-type": JSON, **named})


def redirect(url: str) -> Reply:
    return Reply(302, b"", {"location": url})


HTML = Reply(200, b"<html>Sorry</html>", {"content-type": "text/html"})
# What may go wrong on the way or over there, whatever was asked.
TROUBLE: Mapping[str, Reply] = {
    "a page for people": HTML,
    "a page that calls itself JSON": Reply(200, b"<html>Sorry</html>"),
    "half of it": Reply(200, b'{"id": 1, "na'),
    "10 MB": Reply(200, b'{"a": "' + b"x" * 10_000_000 + b'"}'),
    "a redirect": redirect("https://evil.example/"),
    "500": reply({"error": {"message": "oops"}}, 500),
    "503 as a page": Reply(503, b"<html>", {"content-type": "text/html"}),
    "429": reply({"message": "slow down"}, 429, retry_after="60"),
    "nothing in time": Reply(hangs=True),
    "an empty object": reply({}),
    "an empty list": reply([]),
    "null": reply(None),
    "nothing": Reply(204, b""),
}


class StandIn:
    """A provider.

    Attributes:
        asked: All requests so far.
        faults: What is answered instead, by the path.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.faults: dict[str, Reply] = {}

    def answer(self, asked: Asked) -> Reply:
        """Return what is answered to a request."""
        self.asked.append(asked)
        return self.faults.get(asked.path) or self.usual(asked)

    def usual(self, asked: Asked) -> Reply:
        """Return what is answered if nothing is wrong."""
        raise NotImplementedError

    def last(self, path: str) -> Asked:
        """Return the last request for a path."""
        return [each for each in self.asked if each.path == path][-1]

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(each.path == path for each in self.asked)


class Direct:
    """A fetcher that asks a stand-in without any socket."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        return self._exchange("GET", url, b"", headers or {})

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        return self._exchange("POST", url, body, headers)

    def _exchange(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Fetched:
        asked = _asked(
            method, url, {"user-agent": "federation-gateway", **headers}, body
        )
        answer = self._stand_in.answer(asked)
        if answer.hangs or answer.missing:
            raise FetchTimeoutError("no answer in time")
        if 300 <= answer.status < 400:
            raise UnusableAnswerError("a redirect")
        if len(answer.body) > MAX_BYTES:
            raise OversizedAnswerError("too much")
        kind = answer.headers.get("content-type", "").partition(";")[0]
        return Fetched(answer.status, kind, answer.body, answer.headers)


def _asked(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Asked:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Asked(method, parts.path, query, headers, body)


@contextmanager
def served(stand_in: StandIn) -> Iterator[str]:
    """Run a stand-in on a socket of this machine, and return its address."""
    ended = threading.Event()

    class Connection(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = stand_in.answer(_asked(self.command, self.path, headers, body))
            if answer.hangs:
                ended.wait()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body) + answer.missing))
            self.end_headers()
            self.wfile.write(answer.body)

        @override
        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                # The gateway hangs up where it has heard enough.
                self.close_connection = True

        log_message: Callable[..., None] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Connection)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
