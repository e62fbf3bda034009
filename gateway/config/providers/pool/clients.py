"""What stands in a pool beside its people: clients, resource servers, groups.

References: Amazon Cognito, UserPoolClientType, ResourceServerType, GroupType; RFC 7591
section 2 (client metadata).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.providers.pool.messages import Language
from gateway.config.settings.references import File, Secret
from gateway.config.settings.section import (
    Loose,
    Names,
    Section,
    Text,
    distinct,
    matching,
)
from gateway.config.settings.values import Duration

Flow = Literal["srp", "password", "choice", "custom", "admin_password", "refresh"]
Grant = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "device_code",
    "token_exchange",
    "implicit",
]
ClientId = Annotated[
    str, matching(r"[A-Za-z0-9_+]{1,128}", "1 to 128 letters, digits, `_` or `+`")
]
ColourName = Annotated[
    str, matching(r"[a-z][a-z0-9-]{0,63}", "the name of a CSS property without dashes")
]

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class LifetimeSettings(Section):
    """How long what a client receives is good."""

    access: Duration = Field(
        default=60 * _MINUTE, ge=5 * _MINUTE, le=_DAY, description="Access tokens."
    )
    id: Duration = Field(
        default=60 * _MINUTE, ge=5 * _MINUTE, le=_DAY, description="ID tokens."
    )
    refresh: Duration = Field(
        default=30 * _DAY,
        ge=60 * _MINUTE,
        le=3650 * _DAY,
        description="Refresh tokens, counted from the sign-in.",
    )
    session: Duration = Field(
        default=3 * _MINUTE,
        ge=3 * _MINUTE,
        le=15 * _MINUTE,
        description="One challenge of a sign-in.",
    )


class RotationSettings(Section):
    """Whether a refresh token is replaced when it is used."""

    enabled: bool = Field(default=True, description="Whether it is.")
    grace: Duration = Field(
        default=timedelta(seconds=10),
        ge=timedelta(0),
        le=_MINUTE,
        description="How long the old one still leads to the same successor.",
    )


class BrandingSettings(Section):
    """How a client's pages look."""

    logo_uri: str = Field(
        default="", description="An `https` address, or a path of the gateway's own."
    )
    colours: Mapping[ColourName, Text] = Field(
        default={},
        description="`#rgb` or `#rrggbb` by name: `accent`, `background`, `surface`, "
        "`text`, and each with `-dark`.",
    )
    texts: Mapping[Language, Mapping[Text, str]] = Field(
        default={}, description="By language, then by the text's key."
    )
    policy_uri: str = Field(default="", description="Where the privacy policy stands.")
    terms_uri: str = Field(default="", description="Where the terms of use stand.")
    name_first: bool = Field(
        default=False,
        description="Whether the sign-in page asks for the name alone, and on the next "
        "page how to prove it; otherwise for both at once.",
    )


class ClientSettings(Section):
    """An OAuth client of the pool."""

    id: ClientId = Field(
        description="What it is called on every wire. Unique among the clients of all "
        "pools, and never changes."
    )
    name: str = Field(
        default="", max_length=128, description="For people; by default the id."
    )
    authentication: Literal["none", "basic", "post", "private_key_jwt"] = Field(
        default="none",
        description="How it proves itself: `none` for what runs at people's, `basic` or "
        "`post` with a secret (either way is then taken), `private_key_jwt`.",
    )
    secret: Secret | None = Field(
        default=None,
        description="Its secret, 24 to 128 characters; needed with `basic` and `post`.",
    )
    jwks: File | None = Field(
        default=None, description="Its public keys; needed with `private_key_jwt`."
    )
    flows: Annotated[tuple[Flow, ...], Loose, AfterValidator(distinct)] = Field(
        default=("srp", "custom", "refresh"),
        description="How sign-ins may be made by way of Cognito's protocol.",
    )
    grants: Annotated[tuple[Grant, ...], Loose, AfterValidator(distinct)] = Field(
        default=("authorization_code", "refresh_token"),
        description="What it may do at the authorization server. `client_credentials` "
        "stands alone; `implicit` is a legacy.",
    )
    scopes: Names = Field(
        default=("openid",),
        description="What it may ask for: `openid`, `email`, `phone`, `profile`, "
        "`aws.cognito.signin.user.admin`, and `SERVER/SCOPE` of resource servers.",
    )
    redirect_uris: Names = Field(
        default=(),
        description="Where codes may be sent, compared character by character.",
    )
    logout_uris: Names = Field(
        default=(), description="Where a browser may be sent after a logout."
    )
    providers: Names = Field(
        default=(),
        description="Ids of the providers that its sign-in page offers beside the pool. By "
        'default all that sign people in to it; `["pool"]` is the pool alone.',
    )
    lifetimes: LifetimeSettings = Field(
        default=LifetimeSettings(),
        description="How long what it receives is good.",
    )
    rotation: RotationSettings = Field(
        default=RotationSettings(), description="Whether refresh tokens are replaced."
    )
    revocable: bool = Field(
        default=True, description="Whether its tokens can be revoked."
    )
    hides_users: bool = Field(
        default=True, description="Whether nobody learns through it who is known."
    )
    readable: Names | None = Field(
        default=None,
        description="Attributes that its tokens and calls show; by default all.",
    )
    writable: Names | None = Field(
        default=None,
        description="Attributes that people may write through it; by default all "
        "standard ones.",
    )
    proof: Literal["off", "optional", "required"] = Field(
        default="off",
        description="Whether its tokens are bound to a key of its own (DPoP).",
    )
    profile: Literal["cognito", "oidc"] = Field(
        default="cognito", description="What its tokens look like."
    )
    consent: bool = Field(
        default=False,
        description="Whether people are asked before it learns anything of them.",
    )
    branding: BrandingSettings = Field(
        default=BrandingSettings(), description="How its pages look."
    )


class ScopeSettings(Section):
    """One thing that a client may be allowed."""

    name: Text = Field(description="Without its server.")
    description: Text = Field(
        max_length=256, description="For people who are asked for their consent."
    )


class ResourceServerSettings(Section):
    """A service that takes the pool's access tokens."""

    identifier: Text = Field(description="Its name in scopes; often an address.")
    name: str = Field(
        default="", max_length=256, description="For people; by default the identifier."
    )
    scopes: Annotated[tuple[ScopeSettings, ...], Loose] = Field(
        default=(), description="What it knows."
    )


class GroupSettings(Section):
    """A group of the pool's people."""

    name: Text = Field(
        max_length=128, description="Stands in `cognito:groups`; never changes."
    )
    description: str = Field(default="", max_length=2048, description="For people.")
    precedence: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        description="The lower, the earlier; by default last.",
    )
    role: str = Field(
        default="", max_length=2048, description="What tokens name as the group's role."
    )
