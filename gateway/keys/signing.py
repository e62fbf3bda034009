"""Signing keys: making them, naming them, showing their public half.

References: RFC 7517 (JWK), RFC 7518 section 6 (their members), RFC 7638 (thumbprint),
RFC 8037 (Ed25519).
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal, assert_never, get_args

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ec import (
    generate_private_key as generate_ec,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    generate_private_key as generate_rsa,
)
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

# Asymmetric only: whoever can verify must not be able to sign.
Algorithm = Literal["ES256", "EdDSA", "RS256"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey

# The least that RFC 7518 section 3.3 allows, because signing cost grows with the cube;
# whoever wants more strength takes ES256, which matches RSA with 3072 bits.
RSA_BITS = 2048
RSA_EXPONENT = 65537

# What the thumbprint is made of (RFC 7638 section 3.2, RFC 8037 section 2). The rest of
# a JWK is commentary.
_REQUIRED = ("crv", "e", "kty", "n", "x", "y")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs now.

    Attributes:
        kid: Its RFC 7638 thumbprint.
        algorithm: The one algorithm that it signs with.
        private_key: The key object itself.
    """

    kid: str
    algorithm: Algorithm
    private_key: PrivateKey = field(repr=False)


def generate(algorithm: Algorithm) -> PrivateKey:
    """Return a new private key for one algorithm."""
    match algorithm:
        case "ES256":
            return generate_ec(SECP256R1())
        case "EdDSA":
            return Ed25519PrivateKey.generate()
        case "RS256":
            return generate_rsa(RSA_EXPONENT, RSA_BITS)
        case _:
            assert_never(algorithm)


def find_algorithm(key: object) -> Algorithm | None:
    """Return the algorithm that a public key is fit for, if it is one of ours."""
    match key:
        case EllipticCurvePublicKey(curve=SECP256R1()):
            return "ES256"
        case Ed25519PublicKey():
            return "EdDSA"
        case RSAPublicKey(key_size=bits) if bits >= RSA_BITS:
            return "RS256"
        case _:
            return None


def public_jwk(key: PublicKey, algorithm: Algorithm) -> dict[str, Any]:
    """Return a public key as the entry of a JWKS, named by its thumbprint.

    Reference: RFC 7517 section 4.
    """
    if isinstance(key, EllipticCurvePublicKey):
        members = ECAlgorithm.to_jwk(key, as_dict=True)
    elif isinstance(key, Ed25519PublicKey):
        members = OKPAlgorithm.to_jwk(key, as_dict=True)
    else:
        members = RSAAlgorithm.to_jwk(key, as_dict=True)
    jwk = {name: members[name] for name in _REQUIRED if name in members}
    return jwk | {"kid": thumbprint(jwk), "use": "sig", "alg": algorithm}


def thumbprint(jwk: dict[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a public JWK.

    Reference: RFC 7638 section 3.
    """
    required = {name: jwk[name] for name in _REQUIRED if name in jwk}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
