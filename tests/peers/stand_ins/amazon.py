"""A stand-in for Login with Amazon. It is none of Amazon's own software.

`exp` of `tokeninfo` is the seconds that are left. `/user/profile` answers whoever holds a
token, of whichever app. The `|` in a token has to be percent-encoded in a query.

Source: Amazon "Access Tokens", "Obtain Customer Profile Information".
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from typing_extensions import override

from tests.peers.stand_ins.wire import Asked, Reply, StandIn, redirect, reply

CLIENT_ID = "amzn1.application-oa2-client.0123456789abcdef"
SECRET = "secret"
TOKEN = "Atza|IQEBLjAsAhRmHjNgHpi0U-Dme37rR6CuUpSR"
FOREIGN_TOKEN = "Atza|another-app"
CODE = "SplxlOBezQQYbYS6WxSb"

ALICE: dict[str, Any] = {
    "user_id": "amzn1.account.K2LI23KL2LK2",
    "name": "Alice Example",
    "email": "alice@example.com",
    "postal_code": "98052",
}


def _invalid(code: str = "invalid_token", status: int = 400) -> Reply:
    text = "The request has an invalid parameter : access_token"
    return reply(
        {"error": code, "error_description": text, "request_id": "bef0c2f8"}, status
    )


class Amazon(StandIn):
    """Amazon.

    Attributes:
        user: Whose tokens they are.
        proof: What `tokeninfo` says beside the usual.
        consents: Whether whoever is asked says yes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.user = dict(ALICE)
        self.proof: dict[str, Any] = {}
        self.consents = True
        self.codes: set[str] = set()

    @override
    def usual(self, asked: Asked) -> Reply:
        known: dict[tuple[str, str], Callable[[Asked], Reply]] = {
            ("GET", "/ap/oa"): self._authorize,
            ("POST", "/auth/o2/token"): self._token,
            ("GET", "/auth/o2/tokeninfo"): self._tokeninfo,
            ("GET", "/user/profile"): self._profile,
        }
        found = known.get((asked.method, asked.path))
        return found(asked) if found else _invalid("invalid_request", 404)

    def _authorize(self, asked: Asked) -> Reply:
        query = asked.query
        assert query["client_id"] == CLIENT_ID
        answer = {"state": query["state"]}
        if self.consents:
            self.codes.add(CODE)
            answer |= {"code": CODE, "scope": query["scope"]}
        else:
            answer |= {"error": "access_denied", "error_description": "Access denied"}
        return redirect(f"{query['redirect_uri']}?{urlencode(answer)}")

    def _token(self, asked: Asked) -> Reply:
        form = asked.form
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, SECRET):
            return _invalid("invalid_client", 401)
        if form["code"] not in self.codes:
            return _invalid("invalid_grant")
        self.codes.remove(form["code"])
        return reply(
            {
                "access_token": TOKEN,
                "token_type": "bearer",
                "expires_in": 3600,
                "refresh_token": "Atzr|IQEBLzAtAhRPpMJxdwVz2Nn6f2y",
            }
        )

    def _tokeninfo(self, asked: Asked) -> Reply:
        token = asked.query.get("access_token", "")
        if token not in {TOKEN, FOREIGN_TOKEN}:
            return _invalid()
        audience = CLIENT_ID if token == TOKEN else "amzn1.application-oa2-client.other"
        return reply(
            {
                "aud": audience,
                "user_id": ALICE["user_id"],
                "iss": "https://www.amazon.com",
                "exp": 3597,
                "app_id": "amzn1.application.0123",
                "iat": 1311280970,
            }
            | self.proof
        )

    def _profile(self, asked: Asked) -> Reply:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return reply(self.user) if token in {TOKEN, FOREIGN_TOKEN} else _invalid()
