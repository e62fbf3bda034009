"""`kind = "github"`: GitHub, and a GitHub Enterprise Server of one's own.

A token is proven to be our app's by asking for it with our client id and secret.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from gateway.config.providers.client import AppClient, Scopes
from gateway.config.providers.common import SignInSettings
from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.settings.addresses import UrlText
from gateway.config.settings.section import Expression


class GithubClient(AppClient):
    """The OAuth app at GitHub."""

    scopes: Scopes = Field(
        default=("read:user", "user:email"),
        description="What people are asked to allow. Without `user:email`, nothing says "
        "which address is verified.",
    )


class GithubMap(MapSettings):
    """From GitHub's claims to the identity."""

    username: Expression = Field(
        default="claim('login', '')",
        description="Text. For display only: it can change, and pass to somebody else.",
    )
    phone: Expression = Field(default="''", description="Text. GitHub has none.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    amr: Expression = Field(default="[]", description="List of text. GitHub has none.")
    acr: Expression = Field(default="''", description="Text. GitHub has none.")
    auth_time: Expression = Field(
        default="timestamp(0)", description="Timestamp. GitHub does not say."
    )


class GithubSignIn(SignInSettings):
    """What becomes of somebody of GitHub who signs in to a pool."""

    # No `preferred_username`: in a pool, people may sign in by that, and it would be
    # somebody's who was quicker at GitHub.

    DEFAULT_PROFILE: ClassVar[Mapping[str, str]] = {
        "picture": "claim('avatar_url', '')",
        "profile": "claim('html_url', '')",
        "website": "claim('blog', '')",
    }
    SCOPES: ClassVar[Mapping[str, str]] = {
        "email": "user:email",
        "email_verified": "user:email",
    }


class GithubProvider(OpaqueProvider):
    """Sign in with GitHub."""

    kind: Literal["github"] = Field(description="GitHub.")
    client: GithubClient = Field(description="The OAuth app at GitHub.")
    url: UrlText = Field(
        default="https://github.com",
        description="Where people sign in; of an Enterprise Server, its address.",
    )
    api_url: UrlText = Field(
        default="https://api.github.com",
        description="Where the API is; of an Enterprise Server, `https://HOST/api/v3`.",
    )
    map: GithubMap = Field(
        default=GithubMap(), description="From claims to the identity."
    )
    sign_in: GithubSignIn = Field(
        default=GithubSignIn(),
        description="What becomes of somebody who signs in to a pool.",
    )

    @property
    @override
    def issuer(self) -> str:
        return self.url

    @property
    @override
    def asked(self) -> Mapping[str, str]:
        return {"url": self.url, "api_url": self.api_url}

    @property
    @override
    def visited(self) -> Mapping[str, str]:
        return {"url": self.url}
