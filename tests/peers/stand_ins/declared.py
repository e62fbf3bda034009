"""A stand-in for a provider that nobody knows but its file.

Speaks OAuth 2.0, and says in two ways whose app a token is of: RFC 7662, and an address
like that of Discord.

Source: RFC 6749, RFC 7662; Discord "Get Current Authorization Information".
"""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from typing_extensions import override

from tests.peers.stand_ins.wire import Asked, Reply, StandIn, redirect, reply

CLIENT_ID = "gateway"
SECRET = "secret"
TOKEN = "opaque-token"
FOREIGN_TOKEN = "another-apps-token"
CODE = "the-code"

ALICE: dict[str, Any] = {
    "user": {"id": 42, "username": "alice", "email": "alice@example.com", "bio": None}
}


class Declared(StandIn):
    """The provider.

    Attributes:
        user: What it says about whoever signs in.
        told: What introspection says beside the usual.
        apps: Whose app a token is of.
    """

    def __init__(self) -> None:
        super().__init__()
        self.user: dict[str, Any] = dict(ALICE)
        self.told: dict[str, Any] = {}
        self.codes: set[str] = set()
        self.apps = {TOKEN: CLIENT_ID, FOREIGN_TOKEN: "another"}

    @override
    def usual(self, asked: Asked) -> Reply:
        known: dict[tuple[str, str], Callable[[Asked], Reply]] = {
            ("GET", "/authorize"): self._authorize,
            ("POST", "/token"): self._token,
            ("POST", "/introspect"): self._introspect,
            ("GET", "/app"): self._app,
            ("GET", "/me"): self._me,
        }
        found = known.get((asked.method, asked.path))
        return found(asked) if found else reply({"message": "Not Found"}, 405)

    def _authorize(self, asked: Asked) -> Reply:
        query = asked.query
        self.codes.add(CODE)
        answer = {"state": query["state"], "code": CODE}
        return redirect(f"{query['redirect_uri']}?{urlencode(answer)}")

    def _knows(self, asked: Asked) -> bool:
        pair = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        form = asked.form
        return asked.headers.get("authorization") == f"Basic {pair}" or (
            form.get("client_id"),
            form.get("client_secret"),
        ) == (CLIENT_ID, SECRET)

    def _token(self, asked: Asked) -> Reply:
        if not self._knows(asked):
            return reply({"error": "invalid_client"}, 401)
        if asked.form["code"] not in self.codes:
            return reply({"error": "invalid_grant"}, 400)
        return reply({"access_token": TOKEN, "token_type": "Bearer"})

    def _introspect(self, asked: Asked) -> Reply:
        if not self._knows(asked):
            return reply({"error": "invalid_client"}, 401)
        app = self.apps.get(asked.form["token"])
        if app is None:
            return reply({"active": False})
        return reply({"active": True, "client_id": app} | self.told)

    def _app(self, asked: Asked) -> Reply:
        token = self._shown(asked)
        if token not in self.apps:
            return reply({"message": "401: Unauthorized"}, 401)
        return reply({"application": {"id": self.apps[token]}, "aud": self.apps[token]})

    def _me(self, asked: Asked) -> Reply:
        if self._shown(asked) not in self.apps:
            return reply({"message": "401: Unauthorized"}, 401)
        return reply(self.user)

    def _shown(self, asked: Asked) -> str:
        header = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return header or asked.query.get("access_token", "")
