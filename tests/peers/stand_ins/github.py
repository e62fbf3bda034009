"""A stand-in for GitHub. It is none of GitHub's own software.

Knows one OAuth app and the people who use it, and another app's tokens. Token errors come
with HTTP 200; in JSON only for those who ask for that.

Source: GitHub "Troubleshooting OAuth app access token request errors", REST API "Check a
token", "Get the authenticated user", "List email addresses for the authenticated user".
"""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from typing_extensions import override

from tests.peers.stand_ins.wire import Asked, Reply, StandIn, redirect, reply

CLIENT_ID = "Iv1.8a61f9b3a7aba766"
SECRET = "secret"
TOKEN = "gho_16C7e42F292c6912E7710c838347Ae178B4a"
FOREIGN_TOKEN = "gho_another-app"
CODE = "a-code"

OCTOCAT: dict[str, Any] = {
    "login": "octocat",
    "id": 583231,
    "node_id": "MDQ6VXNlcjU4MzIzMQ==",
    "avatar_url": "https://avatars.githubusercontent.com/u/583231",
    "html_url": "https://github.com/octocat",
    "type": "User",
    "site_admin": False,
    "name": "The Octocat",
    "company": None,
    "blog": "https://github.blog",
    "email": None,
    "plan": {"name": "free", "space": 976562499},
}
EMAILS: list[dict[str, Any]] = [
    {"email": "old@octo.example", "primary": False, "verified": True},
    {
        "email": "octocat@octo.example",
        "primary": True,
        "verified": True,
        "visibility": "public",
    },
]
_ERRORS = "https://docs.github.com/apps/managing-oauth-apps/troubleshooting"


class Github(StandIn):
    """GitHub.

    Attributes:
        user: Who signs in.
        emails: Their addresses; `None` if the token may not read them.
        tokens: What the app's tokens are, by the token.
        consents: Whether whoever is asked says yes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.user = dict(OCTOCAT)
        self.emails: list[dict[str, Any]] | None = EMAILS
        self.expires_at: str | None = None
        self.codes: dict[str, str] = {}
        self.consents = True

    @override
    def usual(self, asked: Asked) -> Reply:
        known: dict[tuple[str, str], Callable[[Asked], Reply]] = {
            ("GET", "/login/oauth/authorize"): self._authorize,
            ("POST", "/login/oauth/access_token"): self._token,
            ("POST", f"/applications/{CLIENT_ID}/token"): self._check,
            ("GET", "/user"): lambda asked: self._of_token(asked, self.user),
            ("GET", "/user/emails"): self._page,
        }
        found = known.get((asked.method, asked.path))
        return found(asked) if found else reply({"message": "Not Found"}, 404)

    def _page(self, asked: Asked) -> Reply:
        size = int(asked.query.get("per_page", "30"))
        emails = self.emails if self.emails is None else self.emails[:size]
        return self._of_token(asked, emails)

    def _authorize(self, asked: Asked) -> Reply:
        query = asked.query
        assert query["client_id"] == CLIENT_ID
        answer = {"state": query["state"]}
        if self.consents:
            self.codes[CODE] = query.get("code_challenge", "")
            answer["code"] = CODE
        else:
            answer |= {
                "error": "access_denied",
                "error_description": "The user has denied your application access.",
            }
        return redirect(f"{query['redirect_uri']}?{urlencode(answer)}")

    def _token(self, asked: Asked) -> Reply:
        form = asked.form
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, SECRET):
            members = _error("incorrect_client_credentials", "They are incorrect.")
        elif self.codes.pop(form["code"], None) is None:
            members = _error(
                "bad_verification_code", "The code passed is incorrect or expired."
            )
        else:
            members = {
                "access_token": TOKEN,
                "scope": "read:user,user:email",
                "token_type": "bearer",
            }
        if "json" not in asked.headers.get("accept", ""):
            kind = {"content-type": "application/x-www-form-urlencoded"}
            return Reply(200, urlencode(members).encode(), kind)
        return reply(members)

    def _check(self, asked: Asked) -> Reply:
        pair = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}":
            return reply({"message": "Bad credentials"}, 401)
        if json.loads(asked.body).get("access_token") != TOKEN:
            return reply({"message": "Not Found"}, 404)
        return reply(
            {
                "id": 1,
                "token": "",
                "hashed_token": "aa",
                "app": {"client_id": CLIENT_ID, "name": "Gateway", "url": "https://x"},
                "expires_at": self.expires_at,
                "scopes": ["read:user", "user:email"],
                "user": {"login": self.user["login"], "id": OCTOCAT["id"]},
            }
        )

    def _of_token(self, asked: Asked, members: Any) -> Reply:
        assert asked.headers.get("user-agent"), "GitHub refuses who has no User-Agent"
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in {TOKEN, FOREIGN_TOKEN}:
            return reply({"message": "Bad credentials", "documentation_url": "x"}, 401)
        if members is None:
            return reply({"message": "Not Found"}, 404)
        return reply(members)


def _error(code: str, text: str) -> dict[str, str]:
    return {"error": code, "error_description": text, "error_uri": _ERRORS}
