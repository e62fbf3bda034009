"""Passwords that really leaked, asked of a server over real sockets, and what it may do."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from typing_extensions import override
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from gateway.app.leaks import build_leaks
from gateway.config.settings.leaked_passwords import LeakedPasswordsSettings
from gateway.pool.passwords.leaks import LeakedPasswords, LeaksUnknownError
from tests.config.files import read

pytestmark = pytest.mark.peer

# Thirty thousand passwords of real leaks, the most frequent first.
LEAKED: list[str] = FREQUENCY_LISTS["passwords"]
LINES = 900


def digits(password: str) -> str:
    octets = password.encode()
    return hashlib.sha1(octets, usedforsecurity=False).hexdigest().upper()


def ranges() -> dict[str, list[str]]:
    """Return the lines of each range, as the service writes them."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, password in enumerate(LEAKED):
        whole = digits(password)
        found[whole[:5]].append(f"{whole[5:]}:{len(LEAKED) - place}")
    return found


class Pwned(BaseHTTPRequestHandler):
    """Answers as the real service does, unless it is told to misbehave."""

    server: "Service"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.behaviour(self)

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: Any) -> None:
        pass


def honest(request: Pwned) -> None:
    lines = list(request.server.ranges[request.path.removeprefix("/range/")])
    if request.headers["Add-Padding"] == "true":
        while len(lines) < LINES:
            lines.append(f"{secrets.token_hex(18)[:35].upper()}:0")
    secrets.SystemRandom().shuffle(lines)
    request.answer("\r\n".join(lines).encode())


def silent(request: Pwned) -> None:
    request.server.over.wait(20)


def huge(request: Pwned) -> None:
    line = b"0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n"
    request.answer(line * 10_000)


def captive(request: Pwned) -> None:
    request.answer(b"<!doctype html><title>Sign in to the network</title>")


def busy(request: Pwned) -> None:
    request.answer(b"", 429)


def elsewhere(request: Pwned) -> None:
    request.answer(b"", 302, Location="http://127.0.0.1:1/range/21BD1")


def cut(request: Pwned) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n0018A")


class Service(ThreadingHTTPServer):
    """A service on this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Pwned)
        self.asked: list[str] = []
        self.behaviour: Callable[[Pwned], None] = honest
        self.ranges = ranges()
        self.over = Event()

    @override
    def handle_error(self, *_: Any) -> None:
        """Whoever hangs up has had enough."""


class Told:
    """What operators read."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def warning(self, event: str, **fields: Any) -> None:
        self.lines.append(f"{event} {fields}")

    debug = info = error = exception = warning


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        thread = Thread(target=service.serve_forever, args=(0.05,))
        thread.start()
        yield service
        service.over.set()
        service.shutdown()
        thread.join()


def leaks_at(port: int, told: Told) -> LeakedPasswords:
    settings = read(
        LeakedPasswordsSettings,
        f"""
        url = "http://127.0.0.1:{port}"
        allow_plain_http = true
        allow_private_addresses = ["127.0.0.1"]
        timeout = "1s"
        """,
    )
    assert isinstance(settings, LeakedPasswordsSettings)
    return build_leaks(settings, logger=told)


def test_the_passwords_of_real_leaks_are_found(service: Service) -> None:
    """Each by five digits; and none that was made a moment ago."""
    leaks = leaks_at(service.server_port, Told())

    for place in (0, 1, 50, 5000, len(LEAKED) - 1):
        assert leaks.times_seen(LEAKED[place]) == len(LEAKED) - place
    for _ in range(5):
        assert leaks.times_seen(secrets.token_urlsafe()) == 0

    assert all(len(path) == len("/range/21BD1") for path in service.asked)
    assert service.asked[0] == f"/range/{digits(LEAKED[0])[:5]}"
    before = len(service.asked)
    leaks.times_seen(LEAKED[0])
    assert len(service.asked) == before


@pytest.mark.parametrize(
    "behaviour",
    [silent, huge, captive, busy, elsewhere, cut],
    ids=lambda each: each.__name__,
)
def test_a_service_that_misbehaves_is_one_that_nobody_can_ask(
    service: Service, behaviour: Callable[[Pwned], None]
) -> None:
    """Within the time that people wait; the log says why, and not of whom."""
    service.behaviour = behaviour
    told = Told()

    with pytest.raises(LeaksUnknownError):
        leaks_at(service.server_port, told).times_seen("monkey")

    (line,) = told.lines
    whole = digits("monkey")
    assert not any(
        secret in line.upper() for secret in ("MONKEY", whole[:5], whole[5:])
    )


def test_a_service_that_is_gone_is_not_waited_for(service: Service) -> None:
    """Nor asked again for a while, although it might be back."""
    told = Told()
    leaks = leaks_at(service.server_port, told)
    service.server_close()

    for _ in range(3):
        with pytest.raises(LeaksUnknownError):
            leaks.times_seen("monkey")

    assert len(told.lines) == 1
    assert service.asked == []
