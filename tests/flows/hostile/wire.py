"""Requests as octets, straight to the assembled gateway, and what came back.

No client library stands in between: each would refuse or mend half of what is tried here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote_from_bytes

from typing_extensions import override

from gateway.endpoints.front import App
from tests.flows.house import ISSUER

HOST = ISSUER.removeprefix("https://").encode()
FORM = b"application/x-www-form-urlencoded"

Pair = tuple[bytes, bytes]


@dataclass(frozen=True)
class Ask:
    """A request.

    Attributes:
        path: As octets; only what a request line may hold reaches the gateway.
        query: Names and values, escaped already.
        form: Likewise, for the body.
        body: Instead of a form.
        headers: Beside the host.
    """

    path: str
    method: str = "GET"
    query: tuple[Pair, ...] = ()
    form: tuple[Pair, ...] = ()
    body: bytes | None = None
    headers: tuple[Pair, ...] = ()
    ip: str = "198.51.100.7"

    @property
    def content(self) -> bytes:
        return joined(self.form) if self.body is None else self.body

    def having(self, *headers: Pair) -> "Ask":
        return replace(self, headers=(*self.headers, *headers))

    @override
    def __str__(self) -> str:
        return (
            f"{self.method} {self.path}?{joined(self.query)[:400]!r} "
            f"{self.content[:400]!r} {self.headers!r}"[:2000]
        )


@dataclass
class Answer:
    """What came of it."""

    asked: Ask
    status: int = 0
    headers: list[Pair] = field(default_factory=list)
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        wanted = name.encode()
        return [value.decode("latin-1") for key, value in self.headers if key == wanted]

    def one(self, name: str) -> str:
        """The only value of a header; empty if there is none."""
        values = self.all(name)
        assert len(values) < 2, (str(self.asked), name, values)
        return values[0] if values else ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @override
    def __str__(self) -> str:
        return f"{self.asked}\n-> {self.status} {self.headers} {self.body[:600]!r}"


def joined(pairs: Sequence[Pair]) -> bytes:
    return b"&".join(name + b"=" + value for name, value in pairs)


def escaped(text: str) -> bytes:
    """Return a text as a form has it."""
    return quote_from_bytes(text.encode(), safe="").encode()


def pairs_of(values: Mapping[str, str]) -> tuple[Pair, ...]:
    return tuple((escaped(name), escaped(value)) for name, value in values.items())


def cookie(**values: str) -> Pair:
    text = "; ".join(f"__Host-gateway-{name}={each}" for name, each in values.items())
    return b"cookie", text.encode("latin-1")


async def send(app: App, ask: Ask) -> Answer:
    """Ask, and return the whole answer. What the gateway raises is a failed test."""
    headers = [(b"host", HOST), *ask.headers]
    if ask.method == "POST" and not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", FORM))
    pieces: Iterator[bytes] = iter([ask.content])
    answer = Answer(ask)

    async def receive() -> dict[str, object]:
        piece = next(pieces, None)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": False}

    async def take(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            assert not answer.status, f"two answers: {ask}"
            answer.status = message["status"]  # type: ignore[assignment]  # ASGI's own
            answer.headers = [(bytes(k), bytes(v)) for k, v in message["headers"]]  # type: ignore[attr-defined]  # likewise
        else:
            answer.body += message.get("body", b"")  # type: ignore[operator]  # likewise

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": ask.method,
        "scheme": "https",
        "path": ask.path,
        "raw_path": ask.path.encode("ascii"),
        "query_string": joined(ask.query),
        "root_path": "",
        "headers": headers,
        "client": (ask.ip, 4000),
        "server": ("gw.example.com", 443),
        "state": {},
    }
    await app(scope, receive, take)  # type: ignore[arg-type]  # ASGI's own
    return answer
