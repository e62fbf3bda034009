"""A stand-in for X's API, of OAuth 1.0a and of OAuth 2.0. It is none of X's own software.

Checks each signature of OAuth 1.0a by itself: with the secret of the app that the request
names, and that of the token. `id` is a number that most readers of JSON cannot hold.

Source: X "GET account/verify_credentials", "OAuth 2.0 Authorization Code Flow with PKCE",
"Get my user"; RFC 5849 section 3.4.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode

from typing_extensions import override

from tests.peers.stand_ins.wire import Asked, Reply, StandIn, redirect, reply

CLIENT_ID = "rG9n6402A3dbUJKzXTNX4oWHJ"
SECRET = "secret"
TOKEN = "MTIzNDU2Nzg5MGFiY2RlZg"
CODE = "VGNibzFWSWREZm01bjN1N3dicWlNUG1oa2xRRVNNdmVHelJGY2hPWGxNd2dxOjE2"

# Of OAuth 1.0a: token and secret of our app, and of another one.
PAIR = ("12345-abc", "token-secret")
FOREIGN_PAIR = ("12345-xyz", "another-secret")
TEMPORARY = ("Z6eEdO8MOmk394WozF5oKyuAv855l4Mlqo7hhlSLik", "temporary-secret")
PIN = "uw7NjWHT6OJ1MpJOXsHfNxoAhPKpgI8BlYDhxEjIBY"

ALICE: dict[str, Any] = {
    "id": 9_007_199_254_740_993,
    "id_str": "9007199254740993",
    "name": "Alice",
    "screen_name": "alice",
    "verified": False,
    "created_at": "Sat May 09 17:58:22 +0000 2009",
    "profile_image_url_https": "https://pbs.twimg.com/alice.png",
    "email": "alice@example.com",
}
ALICE_2: dict[str, Any] = {
    "id": "9007199254740993",
    "name": "Alice",
    "username": "alice",
    "verified": False,
    "profile_image_url": "https://pbs.twimg.com/alice.png",
    "confirmed_email": "alice@example.com",
}
_MEMBER = re.compile(r'(oauth_\w+)="([^"]*)"')


def old_error(code: int, message: str, status: int = 401, **headers: str) -> Reply:
    """Return an error as version 1.1 answers it."""
    return reply({"errors": [{"code": code, "message": message}]}, status, **headers)


UNAUTHORIZED = reply(
    {
        "title": "Unauthorized",
        "type": "about:blank",
        "status": 401,
        "detail": "Unauthorized",
    },
    401,
    content_type="application/problem+json",
)


class Twitter(StandIn):
    """X.

    Attributes:
        host: As the gateway writes it into what it signs.
        user: Whose tokens they are, as version 1.1 says it.
        user_2: Likewise, as version 2 does.
        consents: Whether whoever is asked says yes.
    """

    def __init__(self, host: str = "https://api.x.com") -> None:
        super().__init__()
        self.host = host
        self.user = dict(ALICE)
        self.user_2 = dict(ALICE_2)
        self.consents = True
        self.confirms = "true"
        self.callback = ""
        self.codes: dict[str, str] = {}

    @override
    def usual(self, asked: Asked) -> Reply:
        known: dict[tuple[str, str], Callable[[Asked], Reply]] = {
            ("POST", "/oauth/request_token"): self._request_token,
            ("GET", "/oauth/authenticate"): self._authenticate,
            ("POST", "/oauth/access_token"): self._access_token,
            ("GET", "/1.1/account/verify_credentials.json"): self._verify,
            ("GET", "/i/oauth2/authorize"): self._authorize,
            ("POST", "/2/oauth2/token"): self._token,
            ("GET", "/2/users/me"): self._me,
        }
        found = known.get((asked.method, asked.path))
        return found(asked) if found else old_error(34, "Not found", 404)

    def _signed(self, asked: Asked, pair: tuple[str, str]) -> Mapping[str, str] | None:
        """Return the members of a signed request's header, if the signature is good."""
        header = asked.headers.get("authorization", "")
        members = {name: unquote(value) for name, value in _MEMBER.findall(header)}
        signature = members.pop("oauth_signature", "")
        signed = sorted(
            (quote(name, safe="~"), quote(value, safe="~"))
            for name, value in (members | dict(asked.query)).items()
        )
        base = "&".join(
            quote(part, safe="~")
            for part in (
                asked.method,
                f"{self.host}{asked.path}",
                "&".join(f"{name}={value}" for name, value in signed),
            )
        )
        key = f"{quote(SECRET, safe='~')}&{quote(pair[1], safe='~')}".encode()
        wanted = base64.b64encode(hmac.digest(key, base.encode(), hashlib.sha1))
        good = (
            signature == wanted.decode()
            and members.get("oauth_consumer_key") == CLIENT_ID
            and members.get("oauth_token", "") == pair[0]
            and members.get("oauth_signature_method") == "HMAC-SHA1"
        )
        return members if good else None

    def _request_token(self, asked: Asked) -> Reply:
        members = self._signed(asked, ("", ""))
        if members is None:
            return old_error(32, "Could not authenticate you.")
        self.callback = members["oauth_callback"]
        return _form(*TEMPORARY, oauth_callback_confirmed=self.confirms)

    def _authenticate(self, asked: Asked) -> Reply:
        token = asked.query["oauth_token"]
        answer = (
            {"oauth_token": token, "oauth_verifier": PIN}
            if self.consents
            else {"denied": token}
        )
        joint = "&" if "?" in self.callback else "?"
        return redirect(f"{self.callback}{joint}{urlencode(answer)}")

    def _access_token(self, asked: Asked) -> Reply:
        members = self._signed(asked, TEMPORARY)
        if members is None or members.get("oauth_verifier") != PIN:
            return old_error(32, "Could not authenticate you.")
        return _form(*PAIR, user_id=self.user["id_str"], screen_name="alice")

    def _verify(self, asked: Asked) -> Reply:
        if not asked.headers.get("authorization", "").startswith("OAuth "):
            return old_error(215, "Bad Authentication data.", 400)
        if self._signed(asked, PAIR) is None:
            return old_error(89, "Invalid or expired token.")
        user = dict(self.user)
        if asked.query.get("include_email") != "true":
            user.pop("email", None)
        return reply(user)

    def _authorize(self, asked: Asked) -> Reply:
        query = asked.query
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        answer = {"state": query["state"]}
        if self.consents:
            self.codes[CODE] = query["code_challenge"]
            answer["code"] = CODE
        else:
            answer["error"] = "access_denied"
        return redirect(f"{query['redirect_uri']}?{urlencode(answer)}")

    def _token(self, asked: Asked) -> Reply:
        pair = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}":
            text = "Missing valid authorization header"
            return reply(
                {"error": "unauthorized_client", "error_description": text}, 401
            )
        form = asked.form
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self.codes.pop(form["code"], None) != challenge:
            text = "Value passed for the authorization code was invalid."
            return reply({"error": "invalid_request", "error_description": text}, 400)
        return reply(
            {
                "token_type": "bearer",
                "expires_in": 7200,
                "access_token": TOKEN,
                "scope": "users.read tweet.read users.email",
            }
        )

    def _me(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return UNAUTHORIZED
        wanted = {"id", "name", "username", *asked.query["user.fields"].split(",")}
        return reply({"data": {k: v for k, v in self.user_2.items() if k in wanted}})


def _form(token: str, secret: str, **more: str) -> Reply:
    members = {"oauth_token": token, "oauth_token_secret": secret} | more
    # It has been called that.
    kind = {"content-type": "text/html;charset=utf-8"}
    return Reply(200, urlencode(members).encode(), kind)
