"""A stand-in for Sign in with Apple. It is none of Apple's own software.

Takes a client secret only if it is a token that our key has signed, with all that belongs
into it. Posts its answers; says the name once, beside the token, and what is a boolean as text.

Source: Apple "Sign in with Apple REST API" (token validation, ErrorResponse, user's identity
token); that the name needs a posted form, and how long a secret may be good, is recalled.
"""

import json
import time
from collections.abc import Mapping
from typing import Any, ClassVar

import jwt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from typing_extensions import override

from tests.authentication.issuer import private_key
from tests.peers.stand_ins.openid import CLIENT_ID, OpenIdStandIn
from tests.peers.stand_ins.wire import Asked, Reply, reply

TEAM_ID = "ABCDE12345"
KEY_ID = "FGHIJ67890"

_KEY = private_key("ES256", 7)
# As Apple hands it out, in a file of its own.
KEY = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

_SIX_MONTHS = 15777000

ADA: dict[str, Any] = {
    "sub": "000792.0123456789abcdef0123456789abcdef.0638",
    "email": "x7k2@privaterelay.appleid.com",
    "email_verified": "true",
    "is_private_email": "true",
    "nonce_supported": True,
}
USER = {
    "name": {"firstName": "Ada", "lastName": "Lovelace"},
    "email": "x7k2@privaterelay.appleid.com",
}


class Apple(OpenIdStandIn):
    """Apple.

    Attributes:
        first: Whether whoever signs in does so for the first time.
    """

    PATHS: ClassVar[Mapping[str, str]] = {
        "authorize": "/auth/authorize",
        "token": "/auth/token",
        "keys": "/auth/keys",
    }
    REFUSAL = "user_cancelled_authorize"

    def __init__(self) -> None:
        super().__init__()
        self.person = dict(ADA)
        self.first = True

    @override
    def authorize(self, query: Mapping[str, str]) -> Reply:
        asked = set(query.get("scope", "").split()) & {"name", "email"}
        if asked and query.get("response_mode") != "form_post":
            return reply({"error": "invalid_request"}, 400)
        return super().authorize(query)

    @override
    def back(self, query: Mapping[str, str], answer: Mapping[str, str]) -> Reply:
        if self.first and "code" in answer and "name" in query["scope"].split():
            self.first = False
            answer = {**answer, "user": json.dumps(USER)}
        return super().back(query, answer)

    @override
    def knows(self, asked: Asked) -> bool:
        secret = asked.form.get("client_secret", "")
        try:
            header = jwt.get_unverified_header(secret)
            claims = jwt.decode(
                secret,
                _KEY.public_key(),
                algorithms=["ES256"],
                audience=self.issuer,
                issuer=TEAM_ID,
                options={"require": ["iss", "iat", "exp", "aud", "sub"]},
            )
        except jwt.PyJWTError:
            return False
        return (
            header.get("kid") == KEY_ID
            and claims["sub"] == asked.form.get("client_id") == CLIENT_ID
            and claims["exp"] <= time.time() + _SIX_MONTHS
        )

    @override
    def refused(self, error: str, status: int = 400) -> Reply:
        # Always 400, and never a description.
        return reply({"error": error}, 400)

    @override
    def tokens(self, query: Mapping[str, str]) -> dict[str, Any]:
        return super().tokens(query) | {"refresh_token": "r0"}
