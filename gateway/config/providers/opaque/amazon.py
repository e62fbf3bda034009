"""`kind = "amazon"`: Login with Amazon.

A token is proven to be our app's by `tokeninfo`, whose `aud` has to be our client id; the
profile does not say whose app a token is.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from gateway.config.providers.client import AppClient, Scopes
from gateway.config.providers.common import ProviderName, SignInSettings
from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.settings.addresses import UrlText
from gateway.config.settings.section import Expression


class AmazonClient(AppClient):
    """The security profile at Amazon."""

    scopes: Scopes = Field(
        default=("profile",),
        description="What people are asked to allow: `profile`, `profile:user_id`, "
        "`postal_code`.",
    )


class AmazonMap(MapSettings):
    """From Amazon's claims to the identity."""

    username: Expression = Field(default="''", description="Text. Amazon has none.")
    email_verified: Expression = Field(
        default="false",
        description="Boolean. Amazon does not say, so by default nobody's is.",
    )
    phone: Expression = Field(default="''", description="Text. Amazon sends none.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    scopes: Expression = Field(default="[]", description="List of text. None.")
    amr: Expression = Field(default="[]", description="List of text. None.")
    acr: Expression = Field(default="''", description="Text. None.")
    auth_time: Expression = Field(
        default="timestamp(0)", description="Timestamp. Amazon does not say."
    )


class AmazonSignIn(SignInSettings):
    """What becomes of somebody of Amazon who signs in to a pool."""

    DEFAULT_PROFILE: ClassVar[Mapping[str, str]] = {}
    SCOPES: ClassVar[Mapping[str, str]] = {
        "name": "profile",
        "email": "profile",
        "postal_code": "postal_code",
    }

    name: ProviderName | None = Field(
        default="LoginWithAmazon",
        description="What Cognito's clients call the provider, and how names of its people "
        "begin.",
    )


class AmazonProvider(OpaqueProvider):
    """Login with Amazon."""

    kind: Literal["amazon"] = Field(description="Amazon.")
    client: AmazonClient = Field(description="The security profile at Amazon.")
    url: UrlText = Field(
        default="https://www.amazon.com",
        description="Where people sign in. There are others in other regions.",
    )
    api_url: UrlText = Field(
        default="https://api.amazon.com",
        description="Where the API is; also `https://api.amazon.co.uk` and "
        "`https://api.amazon.co.jp`.",
    )
    map: AmazonMap = Field(
        default=AmazonMap(), description="From claims to the identity."
    )
    sign_in: AmazonSignIn = Field(
        default=AmazonSignIn(),
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
        return {"url": self.url}
