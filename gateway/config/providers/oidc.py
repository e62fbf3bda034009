"""`kind = "oidc"`: a provider that speaks OpenID Connect.

Reference: OpenID Connect Discovery 1.0; RFC 9068 (access tokens as JWT).
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.config.providers.common import (
    Algorithms,
    LoginAccept,
    Provider,
    SignInSettings,
)
from gateway.config.providers.network import NetworkSettings
from gateway.config.providers.oidc_client import ClientSettings
from gateway.config.settings.addresses import UrlText, check_issuer, parse_url
from gateway.config.settings.section import Called, Loose, Names, distinct, flaw

# In an issuer: where a provider puts the tenant that it signs for.
TENANT: Final = "{tenantid}"


def _issuer(text: str) -> str:
    if text.count(TENANT) > 1:
        raise flaw("E105", f"`{TENANT}` stands there twice")
    check_issuer(text.replace(TENANT, "tenant"))
    return text


def _tenant(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9-]{1,64}", name) is None:
        raise flaw("E105", "a tenant is named by letters, digits and `-`")
    return name


IssuerText = Annotated[str, AfterValidator(_issuer), Called("URL")]
Tenants = Annotated[
    tuple[Annotated[str, AfterValidator(_tenant)], ...],
    Loose,
    Field(max_length=1000),
    AfterValidator(distinct),
]


class OidcAccept(LoginAccept):
    """Which of the provider's tokens are accepted."""

    tokens: Annotated[tuple[Literal["at+jwt", "id_token"], ...], Loose] = Field(
        default=("at+jwt",),
        min_length=1,
        description="`at+jwt`: access tokens made for this gateway. `id_token`: the "
        "proof of a sign-in, which was made for an app.",
    )


class IdTokenAccept(OidcAccept):
    """Which tokens are accepted of a provider whose access tokens are for itself."""

    # Nothing in those says whom they were made for.
    tokens: Annotated[tuple[Literal["id_token"], ...], Loose] = Field(
        default=("id_token",), min_length=1, description="`id_token`."
    )


class OidcProvider(Provider):
    """A provider that speaks OpenID Connect."""

    kind: Literal["oidc"] = Field(description="A provider that speaks OpenID Connect.")
    for_: Literal["authenticated", "service"] = Field(
        default="authenticated",
        alias="for",
        description="Which rules its identities fall under: `authenticated` for people, "
        "`service` for programs.",
    )
    issuer: IssuerText = Field(
        description="`iss` of its tokens, byte for byte, and where discovery starts. "
        "`{tenantid}` in it stands for the tenant that a token names in `tid`."
    )
    issuer_aliases: Names = Field(
        default=(),
        description="Other spellings of `iss` that mean the same issuer.",
    )
    discovery_url: UrlText | None = Field(
        default=None,
        description="Where discovery starts, if not at "
        "`/.well-known/openid-configuration` below the issuer.",
    )
    tenants: Tenants = Field(
        default=(),
        description="Values of `tid` that are let in, if `issuer` has a `{tenantid}`.",
    )
    allow_any_tenant: bool = Field(
        default=False,
        description="Let in every tenant, also one that somebody makes for the purpose. "
        "For an `issuer` with `{tenantid}`, instead of `tenants`.",
    )
    jwks_url: UrlText | None = Field(
        default=None, description="Where its keys are. By default, discovery tells."
    )
    authorize_url: UrlText | None = Field(
        default=None,
        description="Where people sign in. By default, discovery tells; with it and "
        "`token_url`, the provider is not asked.",
    )
    token_url: UrlText | None = Field(
        default=None,
        description="Where its tokens are fetched. By default, discovery tells.",
    )
    userinfo_url: UrlText | None = Field(
        default=None,
        description="Where it says more of somebody. By default, discovery tells.",
    )
    par_url: UrlText | None = Field(
        default=None,
        description="Where requests are pushed to (RFC 9126). By default, discovery "
        "tells.",
    )
    end_session_url: UrlText | None = Field(
        default=None,
        description="Where browsers are sent to sign out there. By default, discovery "
        "tells.",
    )
    par: Literal["auto", "off", "require"] = Field(
        default="auto",
        description="Whether requests are pushed to the provider, past the browser: "
        "`auto` if it offers that, `require` in any case.",
    )
    response_mode: Literal["query", "form_post"] | None = Field(
        default=None,
        description="How the answer comes back: in the address, as by default, or as a "
        "form, which no log of addresses ever holds.",
    )
    userinfo: bool = Field(
        default=True,
        description="Whether a sign-in asks it for claims that its ID token lacks, if it "
        "has a place for that.",
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
        """Every value of `iss` that means this provider.

        One for each tenant that is let in; `{tenantid}` is left in its place if all are.
        """
        names = (self.issuer, *self.issuer_aliases)
        return tuple(
            dict.fromkeys(
                name.replace(TENANT, tenant)
                for name in names
                for tenant in self.tenants or (TENANT,)
            )
        )

    @property
    def described_as(self) -> tuple[str, ...]:
        """How its discovery document may spell the issuer."""
        return tuple(dict.fromkeys((self.issuer, self.home)))

    @property
    def described_at(self) -> str:
        """Where its discovery document is."""
        below = self.home.rstrip("/") + "/.well-known/openid-configuration"
        return self.discovery_url or below

    @property
    def home(self) -> str:
        """The issuer's own address: of its one tenant, or where all are welcome."""
        home = self.tenants[0] if len(self.tenants) == 1 else "common"
        return self.issuer.replace(TENANT, home)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that the gateway may ask."""
        if self.network.allow_hosts:
            return self.network.allow_hosts
        return tuple(dict.fromkeys(parse_url(url).host for _, url in self._asked()))

    @property
    def signs_in(self) -> bool:
        """Whether people of a pool may sign in with it."""
        return "login" in self.accept.flows

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.accepted_audiences:
            raise flaw(
                "E104",
                "`audiences` or `client.id` is missing: a token made for anybody would "
                "be accepted",
            )
        self._check_tenants()
        if self.signs_in and self.client is None:
            raise flaw("E104", "`client.id` is missing, which flow `login` needs")
        for key, url in self._asked():
            self.network.check(url, key, hosts=self.hosts)
        for key in ("authorize_url", "end_session_url"):
            visited = getattr(self, key)
            if visited is not None:
                self.network.check_scheme(parse_url(visited), key)
        return self

    def _check_tenants(self) -> None:
        has_tenants = TENANT in self.issuer
        if any((TENANT in alias) != has_tenants for alias in self.issuer_aliases):
            raise flaw(
                "E106",
                f"`{TENANT}` stands in all spellings of the issuer or in none",
                at=("issuer_aliases",),
            )
        if has_tenants and not self.tenants and not self.allow_any_tenant:
            raise flaw("E104", "`tenants` is missing: who is let in?")
        if self.tenants and (self.allow_any_tenant or not has_tenants):
            why = "any is let in" if has_tenants else f"`issuer` has no `{TENANT}`"
            raise flaw("E106", f"{why}, so there are none to name", at=("tenants",))
        if self.allow_any_tenant and not has_tenants:
            raise flaw("E106", f"`issuer` has no `{TENANT}`", at=("allow_any_tenant",))

    def _asked(self) -> Iterator[tuple[str, str]]:
        """Yield the URLs that the gateway itself asks, each with its key."""
        yield "issuer", self.home
        for key in (
            "discovery_url",
            "jwks_url",
            "token_url",
            "userinfo_url",
            "par_url",
        ):
            url = getattr(self, key)
            if url is not None:
                yield key, url
