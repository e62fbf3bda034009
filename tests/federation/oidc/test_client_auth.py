"""How the gateway proves to a provider that it is its client."""

from base64 import b64decode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from gateway.config.providers.oidc_client import ClientSettings
from gateway.config.settings.references import SecretRef
from gateway.federation.oidc.client_auth import (
    ClientProof,
    client_authentication,
    load_private_key,
)
from tests.authentication.issuer import NOON, private_key
from tests.federation.oidc.house import secret

URL = "https://login.example/token"


def pem(key: Any, encryption: KeySerializationEncryption | None = None) -> bytes:
    raw: bytes = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()
    )
    return raw


def proof(**client: Any) -> ClientProof:
    settings = ClientSettings.model_validate({"id": "we b"} | client)
    return client_authentication(settings, clock=lambda: NOON).proof_for(URL)


def test_a_secret_goes_into_the_header() -> None:
    """RFC 6749 section 2.3.1: both parts encoded as in a form, then as Basic."""
    given = proof(secret=secret("p:ss w%rd\u00e9"))

    scheme, _, value = given.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    assert b64decode(value) == b"we%20b:p%3Ass%20w%25rd%C3%A9"
    assert given.form == {}


def test_a_secret_goes_into_the_form() -> None:
    """As it is; the form encodes it."""
    given = proof(secret=secret("s"), auth="client_secret_post")

    assert given == ClientProof({"client_id": "we b", "client_secret": "s"})


def test_a_public_client_says_who_it_is() -> None:
    """What protects its code is PKCE."""
    assert proof() == ClientProof({"client_id": "we b"})


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_key_signs_an_assertion(algorithm: str) -> None:
    """RFC 7523 section 3: for one place, once, and for a minute."""
    key = private_key(algorithm)
    reference = SecretRef("file key.pem", pem(key))

    first = proof(key=reference, key_id="k-1").form
    second = proof(key=reference).form

    assertion = first["client_assertion"]
    claims = jwt.decode(
        assertion,
        key.public_key(),
        algorithms=[algorithm],
        audience=URL,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert jwt.get_unverified_header(assertion)["kid"] == "k-1"
    assert "kid" not in jwt.get_unverified_header(second["client_assertion"])
    assert claims["iss"] == claims["sub"] == "we b"
    assert claims["exp"] - claims["iat"] == 60
    assert claims["iat"] == NOON.timestamp()
    other = jwt.decode(second["client_assertion"], options={"verify_signature": False})
    assert claims["jti"] != other["jti"]
    assert first["client_id"] == "we b"
    assert first["client_assertion_type"].endswith(":jwt-bearer")


KEYS = {
    "no key": b"secret",
    "nothing": b"",
    "encrypted": pem(private_key("ES256"), BestAvailableEncryption(b"x")),
    "another curve": pem(ec.generate_private_key(ec.SECP384R1())),
    "too short": pem(private_key("RS256", 0, 1024)),
    "another kind": pem(ed448.Ed448PrivateKey.generate()),
}


@pytest.mark.parametrize("raw", KEYS.values(), ids=KEYS)
def test_a_key_that_cannot_sign_is_refused(raw: bytes) -> None:
    """When the files are loaded."""
    with pytest.raises(ValueError, match="key"):
        load_private_key(raw)


def test_nothing_secret_is_shown() -> None:
    """In no log, and in no traceback."""
    settings = ClientSettings(id="a", secret=secret("hidden"))
    authentication = client_authentication(settings, clock=lambda: NOON)
    in_form = settings.model_copy(update={"auth": "client_secret_post"})

    shown = [
        repr(each)
        for each in (
            authentication,
            authentication.proof_for(URL),
            client_authentication(in_form, clock=lambda: NOON).proof_for(URL),
        )
    ]

    assert not any("hidden" in text or "Basic" in text for text in shown)
