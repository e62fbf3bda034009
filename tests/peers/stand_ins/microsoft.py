"""A stand-in for Microsoft Entra ID. It is none of Microsoft's own software.

Describes itself at `common` with the literal `{tenantid}` in its issuer, and at a tenant with
the tenant's own; each key is published with whom it signs for.

Source: Microsoft "OpenID Connect on the Microsoft identity platform", "ID tokens"; that keys
have an issuer, and how errors look, is recalled.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from tests.peers.stand_ins.openid import OpenIdStandIn
from tests.peers.stand_ins.wire import Reply, reply

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
OTHER = "11111111-2222-3333-4444-555555555555"

ADA: dict[str, Any] = {
    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    "ver": "2.0",
    "preferred_username": "ada@corp.example",
    "name": "Ada Lovelace",
    "email": "ada@corp.example",
}


class Microsoft(OpenIdStandIn):
    """Microsoft Entra ID.

    Attributes:
        tenant: Of whoever signs in.
        key_issuer: Whom its keys sign for.
    """

    PATHS: ClassVar[Mapping[str, str]] = {
        "authorize": "/common/oauth2/v2.0/authorize",
        "token": "/common/oauth2/v2.0/token",
        "keys": "/common/discovery/v2.0/keys",
    }

    def __init__(self) -> None:
        super().__init__()
        self.person = dict(ADA)
        self.tenant = TENANT
        self.key_issuer = "{tenantid}"

    @property
    @override
    def issuer(self) -> str:
        return self.of(self.tenant)

    def of(self, tenant: str) -> str:
        """Return the issuer of a tenant."""
        return f"{self.address}/{tenant}/v2.0"

    @override
    def discovery(self, path: str) -> Reply:
        tenant = path.split("/")[1]
        named = "{tenantid}" if tenant == "common" else tenant
        return reply(self.described(self.of(named)))

    @override
    def published_key(self, number: int) -> dict[str, Any]:
        key = super().published_key(number)
        del key["alg"]
        return key | {"issuer": self.of(self.key_issuer)}

    @override
    def id_token(self, query: Mapping[str, str], access_token: str) -> str:
        self.person["tid"] = self.tenant
        return super().id_token(query, access_token)

    @override
    def refused(self, error: str, status: int = 400) -> Reply:
        told = {
            "error": error,
            "error_description": "AADSTS70008: The provided authorization code is expired.",
            "error_codes": [70008],
            "trace_id": "255d1aef-8c98-452f-ac51-23d051240864",
        }
        return reply(told, status)
