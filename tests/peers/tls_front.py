"""TLS before a PostgreSQL that has none: what a client asks for, it gets.

Reference: https://www.postgresql.org/docs/current/protocol-flow.html, "SSL Session
Encryption".
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

_SSL_REQUEST = bytes.fromhex("00000008 04d2162f")


@dataclass(frozen=True)
class TlsFront:
    """Something that listens with TLS.

    Attributes:
        port: Where, on 127.0.0.1.
        ca: The file of the certificate that signs its own, which is for `localhost`.
    """

    port: int
    ca: Path


@contextlib.contextmanager
def tls_front(folder: Path, behind: int) -> Iterator[TlsFront]:
    """Listen while the block lasts.

    Args:
        folder: For the certificate.
        behind: The port where PostgreSQL is.
    """
    ca = folder / "front.crt"
    context = _context(ca)
    listening = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()
    serving = threading.Thread(
        target=_serve, args=(listening, context, behind, stopping), daemon=True
    )
    serving.start()
    try:
        yield TlsFront(listening.getsockname()[1], ca)
    finally:
        stopping.set()
        # Closing alone would not wake whoever waits for a caller.
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        serving.join(10)


def _serve(
    listening: socket.socket,
    context: ssl.SSLContext,
    behind: int,
    stopping: threading.Event,
) -> None:
    while not stopping.is_set():
        try:
            caller, _ = listening.accept()
        except OSError:
            return
        threading.Thread(
            target=_answer, args=(caller, context, behind), daemon=True
        ).start()


def _answer(caller: socket.socket, context: ssl.SSLContext, behind: int) -> None:
    with contextlib.suppress(OSError), caller:
        if caller.recv(len(_SSL_REQUEST), socket.MSG_WAITALL) != _SSL_REQUEST:
            return
        caller.sendall(b"S")
        with (
            context.wrap_socket(caller, server_side=True) as safe,
            socket.create_connection(("127.0.0.1", behind)) as server,
        ):
            # What the server says goes out by a thread; a TLS socket may be read and
            # written at once.
            threading.Thread(target=_pass, args=(server, safe), daemon=True).start()
            _pass(safe, server)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _context(ca: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    ca.write_bytes(certificate.public_bytes(Encoding.PEM))
    both = ca.with_suffix(".pem")
    both.write_bytes(
        ca.read_bytes()
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
