"""TLS for a listener, with what is considered sound today.

References: RFC 9325 (recommendations for TLS), RFC 7301 (ALPN).
"""

import ssl
from dataclasses import dataclass
from pathlib import Path

from gateway.endpoints.listener.errors import ListenError

# For TLS 1.2; 1.3 has only such suites. Ephemeral keys and authenticated encryption.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True, slots=True)
class ListenerTls:
    """The certificate that a listener shows: `[server.tls]`.

    Attributes:
        cert: PEM file with the certificate and the chain above it.
        key: PEM file with its private key, without a passphrase.
    """

    cert: Path
    key: Path


def server_context(tls: ListenerTls) -> ssl.SSLContext:
    """Return the context of a server with this certificate.

    Raises:
        ListenError: A file cannot be read, or the two do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(["http/1.1"])
    try:
        # An encrypted key must fail, not ask on the terminal.
        context.load_cert_chain(tls.cert, tls.key, password=b"")
    except (OSError, ValueError) as error:
        raise ListenError(
            f"cannot use certificate {tls.cert} with key {tls.key}: {error}"
        ) from error
    return context
