"""A stand-in for GitLab. It is none of GitLab's own software.

Says at its userinfo endpoint which groups somebody belongs to, and in the ID token only of
which they are a direct member.

Source: recalled from GitLab "GitLab as an OpenID Connect identity provider".
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from tests.peers.stand_ins.openid import OpenIdStandIn
from tests.peers.stand_ins.wire import Asked, Reply, reply

ADA: dict[str, Any] = {
    "sub": "583231",
    "name": "Ada Lovelace",
    "nickname": "ada",
    "preferred_username": "ada",
    "email": "ada@corp.example",
    "email_verified": True,
    "groups_direct": ["corp/engines"],
}


class Gitlab(OpenIdStandIn):
    """GitLab.

    Attributes:
        groups: All that somebody belongs to.
    """

    PATHS: ClassVar[Mapping[str, str]] = {
        "authorize": "/oauth/authorize",
        "token": "/oauth/token",
        "keys": "/oauth/discovery/keys",
        "userinfo": "/oauth/userinfo",
    }

    def __init__(self) -> None:
        super().__init__()
        self.person = dict(ADA)
        self.groups = ["corp", "corp/engines"]

    @override
    def userinfo(self, asked: Asked) -> Reply:
        answer = super().userinfo(asked)
        if answer.status != 200:
            return answer
        return reply({"sub": self.person["sub"], "groups": self.groups})
