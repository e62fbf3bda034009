"""What the kinds have in common whose access tokens are opaque."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.config.providers.client import AppClient
from gateway.config.providers.common import Provider, SignInSettings
from gateway.config.providers.network import WaySettings
from gateway.config.settings.addresses import parse_url
from gateway.config.settings.section import Loose, Section, distinct, flaw


class OpaqueAccept(Section):
    """Where people of the provider are let in."""

    flows: Annotated[
        tuple[Literal["login", "exchange"], ...], Loose, AfterValidator(distinct)
    ] = Field(
        default=("login",),
        min_length=1,
        description="`login`: at the sign-in page of a pool. `exchange`: at the token "
        "endpoint, with the provider's access token.",
    )


class OpaqueProvider(Provider):
    """A provider that has to be asked what its tokens are."""

    for_: Literal["authenticated"] = Field(
        default="authenticated",
        alias="for",
        description="Which rules its identities fall under: `authenticated`.",
    )
    client: AppClient = Field(description="What the gateway is to the provider.")
    accept: OpaqueAccept = Field(
        default=OpaqueAccept(), description="Where people of the provider are let in."
    )
    sign_in: SignInSettings = Field(
        default=SignInSettings(),
        description="What becomes of somebody who signs in to a pool.",
    )
    network: WaySettings = Field(
        default=WaySettings(), description="Bounds on the way to the provider."
    )

    @property
    def issuer(self) -> str:
        """Who vouches for its identities; no token says it."""
        raise NotImplementedError

    @property
    def issuers(self) -> tuple[str, ...]:
        """Every value of `iss` that means this provider: its tokens have none."""
        return ()

    @property
    def asked(self) -> Mapping[str, str]:
        """The URLs that the gateway itself asks, each by the setting it comes from."""
        raise NotImplementedError

    @property
    def visited(self) -> Mapping[str, str]:
        """The URLs that browsers are sent to, each by the setting it comes from."""
        raise NotImplementedError

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that the gateway may ask."""
        if self.network.allow_hosts:
            return self.network.allow_hosts
        return tuple(dict.fromkeys(parse_url(url).host for url in self.asked.values()))

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        for key, text in self.asked.items():
            self.network.check(text, key, hosts=self.hosts)
        for key, text in self.visited.items():
            self.network.check_scheme(parse_url(text), key)
        if self.sign_in.sign_out == "there":
            raise flaw(
                "E106",
                "there is no standard way to sign out at such a provider",
                hint="leave it out: people sign out here alone",
                at=("sign_in", "sign_out"),
            )
        return self
