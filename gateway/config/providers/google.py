"""`kind = "google"`: Sign in with Google, as a set of defaults over `oidc`.

Nothing is hidden in it: `preset_text` gives the same provider written out as `oidc`.

Reference: Google, "OpenID Connect API Reference" (issuer and its legacy form without a
scheme; `hd`); "Verify the Google ID token on your server side".
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.network import NetworkSettings
from gateway.config.providers.oidc import IdTokenAccept, IssuerText, OidcProvider
from gateway.config.settings.section import Expression, Loose, Names, flaw


class GoogleMap(MapSettings):
    """From Google's claims to the identity."""

    tenant: Expression = Field(
        default="claim('hd', '')",
        description="Text. The Workspace domain; empty for consumer accounts.",
    )
    username: Expression = Field(default="''", description="Text. Google has none.")
    phone: Expression = Field(default="''", description="Text. Not in the token.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    scopes: Expression = Field(default="[]", description="List of text.")
    amr: Expression = Field(default="[]", description="List of text. Not in the token.")
    acr: Expression = Field(default="''", description="Text. Not in the token.")


class GoogleProvider(OidcProvider):
    """Sign in with Google."""

    kind: Literal["google"] = Field(
        description="Google, as a set of defaults over `oidc`."
    )  # type: ignore[assignment]  # a preset is its own kind
    issuer: IssuerText = Field(
        default="https://accounts.google.com", description="`iss` of Google's tokens."
    )
    issuer_aliases: Names = Field(
        default=("accounts.google.com",),
        description="The older spelling of `iss`, which still occurs.",
    )
    algorithms: Annotated[tuple[Literal["RS256"], ...], Loose] = Field(
        default=("RS256",), min_length=1, description="Google signs with RS256 alone."
    )
    userinfo: bool = Field(
        default=False,
        description="Whether a sign-in asks it for claims; its ID tokens have them all.",
    )
    accept: IdTokenAccept = Field(
        default=IdTokenAccept(),
        description="Which of its tokens are accepted, and where.",
    )
    map: GoogleMap = Field(
        default=GoogleMap(), description="From claims to the identity."
    )
    network: NetworkSettings = Field(
        default=NetworkSettings(
            allow_hosts=(
                "accounts.google.com",
                "oauth2.googleapis.com",
                "openidconnect.googleapis.com",
                "www.googleapis.com",
            )
        ),
        description="Bounds on the way to Google.",
    )

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        # PKCE alone is not enough for Google, which tells people so after they have been
        # there.
        if self.signs_in and self.client is not None and self.client.method == "none":
            raise flaw("E104", "`client.secret` is missing, which flow `login` needs")
        return self
