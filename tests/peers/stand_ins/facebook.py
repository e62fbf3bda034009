"""A stand-in for Facebook's Graph API and Limited Login. It is none of Meta's own software.

`debug_token` answers HTTP 200 also about a token that is none. `/me` answers whoever holds a
token, of whichever app.

Source: Meta "Access Tokens: Debugging and Error Handling", Graph reference "debug_token",
"OIDC Token for Limited Login", "Securing Graph API requests".
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from typing_extensions import override

from tests.peers.stand_ins.wire import Asked, Reply, StandIn, redirect, reply

APP_ID = "1234567890123456"
SECRET = "secret"
TOKEN = "EAACW5Fg5N2IBA"
FOREIGN_TOKEN = "EAAanother"
CODE = "AQDhVR1a"
GRAPH = "/v23.0"
KEYS = "/.well-known/oauth/openid/jwks/"

ALICE: dict[str, Any] = {
    "id": "10158234567890123",
    "name": "Alice Example",
    "first_name": "Alice",
    "last_name": "Example",
    "email": "alice@example.com",
    "picture": {
        "data": {
            "height": 50,
            "is_silhouette": False,
            "url": "https://platform-lookaside.fbsbx.com/alice.jpg",
            "width": 50,
        }
    },
}


def graph_error(code: int, subcode: int | None = None, status: int = 400) -> Reply:
    """Return an error as the Graph API answers it."""
    error: dict[str, Any] = {
        "message": "Error validating access token",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCd",
    }
    if subcode is not None:
        error["error_subcode"] = subcode
    return reply({"error": error}, status)


@cache
def _key(kid: str) -> rsa.RSAPrivateKey:
    # To make one takes longer than all that is done with it.
    del kid
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Facebook(StandIn):
    """Facebook.

    Attributes:
        user: Whose tokens they are.
        proof: What `debug_token` says beside the usual; `None` takes something away.
        consents: Whether whoever is asked says yes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.user = dict(ALICE)
        self.proof: dict[str, Any] = {}
        self.consents = True
        self.codes: set[str] = set()
        self.key = _key("fb-1")
        self.kid = "fb-1"

    def id_token(self, now: datetime, **changes: Any) -> str:
        """Return an ID token of Limited Login; `None` takes a claim away."""
        claims = {
            "iss": "https://limited.facebook.com",
            "aud": APP_ID,
            "sub": ALICE["id"],
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + 3600,
            "jti": "pbGb.1",
            "nonce": "nonce",
            "email": "alice@example.com",
            "name": "Alice Example",
            "given_name": "Alice",
            "picture": "https://platform-lookaside.fbsbx.com/alice.jpg",
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.key, "RS256", headers={"kid": self.kid})

    def rotate(self) -> None:
        """Sign with another key from now on, and publish that one alone."""
        self.kid = "fb-2"
        self.key = _key("fb-2")

    @override
    def usual(self, asked: Asked) -> Reply:
        known: dict[tuple[str, str], Callable[[Asked], Reply]] = {
            ("GET", f"{GRAPH}/dialog/oauth"): self._dialog,
            ("POST", f"{GRAPH}/oauth/access_token"): self._token,
            ("GET", f"{GRAPH}/debug_token"): self._debug,
            ("GET", f"{GRAPH}/me"): self._me,
            ("GET", KEYS): self._keys,
        }
        found = known.get((asked.method, asked.path))
        return found(asked) if found else graph_error(100, status=404)

    def _dialog(self, asked: Asked) -> Reply:
        query = asked.query
        assert query["client_id"] == APP_ID
        answer = {"state": query["state"]}
        if self.consents:
            self.codes.add(CODE)
            answer["code"] = CODE
        else:
            answer |= {
                "error": "access_denied",
                "error_code": "200",
                "error_description": "Permissions error",
                "error_reason": "user_denied",
            }
        return redirect(f"{query['redirect_uri']}?{urlencode(answer)}")

    def _token(self, asked: Asked) -> Reply:
        form = asked.form
        if (form["client_id"], form["client_secret"]) != (APP_ID, SECRET):
            return graph_error(1)
        if form["code"] not in self.codes:
            return graph_error(100, 36009)
        self.codes.remove(form["code"])
        return reply(
            {"access_token": TOKEN, "token_type": "bearer", "expires_in": 5183944}
        )

    def _debug(self, asked: Asked) -> Reply:
        if asked.query.get("access_token") != f"{APP_ID}|{SECRET}":
            return graph_error(190)
        token = asked.query["input_token"]
        if token not in {TOKEN, FOREIGN_TOKEN}:
            return reply(
                {
                    "data": {
                        "error": {"code": 190, "message": "Malformed", "subcode": 467},
                        "is_valid": False,
                        "scopes": [],
                    }
                }
            )
        proof = {
            "app_id": APP_ID if token == TOKEN else "999",
            "type": "USER",
            "application": "Gateway",
            "data_access_expires_at": 1,
            "expires_at": 0,
            "is_valid": True,
            "scopes": ["email", "public_profile"],
            "granular_scopes": [{"scope": "email", "target_ids": ["1"]}],
            "user_id": ALICE["id"],
        } | self.proof
        return reply({"data": {name: v for name, v in proof.items() if v is not None}})

    def _me(self, asked: Asked) -> Reply:
        token = asked.query.get("access_token", "")
        if token not in {TOKEN, FOREIGN_TOKEN}:
            return graph_error(190, 467)
        if token == TOKEN:
            wanted = hmac.new(SECRET.encode(), token.encode(), hashlib.sha256)
            if asked.query.get("appsecret_proof") != wanted.hexdigest():
                return graph_error(100)
        fields = asked.query["fields"].split(",")
        return reply({name: v for name, v in self.user.items() if name in fields})

    def _keys(self, asked: Asked) -> Reply:
        key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return reply({"keys": [{**key, "kid": self.kid, "use": "sig", "alg": "RS256"}]})
