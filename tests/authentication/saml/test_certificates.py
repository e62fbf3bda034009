"""Certificates that sign SAML, and those that do not."""

import pytest

from gateway.authentication.saml.certificates import (
    CertificateError,
    parse_base64,
    parse_pem,
)
from tests.authentication.saml.idp import pair


def base64(name: str, kind: str = "rsa") -> str:
    lines = pair(name, kind).certificate_pem.decode().splitlines()
    return "\n  ".join(lines[1:-1])


@pytest.mark.parametrize("kind", ["rsa", "p256"])
def test_both_forms_are_the_same_certificate(kind: str) -> None:
    found = parse_base64(base64("idp", kind))
    assert found == parse_pem(pair("idp", kind).certificate_pem)
    assert len(found.fingerprint) == 64
    assert found != pair("stranger", kind).certificate


@pytest.mark.parametrize("kind", ["weak", "k256"])
def test_weak_and_odd_keys_are_refused(kind: str) -> None:
    with pytest.raises(CertificateError, match="key"):
        parse_base64(base64("idp", kind))
    with pytest.raises(CertificateError, match="key"):
        parse_pem(pair("idp", kind).certificate_pem)


@pytest.mark.parametrize(
    "text", ["", "?", "AAAA", "A" * 20_000], ids=["none", "odd", "short", "long"]
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(CertificateError):
        parse_base64(text)
    with pytest.raises(CertificateError):
        parse_pem(text.encode())
