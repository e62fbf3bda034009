"""`kind = "twitter"`: X, over OAuth 2.0 or over OAuth 1.0a.

X tells nobody which app an OAuth 2.0 token was given to. So such a token counts only if the
gateway has fetched it itself. A token of OAuth 1.0a is of use to its own app alone, because
each request is signed with the app's secret too; so it may be exchanged.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import override

from gateway.config.providers.client import AppClient, Scopes
from gateway.config.providers.common import SignInSettings
from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.settings.addresses import UrlText
from gateway.config.settings.section import Expression, flaw


class TwitterClient(AppClient):
    """The app at X."""

    scopes: Scopes = Field(
        default=("users.read", "tweet.read", "users.email"),
        description="What people are asked to allow; for OAuth 2.0. With OAuth 1.0a, the "
        "app's settings at X say it.",
    )


class TwitterMap(MapSettings):
    """From X's claims to the identity."""

    email_verified: Expression = Field(
        default="false",
        description="Boolean. X shows confirmed addresses alone, and does not say so beside "
        "the address; `claim('email_verified', false)` takes it at its word.",
    )
    phone: Expression = Field(default="''", description="Text. X sends none.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    amr: Expression = Field(default="[]", description="List of text. None.")
    acr: Expression = Field(default="''", description="Text. None.")
    auth_time: Expression = Field(
        default="timestamp(0)", description="Timestamp. X does not say."
    )


class TwitterSignIn(SignInSettings):
    """What becomes of somebody of X who signs in to a pool."""

    DEFAULT_PROFILE: ClassVar[Mapping[str, str]] = {
        "picture": "claim('picture', '')",
    }
    SCOPES: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("name", "picture"), "users.read"),
        **dict.fromkeys(("email", "email_verified"), "users.email"),
    }


class TwitterProvider(OpaqueProvider):
    """Sign in with X."""

    kind: Literal["twitter"] = Field(description="X.")
    protocol: Literal["oauth2", "oauth1"] = Field(
        default="oauth2",
        description="`oauth2`: OAuth 2.0 with PKCE, for the sign-in page alone. `oauth1`: "
        "OAuth 1.0a, also at the token endpoint, as `TOKEN;SECRET`.",
    )
    client: TwitterClient = Field(
        description="The app at X: of OAuth 2.0 the client id and secret, of OAuth 1.0a "
        "the API key and secret, which are others."
    )
    url: UrlText = Field(default="https://x.com", description="Where people sign in.")
    api_url: UrlText = Field(
        default="https://api.x.com", description="Where the API is."
    )
    map: TwitterMap = Field(
        default=TwitterMap(), description="From claims to the identity."
    )
    sign_in: TwitterSignIn = Field(
        default=TwitterSignIn(),
        description="What becomes of somebody who signs in to a pool.",
    )

    @property
    @override
    def issuer(self) -> str:
        return self.url

    @property
    @override
    def asked(self) -> Mapping[str, str]:
        return {"api_url": self.api_url}

    @property
    @override
    def visited(self) -> Mapping[str, str]:
        return {"url": self.url} if self.protocol == "oauth2" else {}

    @model_validator(mode="after")
    def _provable(self) -> Self:
        if self.protocol == "oauth2" and "exchange" in self.accept.flows:
            raise flaw(
                "E515",
                "X does not say which app an OAuth 2.0 token was given to, so none can be "
                "exchanged",
                hint='protocol = "oauth1" takes tokens that only our own app can use',
                at=("accept",),
            )
        return self
