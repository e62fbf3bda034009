"""A stand-in for Google. It is none of Google's own software.

Its tokens name their issuer without a scheme if a test wants that, as older ones do; a refresh
token is given out only with consent and for access while somebody is away.

Source: Google "OpenID Connect API Reference", "Verify the Google ID token on your server
side"; what else it does is recalled.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from tests.peers.stand_ins.openid import CLIENT_ID, OpenIdStandIn

ADA: dict[str, Any] = {
    "sub": "110169484474386276334",
    "azp": CLIENT_ID,
    "email": "ada@corp.example",
    "email_verified": True,
    "hd": "corp.example",
    "name": "Ada Lovelace",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "picture": "https://lh3.googleusercontent.com/a",
}


class Google(OpenIdStandIn):
    """Google."""

    PATHS: ClassVar[Mapping[str, str]] = {
        "authorize": "/o/oauth2/v2/auth",
        "token": "/token",
        "keys": "/oauth2/v3/certs",
        "userinfo": "/v1/userinfo",
    }

    def __init__(self) -> None:
        super().__init__()
        self.person = dict(ADA)

    @override
    def tokens(self, query: Mapping[str, str]) -> dict[str, Any]:
        tokens = super().tokens(query)
        asked = query.get("access_type"), query.get("prompt")
        return tokens | ({"refresh_token": "1//r"} if asked == AWAY else {})


AWAY = ("offline", "consent")
