"""Keys are made strong, named by their thumbprint and shown without their secret."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa

from gateway.keys.signing import (
    ALGORITHMS,
    RSA_BITS,
    Algorithm,
    SigningKey,
    find_algorithm,
    generate,
    public_jwk,
    thumbprint,
)

# RFC 7638 section 3.1.
RSA_EXAMPLE = {
    "kty": "RSA",
    "n": (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhD"
        "R1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6"
        "Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
        "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0"
        "Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    ),
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}
# RFC 8037 appendix A.3.
ED25519_EXAMPLE = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}


@pytest.mark.conformance
@pytest.mark.parametrize(
    ("jwk", "expected"),
    [
        (RSA_EXAMPLE, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ED25519_EXAMPLE, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ],
)
def test_the_thumbprint_is_that_of_the_standard(
    jwk: dict[str, Any], expected: str
) -> None:
    """RFC 7638 section 3.1, RFC 8037 appendix A.3."""
    assert thumbprint(jwk) == expected


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_generated_key_is_fit_for_its_algorithm(algorithm: Algorithm) -> None:
    """And for no other."""
    assert find_algorithm(generate(algorithm).public_key()) == algorithm


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_published_key_verifies_and_holds_no_secret(algorithm: Algorithm) -> None:
    """A client that knows nothing but the JWK can check a token."""
    private = generate(algorithm)

    jwk = public_jwk(private.public_key(), algorithm)
    token = jwt.encode({"a": 1}, private, algorithm)

    assert jwt.decode(token, jwt.PyJWK(jwk), algorithms=[algorithm]) == {"a": 1}
    assert set(jwk) <= {"kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"}
    assert jwk["use"] == "sig"
    assert jwk["alg"] == algorithm
    assert jwk["kid"] == thumbprint(jwk)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        ed448.Ed448PrivateKey.generate().public_key(),
        rsa.generate_private_key(65537, RSA_BITS - 1024).public_key(),
        "no key",
    ],
)
def test_other_kinds_of_key_are_fit_for_nothing(key: object) -> None:
    """RSA below 2048 bits included (RFC 7518 section 3.3)."""
    assert find_algorithm(key) is None


def test_a_signing_key_does_not_show_itself() -> None:
    """Not even that there is an object to look into."""
    key = SigningKey("kid", "ES256", generate("ES256"))

    assert "private" not in repr(key)
