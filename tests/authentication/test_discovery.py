"""What an issuer says about itself."""

import pytest

from gateway.authentication.discovery import DiscoveryError, parse_discovery

ISSUER = "https://login.example"


def test_an_issuers_own_document_is_read() -> None:
    """However it may be spelled."""
    document = b'{"issuer": "https://login.example", "jwks_uri": "x"}'

    assert parse_discovery(document, ["other", ISSUER])["jwks_uri"] == "x"


@pytest.mark.parametrize(
    "document",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"issuer": "https://login.example/"}',
        b'{"issuer": ["https://login.example"]}',
    ],
    ids=["page", "list", "no issuer", "another", "several"],
)
def test_anything_else_is_refused(document: bytes) -> None:
    """OpenID Connect Discovery 1.0 section 4.3: byte for byte."""
    with pytest.raises(DiscoveryError):
        parse_discovery(document, [ISSUER])
