"""TLS for a listener."""

import contextlib
import ssl
from pathlib import Path

import pytest

from gateway.endpoints.listener.errors import ListenError
from gateway.endpoints.listener.tls import ListenerTls, server_context
from tests.endpoints.listener.certificates import pem_pair


def handshake(
    server: ssl.SSLContext, client: ssl.SSLContext
) -> tuple[str | None, str | None, str | None]:
    """Return version, cipher and ALPN protocol that the two agree on, in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname="localhost")
    other = server.wrap_bio(to_server, to_client, server_side=True)
    unfinished = [one, other]
    while unfinished:
        for end in tuple(unfinished):
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
                unfinished.remove(end)
    cipher = one.cipher()
    return one.version(), cipher[0] if cipher else None, one.selected_alpn_protocol()


def client_context(cert: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=cert.decode())
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def test_the_newest_version_is_spoken() -> None:
    """And HTTP/1.1 over it, for that is all there is here."""
    cert, key = pem_pair()

    version, _, protocol = handshake(
        server_context(ListenerTls(cert=cert, key=key)), client_context(cert)
    )

    assert version == "TLSv1.3"
    assert protocol == "http/1.1"


def test_tls_1_2_has_ephemeral_keys_and_authenticated_encryption() -> None:
    """RFC 9325 section 4.2."""
    cert, key = pem_pair()
    client = client_context(cert)
    client.maximum_version = ssl.TLSVersion.TLSv1_2

    version, cipher, _ = handshake(
        server_context(ListenerTls(cert=cert, key=key)), client
    )

    assert version == "TLSv1.2"
    assert cipher is not None
    assert cipher.startswith("ECDHE-")
    assert "GCM" in cipher or "CHACHA20" in cipher


def test_a_weak_cipher_is_not_spoken() -> None:
    """The pair to the above: CBC with SHA-1."""
    cert, key = pem_pair()
    client = client_context(cert)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")

    with pytest.raises(ssl.SSLError):
        handshake(server_context(ListenerTls(cert=cert, key=key)), client)


def test_old_versions_are_not_spoken() -> None:
    """RFC 8996: TLS 1.0 and 1.1 are deprecated."""
    cert, key = pem_pair()

    context = server_context(ListenerTls(cert=cert, key=key))

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_COMPRESSION
    assert context.options & ssl.OP_NO_RENEGOTIATION


@pytest.mark.parametrize("fault", ["cert", "key", "pair", "empty", "passphrase"])
def test_what_cannot_be_used_is_told_at_the_start(fault: str) -> None:
    """By its name, without a word of the key."""
    cert, key = pem_pair()
    match fault:
        case "cert":
            cert = b"not a certificate"
        case "key":
            key = b"-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"
        case "pair":
            _, key = pem_pair()
        case "empty":
            cert = key = b""
        case _:
            cert, key = pem_pair(b"passphrase")

    with pytest.raises(ListenError, match="orders: unusable") as caught:
        server_context(ListenerTls(cert=cert, key=key, name="orders"))

    assert "secret" not in str(caught.value)


def test_the_key_is_not_shown() -> None:
    """Settings end up in logs."""
    assert "secret" not in repr(ListenerTls(cert=b"", key=b"secret"))


def test_no_descriptor_is_left_open() -> None:
    """Each reload of a certificate would cost two."""
    cert, key = pem_pair()
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(5):
        server_context(ListenerTls(cert=cert, key=key))

    assert len(list(Path("/proc/self/fd").iterdir())) == before
