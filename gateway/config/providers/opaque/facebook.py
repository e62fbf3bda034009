"""`kind = "facebook"`: Facebook, with access tokens and with Limited Login's ID tokens.

An access token is proven to be our app's by `debug_token`, and each question about its owner
carries `appsecret_proof`. Limited Login (iOS) gives an ID token and no access token; that is
OpenID Connect, under either of two issuers.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from typing_extensions import override

from gateway.config.providers.client import AppClient, Scopes
from gateway.config.providers.common import ProviderName, SignInSettings
from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.network import NetworkSettings
from gateway.config.providers.oidc import OidcAccept, OidcProvider
from gateway.config.providers.opaque.provider import OpaqueAccept, OpaqueProvider
from gateway.config.settings.addresses import Issuer, UrlText
from gateway.config.settings.section import Expression, Loose, distinct, matching


class FacebookClient(AppClient):
    """The app at Facebook."""

    scopes: Scopes = Field(
        default=("public_profile", "email"),
        description="What people are asked to allow.",
    )


class FacebookAccept(OpaqueAccept):
    """Where people of Facebook are let in, and with what."""

    tokens: Annotated[
        tuple[Literal["access_token", "id_token"], ...],
        Loose,
        AfterValidator(distinct),
    ] = Field(
        default=("access_token", "id_token"),
        min_length=1,
        description="At the token endpoint: `access_token`, and the `id_token` of Limited "
        "Login.",
    )


class FacebookMap(MapSettings):
    """From Facebook's claims to the identity."""

    username: Expression = Field(default="''", description="Text. Facebook has none.")
    email_verified: Expression = Field(
        default="false",
        description="Boolean. Facebook does not say, so by default nobody's is.",
    )
    phone: Expression = Field(default="''", description="Text. Facebook sends none.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    amr: Expression = Field(default="[]", description="List of text. None.")
    acr: Expression = Field(default="''", description="Text. None.")
    auth_time: Expression = Field(
        default="timestamp(0)", description="Timestamp. Facebook does not say."
    )


class FacebookSignIn(SignInSettings):
    """What becomes of somebody of Facebook who signs in to a pool."""

    SCOPES: ClassVar[Mapping[str, str]] = {
        "email": "email",
        **dict.fromkeys(
            ("name", "given_name", "family_name", "picture"), "public_profile"
        ),
        "birthdate": "user_birthday",
        "gender": "user_gender",
    }

    name: ProviderName | None = Field(
        default="Facebook",
        description="What Cognito's clients call the provider, and how names of its people "
        "begin.",
    )


class FacebookProvider(OpaqueProvider):
    """Sign in with Facebook."""

    kind: Literal["facebook"] = Field(description="Facebook.")
    client: FacebookClient = Field(description="The app at Facebook.")
    version: Annotated[str, matching(r"v[0-9]{1,3}\.[0-9]", "as in `v23.0`")] = Field(
        default="v23.0", description="Version of the Graph API."
    )
    fields: Annotated[
        tuple[Annotated[str, matching(r"[a-z_]{1,64}", "the name of a field")], ...],
        Loose,
        AfterValidator(distinct),
    ] = Field(
        default=("id", "name", "first_name", "last_name", "email", "picture"),
        max_length=64,
        description="What is asked of the Graph API; `id` always is. Some need a scope.",
    )
    url: UrlText = Field(
        default="https://www.facebook.com", description="Where people sign in."
    )
    graph_url: UrlText = Field(
        default="https://graph.facebook.com", description="Where the Graph API is."
    )
    limited_issuers: Annotated[tuple[Issuer, ...], Loose, AfterValidator(distinct)] = (
        Field(
            default=("https://www.facebook.com", "https://limited.facebook.com"),
            min_length=1,
            description="`iss` of Limited Login's ID tokens: exactly one of these.",
        )
    )
    limited_jwks_url: UrlText = Field(
        default="https://limited.facebook.com/.well-known/oauth/openid/jwks/",
        description="Where their keys are. The slash at the end belongs to it.",
    )
    accept: FacebookAccept = Field(
        default=FacebookAccept(),
        description="Where people of Facebook are let in, and with what.",
    )
    map: FacebookMap = Field(
        default=FacebookMap(), description="From claims to the identity."
    )
    sign_in: FacebookSignIn = Field(
        default=FacebookSignIn(),
        description="What becomes of somebody who signs in to a pool.",
    )
    network: NetworkSettings = Field(
        default=NetworkSettings(), description="Bounds on the way to Facebook."
    )

    @property
    @override
    def issuer(self) -> str:
        return self.limited_issuers[0]

    @property
    @override
    def asked(self) -> Mapping[str, str]:
        urls = {"graph_url": self.graph_url}
        if "id_token" in self.accept.tokens:
            urls["limited_jwks_url"] = self.limited_jwks_url
        return urls

    @property
    @override
    def visited(self) -> Mapping[str, str]:
        return {"url": self.url}

    @property
    def limited_login(self) -> OidcProvider:
        """Limited Login, as the provider of OpenID Connect that it is."""
        return OidcProvider.model_construct(
            kind="oidc",
            id=self.id,
            issuer=self.limited_issuers[0],
            issuer_aliases=self.limited_issuers[1:],
            jwks_url=self.limited_jwks_url,
            algorithms=("RS256",),
            audiences=(self.client.id,),
            accept=OidcAccept(tokens=("id_token",)),
            network=self.network.model_copy(update={"allow_hosts": self.hosts}),
        )
