"""An issuer for tests: real keys, real signatures, and any token one may think of."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from gateway.authentication.compact import UnverifiedToken, parse_compact
from gateway.authentication.key_set import KeySet, parse_key_set

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

ISSUER = "https://login.example"
AUDIENCE = "gateway"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)

_CURVES: dict[str, type[ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1]] = {
    "ES256": ec.SECP256R1,
    "ES384": ec.SECP384R1,
    "ES512": ec.SECP521R1,
}

_made: dict[tuple[str, int, int], PrivateKey] = {}


def private_key(algorithm: str, number: int = 0, bits: int = 2048) -> PrivateKey:
    """Return a key that fits an algorithm; the same one for the same arguments."""
    # Making an RSA key takes a while, and one serves all RSA algorithms.
    kind = "RSA" if algorithm[:2] in {"RS", "PS"} else algorithm
    name = (kind, number, bits)
    if name not in _made:
        _made[name] = _make(kind, bits)
    return _made[name]


def _make(kind: str, bits: int) -> PrivateKey:
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    if kind == "RSA":
        return rsa.generate_private_key(65537, bits)
    return ed25519.Ed25519PrivateKey.generate()


def jwk(algorithm: str, *, number: int = 0, bits: int = 2048, **more: Any) -> Any:
    """Return the public key as a provider publishes it."""
    key = private_key(algorithm, number, bits).public_key()
    data = dict(_library_algorithm(algorithm).to_jwk(key, as_dict=True))
    data.pop("key_ops", None)
    data |= {"kid": f"{algorithm}-{number}", "alg": algorithm, "use": "sig"} | more
    return {name: value for name, value in data.items() if value is not None}


def key_set(*keys: Any) -> bytes:
    return json.dumps({"keys": keys}).encode()


def keys_of(*algorithms: str) -> KeySet:
    return parse_key_set(key_set(*map(jwk, algorithms)), ALGORITHMS)


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def sign(
    header: Mapping[str, Any] | bytes,
    payload: Mapping[str, Any] | bytes,
    *,
    algorithm: str = "ES256",
    number: int = 0,
) -> str:
    """Return a token with exactly this header and payload, and a good signature."""
    parts = [
        encode(part if isinstance(part, bytes) else json.dumps(part).encode())
        for part in (header, payload)
    ]
    signed = ".".join(parts)
    key = private_key(algorithm, number, 2048)
    signature = _library_algorithm(algorithm).sign(signed.encode(), key)
    return f"{signed}.{encode(signature)}"


def access_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good access token; `None` removes one."""
    at = int(NOON.timestamp())
    claims = {
        "iss": ISSUER,
        "sub": "alice",
        "aud": AUDIENCE,
        "exp": at + 300,
        "iat": at,
        "jti": "1",
        "client_id": "app",
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def id_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good ID token; `None` removes one."""
    return access_claims(**{"jti": None, "client_id": None} | changes)


def token(
    claims: Mapping[str, Any] | bytes,
    *,
    algorithm: str = "ES256",
    number: int = 0,
    **header: Any,
) -> str:
    """Return a signed token; an access token, unless the header says otherwise."""
    whole = {"alg": algorithm, "kid": f"{algorithm}-{number}", "typ": "at+jwt"} | header
    whole = {name: value for name, value in whole.items() if value is not None}
    return sign(whole, claims, algorithm=algorithm, number=number)


def unverified(text: str) -> UnverifiedToken:
    return parse_compact(text, max_bytes=8192)


def flip(text: str, place: int, bit: int) -> str:
    """Return a token in which one of the six bits that a character encodes differs."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    flipped = alphabet[alphabet.index(text[place]) ^ (1 << bit)]
    return text[:place] + flipped + text[place + 1 :]


def _library_algorithm(algorithm: str) -> Any:
    name = "EdDSA" if algorithm == "Ed25519" else algorithm
    return get_default_algorithms()[name]
