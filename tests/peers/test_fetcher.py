"""The fetcher over real sockets, against servers that mean no good."""

import gzip
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from gateway.net.errors import (
    FetchError,
    FetchTimeoutError,
    ForbiddenTargetError,
    OversizedAnswerError,
)
from gateway.net.fetcher import Fetcher, FetchRules
from gateway.net.transport import Surroundings

pytestmark = pytest.mark.peer

LOOPBACK = (ip_network("127.0.0.0/8"),)
NAME = "keys.example"
TIMEOUT = timedelta(milliseconds=700)

Behaviour = Callable[[socket.socket, Event], None]


class Server:
    """Listens on this machine and treats every connection alike.

    Args:
        behaviour: What it does once the request has come.
        context: With which it speaks TLS; without, it does not.
    """

    def __init__(
        self, behaviour: Behaviour, *, context: ssl.SSLContext | None = None
    ) -> None:
        self._behaviour = behaviour
        self._context = context
        self._over = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections = 0
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            self.connections += 1
            with suppress(OSError), connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        if self._context is not None:
            connection = self._context.wrap_socket(connection, server_side=True)
        with connection:
            request = b""
            while not request.endswith(b"\r\n\r\n") and (more := connection.recv(4096)):
                request += more
            self.requests.append(request)
            self._behaviour(connection, self._over)


def says(*pieces: bytes, pause: float = 0) -> Behaviour:
    """Return the behaviour of saying these pieces, one after the other."""

    def behave(connection: socket.socket, over: Event) -> None:
        for piece in pieces:
            connection.sendall(piece)
            if pause and over.wait(pause):
                return

    return behave


def answers(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> Behaviour:
    length = b"Content-Length: %d" % len(body)
    head = b"\r\n".join([b"HTTP/1.1 " + status, length, *headers, b"", b""])
    return says(head + body)


def is_silent(_connection: socket.socket, over: Event) -> None:
    over.wait(10)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(behaviour: Behaviour, context: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(behaviour, context=context))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


RULES = FetchRules(
    allow_hosts=frozenset({"127.0.0.1", NAME}),
    allow_addresses=LOOPBACK,
    allow_http=True,
    timeout=TIMEOUT,
    max_bytes=10_000,
)


def fetcher(rules: FetchRules = RULES, *addresses: str) -> Fetcher:
    """Return a fetcher for which every name leads to the given addresses."""

    def lookup(host: str, _port: int) -> Sequence[str]:
        return addresses or [host]

    return Fetcher(rules, surroundings=Surroundings(lookup=lookup))


def local(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}/jwks"


def test_a_document_is_fetched(serve: Callable[..., Server]) -> None:
    server = serve(answers(b'{"keys":[]}', b"Content-Type: application/json"))

    fetched = fetcher().get(local(server))

    assert (fetched.status, fetched.body) == (200, b'{"keys":[]}')
    (request,) = server.requests
    assert request.startswith(b"GET /jwks HTTP/1.1\r\n")


def test_the_name_that_was_checked_is_the_name_that_is_asked(
    serve: Callable[..., Server],
) -> None:
    server = serve(answers(b"{}"))

    fetcher(RULES, "127.0.0.1").get(f"http://{NAME}:{server.port}/jwks")

    assert f"host: {NAME}:{server.port}\r\n".encode() in server.requests[0].lower()


def test_a_redirect_is_not_followed(serve: Callable[..., Server]) -> None:
    inside = serve(answers(b"secret"))
    location = f"Location: {local(inside)}".encode()
    server = serve(answers(b"", location, status=b"302 Found"))

    with pytest.raises(FetchError, match="redirect"):
        fetcher().get(local(server))
    assert inside.connections == 0


@pytest.mark.parametrize(
    "behaviour",
    [
        is_silent,
        says(*[b"H"] * 1000, pause=0.05),
        says(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 1000, pause=0.05),
        says(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 1000, pause=0.05),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"x", pause=10),
    ],
    ids=["silent", "drips status", "drips headers", "drips body", "stalls in body"],
)
def test_a_server_without_end_is_cut_when_the_time_is_up(
    serve: Callable[..., Server], behaviour: Behaviour
) -> None:
    """Each byte comes in time; the whole answer does not."""
    server = serve(behaviour)
    began = time.monotonic()

    with pytest.raises(FetchTimeoutError):
        fetcher().get(local(server))

    assert time.monotonic() - began < TIMEOUT.total_seconds() + 30


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(b"x" * 10_001),
        says(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 5000] * 100),
        says(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            *[b"1000\r\n" + b"x" * 4096 + b"\r\n"] * 100,
        ),
    ],
    ids=["with length", "without length", "chunked"],
)
def test_an_answer_without_end_is_cut_at_its_size(
    serve: Callable[..., Server], behaviour: Behaviour
) -> None:
    with pytest.raises(OversizedAnswerError):
        fetcher().get(local(serve(behaviour)))


def test_a_compressed_bomb_is_not_unpacked(serve: Callable[..., Server]) -> None:
    """Ten megabytes in ten kilobytes."""
    bomb = gzip.compress(b"x" * 9_000_000)
    server = serve(answers(bomb, b"Content-Encoding: gzip"))

    with pytest.raises(FetchError, match="encoding"):
        fetcher().get(local(server))


def test_a_name_that_leads_inside_is_not_connected_to(
    serve: Callable[..., Server],
) -> None:
    server = serve(answers(b"{}"))
    rules = replace(RULES, allow_addresses=())

    for address in ("127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"):  # noqa: S104 - a target
        with pytest.raises(ForbiddenTargetError):
            fetcher(rules, address).get(f"http://{NAME}:{server.port}/")
    assert server.connections == 0


def test_a_name_cannot_be_bound_to_another_address_after_the_check(
    serve: Callable[..., Server],
) -> None:
    """DNS rebinding: asked twice, the name would lead somewhere else."""
    allowed = serve(answers(b"{}"))
    looked_up: list[list[str]] = []

    def lookup(_host: str, _port: int) -> Sequence[str]:
        looked_up.append(["127.0.0.1"] if not looked_up else ["169.254.169.254"])
        return looked_up[-1]

    one = Fetcher(RULES, surroundings=Surroundings(lookup=lookup))

    assert one.get(f"http://{NAME}:{allowed.port}/").body == b"{}"
    assert looked_up == [["127.0.0.1"]]
    with pytest.raises(ForbiddenTargetError):
        one.get(f"http://{NAME}:{allowed.port}/")


def test_a_port_on_which_nothing_listens_is_a_failed_fetch(
    serve: Callable[..., Server],
) -> None:
    server = serve(answers(b"{}"))
    server.stop()

    with pytest.raises(FetchError, match="no connection"):
        fetcher().get(local(server))


@dataclass(frozen=True)
class Authority:
    """A certificate that signs itself, and a server that shows it."""

    pem: bytes
    context: ssl.SSLContext


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "server.pem"
    path.write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return Authority(pem, context)


def test_tls_verifies_the_name_although_an_address_is_connected_to(
    serve: Callable[..., Server], authority: Authority
) -> None:
    server = serve(answers(b"{}"), authority.context)
    rules = replace(
        RULES,
        ca=authority.pem,
        allow_http=False,
        allow_hosts=frozenset({NAME, "other.example"}),
    )
    trusting = fetcher(rules, "127.0.0.1")

    assert trusting.get(f"https://{NAME}:{server.port}/").body == b"{}"
    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        trusting.get(f"https://other.example:{server.port}/")
    assert len(server.requests) == 1


def test_without_its_certificate_file_a_private_authority_is_not_trusted(
    serve: Callable[..., Server], authority: Authority
) -> None:
    server = serve(answers(b"{}"), authority.context)

    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        fetcher(RULES, "127.0.0.1").get(f"https://{NAME}:{server.port}/")
    assert server.requests == []


def test_a_server_that_stalls_in_the_handshake_is_cut(
    serve: Callable[..., Server],
) -> None:
    """It accepts the connection and never speaks TLS."""
    server = serve(is_silent)
    began = time.monotonic()

    with pytest.raises(FetchTimeoutError):
        fetcher(RULES, "127.0.0.1").get(f"https://{NAME}:{server.port}/")

    assert time.monotonic() - began < TIMEOUT.total_seconds() + 30
