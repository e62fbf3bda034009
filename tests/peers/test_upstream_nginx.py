"""The pool against nginx: ordinary traffic, large bodies, TLS in both directions."""

import asyncio
import hashlib
import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from gateway.model.errors import (
    UpstreamError,
    UpstreamRefusedError,
    UpstreamTimeoutError,
)
from gateway.upstream.forwarder import Forwarder, Outbound, Service
from gateway.upstream.limits import Timeouts
from gateway.upstream.target import Target
from gateway.upstream.tls import TlsMaterial, client_tls
from tests.peers.liar import Talk, lying
from tests.peers.nginx import nginx
from tests.peers.processes import free_port

pytestmark = pytest.mark.peer

Run = Callable[[Coroutine[Any, Any, None]], None]

ROOT = Path(__file__).parents[2]
GET = Outbound("GET", b"/small", [], b"orders.example")
TIMEOUTS = Timeouts(connect=2, first_byte=5, idle=5, total=30)


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Return what runs a test's coroutine, on the one loop and on the other."""
    runner: Run = request.param
    return runner


@dataclass(frozen=True)
class Certificates:
    """An authority, the upstream's and a stranger's pair in files, and our own pair."""

    authority: bytes
    upstream: Path
    stranger: Path
    client: tuple[bytes, bytes]


@dataclass(frozen=True)
class Nginx:
    """nginx, listening twice: in the clear, and with TLS that asks who calls."""

    plain: int
    tls: int
    certificates: Certificates


def _certificates(folder: Path) -> Certificates:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    now = datetime.now(UTC)

    def certificate(
        name: x509.Name, key: ec.EllipticCurvePrivateKey, host: str, *, ca: bool
    ) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName(
                    [
                        x509.DNSName(host),
                        x509.IPAddress(ip_address("127.0.0.1")),
                    ]
                ),
                critical=False,
            )
            .add_extension(
                x509.BasicConstraints(ca=ca, path_length=None), critical=True
            )
            .sign(authority_key, hashes.SHA256())
        )

    def pair(common_name: str, host: str = "localhost") -> tuple[bytes, bytes]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        return (
            certificate(name, key, host, ca=False).public_bytes(Encoding.PEM),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )

    authority = certificate(authority_name, authority_key, "authority", ca=True)
    pem = authority.public_bytes(Encoding.PEM)
    (folder / "authority.pem").write_bytes(pem)
    upstream = folder / "upstream.pem"
    upstream.write_bytes(b"".join(pair("upstream")))
    stranger = folder / "stranger.pem"
    stranger.write_bytes(b"".join(pair("stranger", "other.example")))
    return Certificates(pem, upstream, stranger, pair("gateway"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Return a running nginx."""
    folder = tmp_path_factory.mktemp("nginx")
    certificates = _certificates(folder)
    (folder / "files").mkdir()
    (folder / "files" / "small").write_bytes(b"x" * 203)
    subject = Nginx(free_port(), free_port(), certificates)
    directives = f"""
        listen 127.0.0.1:{subject.plain};
        listen 127.0.0.1:{subject.tls} ssl;
        ssl_certificate {certificates.upstream};
        ssl_certificate_key {certificates.upstream};
        ssl_client_certificate {folder}/authority.pem;
        ssl_verify_client optional;
        root {folder}/files;
        client_max_body_size 100m;
        keepalive_timeout 60s;
        if_modified_since before;
        location / {{ dav_methods PUT DELETE; }}
        location /limited {{ client_max_body_size 1k; dav_methods PUT; }}
        location /seen {{ return 200 "$request_method $request_uri $http_x_a $ssl_client_s_dn"; }}
        location /gzipped {{ gzip on; gzip_min_length 1; gzip_types *; alias {folder}/files/small; }}
        location /closing {{ keepalive_timeout 0; return 200 "bye"; }}
    """
    with nginx(folder, subject.plain, directives):
        yield subject


async def _open(*targets: Target, timeouts: Timeouts = TIMEOUTS) -> Forwarder:
    forwarder = Forwarder(upstreams={"orders": Service(targets, timeouts)})
    await forwarder.open()
    return forwarder


async def _ask(
    forwarder: Forwarder, outbound: Outbound, body: "Pieces | None" = None
) -> tuple[int, bytes]:
    response = await forwarder.forward("orders", outbound, body)
    found = b""
    while piece := await response.read():
        found += piece
    await response.close()
    return response.status, found


class Pieces:
    """A body that is made up while it is read."""

    def __init__(self, size: int, piece: int = 65_536) -> None:
        self.left = size
        self.hash = hashlib.sha256()
        self._piece = piece

    async def read(self) -> bytes:
        size = min(self.left, self._piece)
        self.left -= size
        data = (b"%d " % self.left) * (size // 2 + 1)
        self.hash.update(data[:size])
        return data[:size]


def test_ordinary_requests_share_few_connections(run: Run, server: Nginx) -> None:
    """A hundred at a time; each gets its own answer."""

    async def main() -> None:
        forwarder = await _open(Target("127.0.0.1", server.plain))
        for _ in range(5):
            answers = await asyncio.gather(
                *(
                    _ask(
                        forwarder,
                        replace(GET, target=b"/seen?%d" % i, headers=[(b"x-a", b"b")]),
                    )
                    for i in range(100)
                )
            )
            assert answers == [(200, b"GET /seen?%d b " % i) for i in range(100)]
        await forwarder.close()

    run(main())


@pytest.mark.parametrize(
    ("outbound", "status", "size"),
    [
        (GET, 200, 203),
        (replace(GET, method="HEAD"), 200, 0),
        (replace(GET, target=b"/none"), 404, None),
        (replace(GET, target=b"/closing"), 200, 3),
        (
            replace(
                GET, headers=[(b"if-modified-since", b"Wed, 01 Jan 2098 00:00:00 GMT")]
            ),
            304,
            0,
        ),
        (replace(GET, headers=[(b"range", b"bytes=1-3")]), 206, 3),
        (
            replace(GET, target=b"/gzipped", headers=[(b"accept-encoding", b"gzip")]),
            200,
            None,
        ),
        (replace(GET, method="POST", content_length=0), 405, None),
    ],
)
def test_every_kind_of_answer_comes_through(
    run: Run, server: Nginx, outbound: Outbound, status: int, size: int | None
) -> None:
    """And leaves the pool able to serve the next."""

    async def main() -> None:
        forwarder = await _open(Target("127.0.0.1", server.plain))
        for _ in range(3):
            found, body = await _ask(forwarder, outbound)
            assert found == status
            assert size is None or len(body) == size
        assert (await _ask(forwarder, GET))[0] == 200
        await forwarder.close()

    run(main())


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("size", [1, 65_536, 20_000_000])
@pytest.mark.parametrize("encrypted", [True, False])
def test_bodies_come_through_unchanged(
    run: Run, server: Nginx, size: int, *, chunked: bool, encrypted: bool
) -> None:
    """There and back, counted and chunked, in the clear and with TLS."""

    async def main() -> None:
        tls = client_tls(TlsMaterial(ca=server.certificates.authority))
        forwarder = await _open(
            Target("localhost", server.tls, tls)
            if encrypted
            else Target("127.0.0.1", server.plain)
        )
        body = Pieces(size)
        put = replace(
            GET,
            method="PUT",
            target=b"/stored",
            content_length=None if chunked else size,
        )
        assert (await _ask(forwarder, put, body))[0] in {201, 204}
        status, found = await _ask(forwarder, replace(GET, target=b"/stored"))
        assert status == 200
        assert hashlib.sha256(found).digest() == body.hash.digest()
        assert (
            await _ask(forwarder, replace(GET, target=b"/stored", method="DELETE"))
        )[0] == 204
        await forwarder.close()

    run(main())


def test_a_body_that_nginx_does_not_want_is_answered(run: Run, server: Nginx) -> None:
    """413 before the body is there; the pool goes on."""

    async def main() -> None:
        forwarder = await _open(Target("127.0.0.1", server.plain))
        put = replace(GET, method="PUT", target=b"/limited", content_length=50_000_000)
        for _ in range(5):
            body = Pieces(50_000_000)
            assert (await _ask(forwarder, put, body))[0] == 413
            assert body.left > 0
            assert (await _ask(forwarder, GET))[0] == 200
        await forwarder.close()

    run(main())


def test_the_gateway_can_show_a_certificate(run: Run, server: Nginx) -> None:
    """Mutual TLS: nginx sees who calls."""

    async def main() -> None:
        certificate, key = server.certificates.client
        material = TlsMaterial(server.certificates.authority, certificate, key)
        forwarder = await _open(Target("localhost", server.tls, client_tls(material)))
        for _ in range(3):
            answer = await _ask(forwarder, replace(GET, target=b"/seen"))
            assert answer == (200, b"GET /seen  CN=gateway")
        await forwarder.close()

    run(main())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_is_checked(run: Run, server: Nginx, host: str) -> None:
    """The system's authorities have not signed it; our own one has, for these names."""

    async def main() -> None:
        strangers = await _open(Target(host, server.tls, client_tls(TlsMaterial())))
        with pytest.raises(UpstreamRefusedError):
            await _ask(strangers, GET)
        ours = TlsMaterial(ca=server.certificates.authority)
        known = await _open(Target(host, server.tls, client_tls(ours)))
        assert (await _ask(known, GET))[0] == 200
        await known.close()

    run(main())


def test_a_certificate_for_another_name_is_refused(run: Run, server: Nginx) -> None:
    """Signed by the right authority, and still somebody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificates.stranger)

    async def main() -> None:
        tls = client_tls(TlsMaterial(ca=server.certificates.authority))
        async with lying(Talk.serve, tls=context) as liar:
            other = await _open(Target("localhost", liar.port, tls))
            with pytest.raises(UpstreamRefusedError) as caught:
                await _ask(other, GET)
            assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)

    run(main())


def test_tls_towards_a_plain_port_is_a_refusal(run: Run, server: Nginx) -> None:
    """And the other way around no answer of ours."""

    async def main() -> None:
        tls = client_tls(TlsMaterial(ca=server.certificates.authority))
        wrong = await _open(Target("localhost", server.plain, tls))
        with pytest.raises(UpstreamRefusedError):
            await _ask(wrong, GET)
        plain = await _open(Target("127.0.0.1", server.tls))
        assert (await _ask(plain, GET))[0] == 400
        await plain.close()

    run(main())


def test_a_handshake_that_stalls_runs_out_of_time(run: Run, server: Nginx) -> None:
    """The connection is there, but nobody speaks TLS on it."""

    async def silent(talk: Talk) -> None:
        await talk.reader.read(1)
        await asyncio.sleep(10)

    async def main() -> None:
        tls = client_tls(TlsMaterial(ca=server.certificates.authority))
        async with lying(silent) as liar:
            forwarder = await _open(
                Target("localhost", liar.port, tls), timeouts=Timeouts(connect=0.3)
            )
            with pytest.raises(UpstreamTimeoutError, match="connect"):
                await _ask(forwarder, GET)

    run(main())


def test_a_tls_body_that_is_cut_is_never_a_whole_one(run: Run, server: Nginx) -> None:
    """An end without TLS's own farewell may be somebody else's doing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificates.upstream)

    async def cut(talk: Talk) -> None:
        await talk.request()
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
        await asyncio.sleep(0.1)
        talk.reset()

    async def main() -> None:
        tls = client_tls(TlsMaterial(ca=server.certificates.authority))
        async with lying(cut, tls=context) as liar:
            forwarder = await _open(Target("localhost", liar.port, tls))
            response = await forwarder.forward("orders", GET)
            assert await response.read() == b"12345"
            with pytest.raises(UpstreamError):
                await response.read()
            await response.close()

    run(main())


def test_large_bodies_stream_through_in_little_memory() -> None:
    """A quarter of a GiB up and down, measured from outside the test's own process."""
    script = ROOT / "benchmarks" / "upstream_memory.py"
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), "--mib", "256", "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )

    for row in json.loads(done.stdout):
        assert row["bytes"] == 256 * 2**20
        assert row["growth_bytes"] < 20_000_000, row
