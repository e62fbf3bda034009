"""The examples of the JOSE standards: signatures that verify, and forms that do not.

`vectors.json` names the section of each. Claims of RFC 7519 and practices of RFC 8725 that
have no vector of their own are told here, each with the section that asks for it.
"""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.authentication.compact import parse_compact
from gateway.authentication.key_set import KeySetError, parse_key_set
from gateway.authentication.oidc import OidcVerifier
from gateway.authentication.verification_key import UnusableKeyError, load_key
from gateway.config.providers.oidc import OidcProvider
from gateway.model.claims import VerifiedClaims
from gateway.model.errors import CredentialError, UntrustedIssuerError
from tests.authentication.issuer import (
    ALGORITHMS,
    AUDIENCE,
    ISSUER,
    NOON,
    access_claims,
    id_claims,
    keys_of,
    sign,
    token,
    unverified,
)

pytestmark = pytest.mark.conformance

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text())

# RFC 7515 section 6: a key as it would travel inside of a token.
_OWN_KEY = {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}


def by_source(vector: dict[str, Any]) -> str:
    return str(vector["source"])


def decode(segment: str) -> bytes:
    return urlsafe_b64decode(segment + "==")


def verify(text: str) -> VerifiedClaims:
    settings = OidcProvider.model_validate(
        {
            "kind": "oidc",
            "id": "corp",
            "issuer": ISSUER,
            "algorithms": ("ES256", "RS256"),
            "audiences": (AUDIENCE,),
            "accept": {"tokens": ("at+jwt", "id_token")},
        }
    )
    verifier = OidcVerifier(
        settings, keys=keys_of("ES256", "RS256"), skew=timedelta(seconds=30)
    )
    return verifier.claims_for(unverified(text), now=NOON, may_wait=True)


@pytest.mark.parametrize("vector", VECTORS["verify"], ids=by_source)
def test_a_signature_of_the_standard_verifies(vector: dict[str, Any]) -> None:
    key = load_key(vector["jwk"], (vector["algorithm"],))
    signed, _, signature = vector["token"].rpartition(".")

    assert key.verifies(decode(signature), signed.encode())


@pytest.mark.parametrize("vector", VECTORS["verify"], ids=by_source)
def test_no_signature_of_the_standard_verifies_with_a_bit_flipped(
    vector: dict[str, Any],
) -> None:
    key = load_key(vector["jwk"], (vector["algorithm"],))
    signed, _, encoded = vector["token"].rpartition(".")
    signature = decode(encoded)

    for byte in range(len(signature)):
        changed = bytearray(signature)
        changed[byte] ^= 1 << byte % 8
        assert not key.verifies(bytes(changed), signed.encode())


@pytest.mark.parametrize("vector", VECTORS["refuse"], ids=by_source)
def test_a_form_of_the_standard_that_proves_nothing_is_refused(
    vector: dict[str, Any],
) -> None:
    with pytest.raises(CredentialError):
        verify(vector["token"])
    with pytest.raises(UnusableKeyError):
        load_key(vector["jwk"], ALGORITHMS)
    with pytest.raises(KeySetError):
        parse_key_set(json.dumps({"keys": [vector["jwk"]]}).encode(), ALGORITHMS)


@pytest.mark.parametrize(
    "header",
    [
        '{"typ":"JWT",\r\n "alg":"ES256"}',
        '{ "alg" : "ES256" , "unknown" : { "deep" : 1 } }',
    ],
)
def test_rfc_7515_section_4_unknown_members_and_white_space_are_ignored(
    header: str,
) -> None:
    """Only what is listed in `crit` has to be understood."""
    text = sign(header.encode(), id_claims())

    assert verify(text).subject == "alice"


@pytest.mark.parametrize(
    "serialization",
    [
        '{"payload":"e30","protected":"e30","signature":"AA"}',
        '{"payload":"e30","signatures":[{"protected":"e30","signature":"AA"}]}',
    ],
)
def test_rfc_7515_section_7_2_the_json_serialization_is_no_jwt(
    serialization: str,
) -> None:
    """RFC 7519 section 3: a JWT is compact."""
    with pytest.raises(CredentialError):
        parse_compact(serialization, max_bytes=8192)


def test_rfc_7519_section_3_1_the_examples_claims_are_read() -> None:
    """With its line breaks; its time has passed and nobody here trusts "joe"."""
    vector = VECTORS["verify"][1]

    parts = unverified(vector["token"])

    assert parts.unverified_claims == {
        "iss": "joe",
        "exp": 1300819380,
        "http://example.com/is_root": True,
    }
    with pytest.raises(UntrustedIssuerError):
        verify(vector["token"])


def test_rfc_7519_section_6_1_an_unsecured_token_is_refused() -> None:
    text = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ."

    with pytest.raises(CredentialError):
        verify(text)


def test_rfc_7519_section_7_2_an_encrypted_token_is_refused() -> None:
    """Five segments: RFC 7519 appendix A.1 is one."""
    with pytest.raises(CredentialError):
        verify("eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.QQ.QQ.QQ.QQ")


def test_rfc_7519_section_5_2_a_nested_token_is_refused() -> None:
    """Its payload is another token, not a set of claims."""
    inner = token(access_claims())
    header = {"alg": "ES256", "kid": "ES256-0", "typ": "JWT", "cty": "JWT"}

    with pytest.raises(CredentialError):
        verify(sign(header, inner.encode()))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(token(access_claims(), alg="HS256"), id="2.1 algorithm changed"),
        pytest.param(token(access_claims(), alg="none"), id="2.1 no algorithm"),
        pytest.param(token(access_claims(), kid="RS256-0"), id="3.1 not the key's own"),
        pytest.param(
            token(access_claims(iss="https://other.example")), id="3.8 another issuer"
        ),
        pytest.param(token(access_claims(sub=None)), id="3.8 no subject"),
        pytest.param(token(access_claims(aud="other")), id="3.9 another audience"),
        pytest.param(token(access_claims(aud=None)), id="3.9 no audience"),
        pytest.param(
            token(access_claims(), jwk=_OWN_KEY), id="3.10 a key in the header"
        ),
        pytest.param(
            token(access_claims(), jku="https://x.example/"), id="3.10 a place of keys"
        ),
        pytest.param(
            token(access_claims(), typ="secevent+jwt"), id="3.11 another type"
        ),
        pytest.param(
            token(access_claims(), typ="JWT"), id="3.12 an access token as ID token"
        ),
        pytest.param(token(id_claims()), id="3.12 an ID token as access token"),
    ],
)
def test_rfc_8725_a_practice_that_was_not_followed_is_refused(
    text: str,
) -> None:
    with pytest.raises(CredentialError):
        verify(text)
