"""`kind = "oidc"`: a provider that speaks OpenID Connect.

Reference: OpenID Connect Discovery 1.0; RFC 9068 (access tokens as JWT).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gateway.config.providers.common import (
    Algorithms,
    LoginAccept,
    Provider,
    SignInSettings,
)
from gateway.config.providers.network import NetworkSettings
from gateway.config.settings.addresses import Issuer, UrlText, parse_url
from gateway.config.settings.section import Loose, Names, Section, Text, flaw


class OidcAccept(LoginAccept):
    """Which of the provider's tokens are accepted."""

    tokens: Annotated[tuple[Literal["at+jwt", "id_token"], ...], Loose] = Field(
        default=("at+jwt",),
        min_length=1,
        description="`at+jwt`: access tokens made for this gateway. `id_token`: the "
        "proof of a sign-in, which was made for an app.",
    )


class ClientSettings(Section):
    """What the gateway is to the provider."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "secret": "signing in through the provider",
        "auth": "signing in through the provider",
        "key": "signing in through the provider",
        "redirect_uri": "signing in through the provider",
        "scopes": "signing in through the provider",
    }

    id: Text = Field(description="The gateway's client id; accepted as an audience.")
    extra_audiences: Names = Field(
        default=(), description="Client ids of apps whose tokens are accepted too."
    )


class OidcProvider(Provider):
    """A provider that speaks OpenID Connect."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "token_url": "signing in through the provider",
        "authorize_url": "signing in through the provider",
        "userinfo_url": "signing in through the provider",
    }

    kind: Literal["oidc"] = Field(description="A provider that speaks OpenID Connect.")
    for_: Literal["authenticated", "service"] = Field(
        default="authenticated",
        alias="for",
        description="Which rules its identities fall under: `authenticated` for people, "
        "`service` for programs.",
    )
    issuer: Issuer = Field(
        description="`iss` of its tokens, byte for byte, and where discovery starts."
    )
    issuer_aliases: Names = Field(
        default=(),
        description="Other spellings of `iss` that mean the same issuer.",
    )
    jwks_url: UrlText | None = Field(
        default=None, description="Where its keys are. By default, discovery tells."
    )
    algorithms: Algorithms = Field(
        default=("RS256", "ES256"),
        min_length=1,
        description="Signatures that are accepted; asymmetric only.",
    )
    audiences: Names = Field(
        default=(),
        description="Values of `aud` that mean this gateway. Required unless `client.id` "
        "is given.",
    )
    client: ClientSettings | None = Field(
        default=None, description="What the gateway is to the provider."
    )
    accept: OidcAccept = Field(
        default=OidcAccept(), description="Which of its tokens are accepted, and where."
    )
    sign_in: SignInSettings = Field(
        default=SignInSettings(),
        description="What becomes of somebody who signs in to a pool.",
    )
    network: NetworkSettings = Field(
        default=NetworkSettings(), description="Bounds on the way to the provider."
    )

    @property
    def accepted_audiences(self) -> tuple[str, ...]:
        """Every value of `aud` that means this gateway."""
        client = (self.client.id, *self.client.extra_audiences) if self.client else ()
        return tuple(dict.fromkeys((*self.audiences, *client)))

    @property
    def issuers(self) -> tuple[str, ...]:
        """Every value of `iss` that means this provider."""
        return (self.issuer, *self.issuer_aliases)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that discovery and keys may be fetched from."""
        if self.network.allow_hosts:
            return self.network.allow_hosts
        urls = [self.issuer, self.jwks_url] if self.jwks_url else [self.issuer]
        return tuple(dict.fromkeys(parse_url(url).host for url in urls))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.accepted_audiences:
            raise flaw(
                "E104",
                "`audiences` or `client.id` is missing: a token made for anybody would "
                "be accepted",
            )
        self.network.check(self.issuer, "issuer", hosts=self.hosts)
        if self.jwks_url is not None:
            self.network.check(self.jwks_url, "jwks_url", hosts=self.hosts)
        return self
