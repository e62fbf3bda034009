"""TLS towards an upstream: whose certificate is believed, and which one is shown."""

import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """Certificates and a key, in PEM form.

    Attributes:
        ca: Certificates that sign the upstream's; `None` for the system's.
        certificate: The gateway's own, with its chain; `None` for none.
        key: The private key to it.
    """

    ca: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ClientTls:
    """TLS as a client speaks it. Equal to any other made of the same material.

    Attributes:
        material: What it was made of.
        context: For the event loop.
    """

    material: TlsMaterial
    context: ssl.SSLContext = field(compare=False, repr=False)


def client_tls(material: TlsMaterial) -> ClientTls:
    """Return TLS for connections to an upstream.

    The upstream's name is always checked, and TLS is 1.2 or newer.

    Raises:
        ValueError: The material is no certificate, no key, or the two do not belong
            together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        if material.ca is None:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        else:
            _load_authorities(context, material.ca)
        if material.certificate is not None and material.key is not None:
            _load_pair(context, material.certificate, material.key)
    except ssl.SSLError as error:
        # Its whole text could quote the material.
        reason = error.reason or type(error).__name__
        raise ValueError(f"unusable TLS material: {reason}") from None
    return ClientTls(material, context)


def _load_authorities(context: ssl.SSLContext, ca: bytes) -> None:
    # Bundles have comments in many languages; between the markers there is only ASCII.
    text = ca.decode("ascii", "ignore")
    if "BEGIN CERTIFICATE" not in text:
        # An empty bundle must not come to mean the system's.
        raise ValueError("unusable TLS material: no certificate in the bundle")
    context.load_verify_locations(cadata=text)


def _load_pair(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    # OpenSSL takes a pair from files only. The folder is the owner's alone (0700).
    with tempfile.TemporaryDirectory() as folder:
        certificate_file = Path(folder, "certificate.pem")
        key_file = Path(folder, "key.pem")
        certificate_file.write_bytes(certificate)
        key_file.write_bytes(key)
        # A password is never asked for: nobody sits at the terminal.
        context.load_cert_chain(certificate_file, key_file, password=lambda: b"")
