"""`[map]`: from a provider's claims to the identity, as CEL.

The defaults are the claims of OpenID Connect. Where a claim may be missing, an expression
says what then.

Reference: OpenID Connect Core 1.0 section 5.1 (standard claims), section 2 (`auth_time`,
`acr`, `amr`); RFC 9068 section 2.2.3.1 (`groups`, `roles`).
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from gateway.config.settings.section import Expression, Section, matching

AttributeName = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9_]{0,62}",
        "a letter and then letters, digits or `_`, in lower case, 63 at most",
    ),
]


class MapSettings(Section):
    """One expression over `claims` for each field of the identity."""

    subject: Expression = Field(
        default="claims.sub",
        description="Text. The provider's own stable name for somebody.",
    )
    username: Expression = Field(
        default="claim('preferred_username', '')", description="Text. For display only."
    )
    name: Expression = Field(default="claim('name', '')", description="Text.")
    email: Expression = Field(default="claim('email', '')", description="Text.")
    email_verified: Expression = Field(
        default="claim('email_verified', false)",
        description="Boolean. True only if the provider vouches for `email`.",
    )
    phone: Expression = Field(default="claim('phone_number', '')", description="Text.")
    phone_verified: Expression = Field(
        default="claim('phone_number_verified', false)", description="Boolean."
    )
    tenant: Expression = Field(
        default="''", description="Text. The organisation inside the provider."
    )
    groups: Expression = Field(default="[]", description="List of text.")
    labels: Expression = Field(
        default="[]", description="List of text. Marks of the gateway's own."
    )
    scopes: Expression = Field(
        default="claim('scope', '').split(' ').filter(s, s != '')",
        description="List of text (RFC 9068 section 2.2.3).",
    )
    amr: Expression = Field(
        default="claim('amr', [])", description="List of text. How they signed in."
    )
    acr: Expression = Field(
        default="claim('acr', '')", description="Text. How strongly they signed in."
    )
    auth_time: Expression = Field(
        default="timestamp(claim('auth_time', 0))",
        description="Timestamp. When they signed in; 1970 if not said.",
    )
    attributes: Mapping[AttributeName, Expression] = Field(
        default={}, description="Further values for policies, by name."
    )
