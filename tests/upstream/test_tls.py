"""TLS as a client: what is believed, what is shown, what is refused."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.upstream.tls import TlsMaterial, client_tls

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _pair(*, password: bytes = b"") -> tuple[bytes, bytes]:
    """Return a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON)
        .not_valid_after(NOON + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        ),
    )


def test_the_name_is_checked_and_old_versions_are_refused() -> None:
    """The defaults, spelled out."""
    context = client_tls(TlsMaterial()).context

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_custom_authority_replaces_the_systems() -> None:
    """Who names its own trusts nobody else."""
    certificate, _ = _pair()
    context = client_tls(TlsMaterial(ca=certificate)).context

    assert len(context.get_ca_certs()) == 1


def test_a_bundle_may_have_comments_in_any_language() -> None:
    """Public ones do."""
    certificate, _ = _pair()
    context = client_tls(
        TlsMaterial(ca="# Főtanúsítvány\n".encode() + certificate)
    ).context

    assert len(context.get_ca_certs()) == 1


def test_a_pair_can_be_shown() -> None:
    """For upstreams that ask who calls."""
    certificate, key = _pair()

    client_tls(TlsMaterial(certificate=certificate, key=key))


def _broken() -> list[TlsMaterial]:
    certificate, key = _pair()
    _, other_key = _pair()
    _, locked_key = _pair(password=b"secret")
    return [
        TlsMaterial(ca=b"not a certificate"),
        TlsMaterial(ca=b""),
        TlsMaterial(ca=b"\xff"),
        TlsMaterial(ca=b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        TlsMaterial(certificate=b"no", key=key),
        TlsMaterial(certificate=certificate, key=b"no"),
        TlsMaterial(certificate=certificate, key=other_key),
        TlsMaterial(certificate=certificate, key=locked_key),
    ]


@pytest.mark.parametrize("index", range(8))
def test_material_that_cannot_be_used_is_refused(index: int) -> None:
    """At load, without a question for a password, and without a word of the key."""
    material = _broken()[index]

    with pytest.raises(ValueError, match="unusable TLS material") as caught:
        client_tls(material)

    assert "PRIVATE" not in str(caught.value)


def test_a_key_does_not_show_itself() -> None:
    """Settings get printed."""
    _, key = _pair()

    assert "PRIVATE" not in repr(TlsMaterial(key=key))
    assert "PRIVATE" not in repr(client_tls(TlsMaterial(key=key)))


def test_the_same_material_makes_the_same() -> None:
    """So that a reload keeps connections; and other material does not."""
    certificate, _ = _pair()

    assert client_tls(TlsMaterial()) == client_tls(TlsMaterial())
    assert client_tls(TlsMaterial()) != client_tls(TlsMaterial(ca=certificate))
