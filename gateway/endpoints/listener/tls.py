"""TLS for a listener, with what is considered sound today.

References: RFC 9325 (recommendations for TLS), RFC 7301 (ALPN).
"""

import os
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.endpoints.listener.errors import ListenError

# For TLS 1.2; 1.3 has only such suites. Ephemeral keys and authenticated encryption.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True, slots=True)
class ListenerTls:
    """The certificate that a listener shows: `[server.tls]`.

    Attributes:
        cert: The certificate and the chain above it, in PEM form.
        key: Its private key in PEM form, without a passphrase.
        name: Where they come from, for error messages.
    """

    cert: bytes
    key: bytes = field(repr=False)
    name: str = "server.tls"


def server_context(tls: ListenerTls) -> ssl.SSLContext:
    """Return the context of a server with this certificate.

    Raises:
        ListenError: One of them is unusable, or the two do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(["http/1.1"])
    with _as_file(tls.cert) as cert, _as_file(tls.key) as key:
        try:
            # An encrypted key must fail, not ask on the terminal.
            context.load_cert_chain(cert, key, password=b"")
        except (OSError, ValueError) as error:
            raise ListenError(f"{tls.name}: unusable certificate or key") from error
    return context


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    # OpenSSL's certificates come from files only, and a private key had better not be
    # written to a disk.
    if sys.platform == "linux":
        descriptor = os.memfd_create("pem")
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            yield file.name
