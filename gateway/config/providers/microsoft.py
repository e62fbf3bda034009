"""`kind = "microsoft"`: Microsoft Entra ID, and Microsoft's accounts for people.

Nothing is hidden in it: `preset_text` gives the same provider written out as `oidc`.

Reference: Microsoft, "OpenID Connect on the Microsoft identity platform", "ID token claims
reference" (`tid`, `oid`, `xms_edov`).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.oidc import IdTokenAccept, IssuerText, OidcProvider
from gateway.config.settings.section import (
    Expression,
    Loose,
    distinct,
    matching,
)

# As `tid` spells it: a domain that means the same tenant would never be equal to it.
TenantId = Annotated[
    str,
    matching(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "the id of a tenant, as in `72f988bf-86f1-41af-91ab-2d7cd011db47`",
    ),
]


class MicrosoftMap(MapSettings):
    """From Microsoft's claims to the identity."""

    subject: Expression = Field(
        default="claims.tid + '.' + claims.sub",
        description="Text. A subject is somebody's name within a tenant.",
    )
    email_verified: Expression = Field(
        default="claim('xms_edov', dyn(false)) in [dyn(true), 'true', dyn(1), '1']",
        description="Boolean. A tenant's administrator can write any address; only the "
        "optional claim `xms_edov` says that its domain is theirs.",
    )
    phone: Expression = Field(default="''", description="Text. Not in the token.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    tenant: Expression = Field(
        default="claims.tid", description="Text. The tenant's id."
    )
    groups: Expression = Field(
        default="claim('groups', [])",
        description="List of text. Ids of groups, if the app's registration asks for "
        "them; none if somebody has too many to be listed.",
    )
    scopes: Expression = Field(default="[]", description="List of text.")


class MicrosoftProvider(OidcProvider):
    """Microsoft Entra ID."""

    kind: Literal["microsoft"] = Field(
        description="Microsoft Entra ID, as a set of defaults over `oidc`."
    )  # type: ignore[assignment]  # a preset is its own kind
    issuer: IssuerText = Field(
        default="https://login.microsoftonline.com/{tenantid}/v2.0",
        description="`iss` of its tokens, with `{tenantid}` for the tenant.",
    )
    tenants: Annotated[
        tuple[TenantId, ...], Loose, Field(max_length=1000), AfterValidator(distinct)
    ] = Field(
        default=(),
        description="Ids of the tenants that are let in. Accounts of people belong to "
        "`9188040d-6c67-4c5b-b112-36a304b66dad`.",
    )
    algorithms: Annotated[tuple[Literal["RS256"], ...], Loose] = Field(
        default=("RS256",),
        min_length=1,
        description="Microsoft signs with RS256 alone.",
    )
    userinfo: bool = Field(
        default=False,
        description="Whether a sign-in asks Microsoft Graph for claims, which says no "
        "more than the ID token.",
    )
    accept: IdTokenAccept = Field(
        default=IdTokenAccept(),
        description="Which of its tokens are accepted, and where.",
    )
    map: MicrosoftMap = Field(
        default=MicrosoftMap(), description="From claims to the identity."
    )
