"""What stand-ins for OpenID Connect providers have in common. None is a provider's software.

One app, whose people consent to everything, or to nothing. Codes are good once and for whoever
has begun the sign-in (PKCE); ID tokens are signed with real keys, which can be changed, and
say what a test wants them to say.

Reference: OpenID Connect Core 1.0 section 3.1; Discovery 1.0 section 3.
"""

import hashlib
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar
from urllib.parse import unquote_plus, urlencode

from typing_extensions import override

from tests.authentication.issuer import jwk, token
from tests.peers.stand_ins.wire import Asked, Reply, StandIn, redirect, reply

CLIENT_ID = "gateway"
SECRET = "secret"

_LIFETIME = 3600


class OpenIdStandIn(StandIn):
    """An OpenID Connect provider.

    Attributes:
        address: Where it is served; to be set before anybody asks.
        person: What it says about whoever signs in; `None` leaves a claim out.
        token_claims: What its ID tokens say instead.
        consents: Whether whoever is asked says yes.
        key: The number of the key that signs.
        published: The numbers of the keys that are published.
        key_id: `kid` of its tokens, if not that of the key.
    """

    PATHS: ClassVar[Mapping[str, str]] = {
        "authorize": "/authorize",
        "token": "/token",
        "keys": "/keys",
        "userinfo": "/userinfo",
    }
    REFUSAL = "access_denied"

    def __init__(self) -> None:
        super().__init__()
        self.address = ""
        self.person: dict[str, Any] = {}
        self.token_claims: dict[str, Any] = {}
        self.consents = True
        self.key = 0
        self.published = [0]
        self.key_id = ""
        self._codes: dict[str, Mapping[str, str]] = {}

    @property
    def issuer(self) -> str:
        """`iss` of its tokens."""
        return self.address

    def rotate(self, *, keep_old: bool) -> None:
        """Sign with another key from now on."""
        self.key += 1
        self.published = [*(self.published if keep_old else []), self.key]

    @override
    def usual(self, asked: Asked) -> Reply:
        paths = {path: name for name, path in self.PATHS.items()}
        match paths.get(asked.path):
            case "authorize":
                return self.authorize(asked.query)
            case "token":
                return self.token(asked)
            case "keys":
                return reply({"keys": [self.published_key(n) for n in self.published]})
            case "userinfo":
                return self.userinfo(asked)
            case _ if asked.path.endswith("/.well-known/openid-configuration"):
                return self.discovery(asked.path)
            case _:
                return reply({"error": "not_found"}, 404)

    def discovery(self, _path: str) -> Reply:
        """Return what it says about itself."""
        return reply(self.described(self.issuer))

    def described(self, issuer: str) -> dict[str, Any]:
        places = {name: f"{self.address}{path}" for name, path in self.PATHS.items()}
        names = {"authorize": "authorization_endpoint", "keys": "jwks_uri"}
        return {"issuer": issuer} | {
            names.get(name, f"{name}_endpoint"): url for name, url in places.items()
        }

    def published_key(self, number: int) -> dict[str, Any]:
        key: dict[str, Any] = jwk("RS256", number=number)
        return key

    def authorize(self, query: Mapping[str, str]) -> Reply:
        """Send a browser back, with a code or with a refusal."""
        if query.get("client_id") != CLIENT_ID or not query.get("redirect_uri"):
            return reply({"error": "invalid_request"}, 400)
        if not self.consents:
            return self.back(query, {"error": self.REFUSAL})
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return self.back(query, {"code": code})

    def back(self, query: Mapping[str, str], answer: Mapping[str, str]) -> Reply:
        """Return what takes the browser to where it came from."""
        answer = {**answer, "state": query.get("state", "")}
        if query.get("response_mode") == "form_post":
            return form(query["redirect_uri"], answer)
        return redirect(f"{query['redirect_uri']}?{urlencode(answer)}")

    def token(self, asked: Asked) -> Reply:
        """Redeem a code."""
        if not self.knows(asked):
            return self.refused("invalid_client", 401)
        query = self._codes.pop(asked.form.get("code", ""), None)
        if query is None or not _is_of(asked.form, query):
            return self.refused("invalid_grant")
        return reply(self.tokens(query))

    def refused(self, error: str, status: int = 400) -> Reply:
        return reply({"error": error}, status)

    def knows(self, asked: Asked) -> bool:
        """Whether whoever redeems a code is the app."""
        header = asked.headers.get("authorization", "")
        if header.startswith("Basic "):
            name, _, secret = b64decode(header[6:]).decode().partition(":")
            pair = unquote_plus(name), unquote_plus(secret)
        else:
            pair = asked.form.get("client_id", ""), asked.form.get("client_secret", "")
        return pair == (CLIENT_ID, SECRET)

    def tokens(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return what a code is worth."""
        access_token = f"at-{secrets.token_urlsafe(16)}"
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": _LIFETIME,
            "scope": query["scope"],
            "id_token": self.id_token(query, access_token),
        }

    def id_token(self, query: Mapping[str, str], access_token: str) -> str:
        now = int(time.time())
        digest = hashlib.sha256(access_token.encode()).digest()
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + _LIFETIME,
            "nonce": query.get("nonce"),
            "at_hash": _base64(digest[:16]),
            **self.person,
            **self.token_claims,
        }
        stated = {name: value for name, value in claims.items() if value is not None}
        kid = self.key_id or f"RS256-{self.key}"
        return token(stated, algorithm="RS256", number=self.key, typ=None, kid=kid)

    def userinfo(self, asked: Asked) -> Reply:
        """Return what there is to say beside the ID token."""
        if not asked.headers.get("authorization", "").startswith("Bearer at-"):
            return reply({"error": "invalid_token"}, 401)
        return reply({n: each for n, each in self.person.items() if each is not None})


def form(url: str, fields: Mapping[str, str]) -> Reply:
    """Return a page that posts a form by itself (OAuth 2.0 Form Post Response Mode)."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    page = (
        '<!doctype html><title>Sign in</title><body onload="document.forms[0].submit()">'
        f'<form method="post" action="{escape(url)}">{inputs}</form>'
    )
    return Reply(200, page.encode(), {"content-type": "text/html; charset=utf-8"})


def _is_of(form: Mapping[str, str], query: Mapping[str, str]) -> bool:
    """Whether a code is redeemed by whoever has begun the sign-in (RFC 7636)."""
    verifier = form.get("code_verifier", "").encode()
    challenge = _base64(hashlib.sha256(verifier).digest())
    return (form.get("redirect_uri"), challenge, "S256") == (
        query["redirect_uri"],
        query.get("code_challenge"),
        query.get("code_challenge_method"),
    )


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
