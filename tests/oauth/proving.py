"""A client that holds a key, and proves it."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    generate_private_key,
)
from jwt.algorithms import ECAlgorithm

from tests.oauth.house import NOON, URL

TOKEN_URL = f"{URL}/oauth2/token"


class Holder:
    """Has a key."""

    def __init__(self) -> None:
        self.key = generate_private_key(SECP256R1())
        self.jwk: dict[str, Any] = ECAlgorithm.to_jwk(
            self.key.public_key(), as_dict=True
        )
        self.made = 0

    @property
    def thumbprint(self) -> str:
        """RFC 7638."""
        members = {name: self.jwk[name] for name in ("crv", "kty", "x", "y")}
        text = json.dumps(members, sort_keys=True, separators=(",", ":"))
        return _encode(sha256(text.encode()).digest())

    def proof(
        self,
        nonce: Any,
        *,
        headers: dict[str, Any] | None = None,
        access_token: str | None = None,
        **changed: Any,
    ) -> str:
        """Return a proof for the token endpoint, unless it is said to be otherwise."""
        self.made += 1
        claims = {
            "htm": "POST",
            "htu": TOKEN_URL,
            "jti": f"proof {self.made}",
            "iat": int(NOON.timestamp()),
            "nonce": nonce,
            **changed,
        }
        if access_token is not None:
            claims["ath"] = _encode(sha256(access_token.encode()).digest())
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"typ": "dpop+jwt", "jwk": self.jwk, **(headers or {})}
        return jwt.encode(kept, self.key, algorithm="ES256", headers=header)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
