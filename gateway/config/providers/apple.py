"""`kind = "apple"`: Sign in with Apple.

Apple takes no secret but one that is made anew from a key, answers by a form that its page
posts, and says somebody's name once, beside the ID token.

Reference: Apple, "Sign in with Apple REST API" (token validation, client secret, user's
identity token).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gateway.config.providers.client import Scopes
from gateway.config.providers.common import SignInSettings
from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.oidc import IdTokenAccept, IssuerText, OidcProvider
from gateway.config.providers.oidc_client import OidcClient
from gateway.config.settings.references import Secret
from gateway.config.settings.section import (
    Expression,
    Loose,
    Text,
    flaw,
    matching,
)

# Of a team, and of a key: ten letters and digits.
AppleId = Annotated[str, matching(r"[A-Z0-9]{10}", "10 capital letters and digits")]

_TRUE = "claim('{}', dyn(false)) in [dyn(true), 'true']"


class AppleClient(OidcClient):
    """What the gateway is to Apple."""

    id: Text = Field(
        description="The Services ID of a web site, or the bundle id of an app."
    )
    team_id: AppleId | None = Field(
        default=None, description="Whose key it is: the team's id. For flow `login`."
    )
    key_id: AppleId | None = Field(
        default=None, description="The key's id. For flow `login`."
    )
    key: Secret | None = Field(
        default=None,
        description="The private key for Sign in with Apple, the content of its `.p8` "
        "file. For flow `login`.",
    )
    scopes: Scopes = Field(
        default=("openid", "email", "name"),
        description="What people are asked to let the gateway know; with `openid`.",
    )


class AppleMap(MapSettings):
    """From Apple's claims to the identity."""

    username: Expression = Field(default="''", description="Text. Apple has none.")
    email_verified: Expression = Field(
        default=_TRUE.format("email_verified"),
        description="Boolean. Apple says it as one, or as text.",
    )
    phone: Expression = Field(default="''", description="Text. Apple has none.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    labels: Expression = Field(
        default=f"{_TRUE.format('is_private_email')} ? ['private-email'] : []",
        description="List of text. `private-email` if the address is one of Apple's relay.",
    )
    scopes: Expression = Field(default="[]", description="List of text.")
    amr: Expression = Field(default="[]", description="List of text. Not in the token.")
    acr: Expression = Field(default="''", description="Text. Not in the token.")


class AppleSignIn(SignInSettings):
    """What becomes of somebody of Apple who signs in to a pool."""

    DEFAULT_PROFILE: ClassVar[Mapping[str, str]] = {
        "given_name": "claim('given_name', '')",
        "family_name": "claim('family_name', '')",
    }
    SCOPES: ClassVar[Mapping[str, str]] = {
        "name": "name",
        "given_name": "name",
        "family_name": "name",
        "email": "email",
        "email_verified": "email",
    }


class AppleProvider(OidcProvider):
    """Sign in with Apple."""

    kind: Literal["apple"] = Field(description="Sign in with Apple.")  # type: ignore[assignment]  # a preset is its own kind
    issuer: IssuerText = Field(
        default="https://appleid.apple.com", description="`iss` of Apple's tokens."
    )
    algorithms: Annotated[tuple[Literal["RS256"], ...], Loose] = Field(
        default=("RS256",), min_length=1, description="Apple signs with RS256 alone."
    )
    client: AppleClient | None = Field(  # type: ignore[assignment]  # has other proofs
        default=None, description="What the gateway is to Apple."
    )
    response_mode: Literal["form_post"] = Field(
        default="form_post",
        description="How the answer comes back: Apple gives name and address no other way.",
    )
    par: Literal["off"] = Field(
        default="off", description="`off`: Apple takes no pushed requests."
    )
    userinfo: bool = Field(
        default=False, description="Apple has no place to ask for more claims."
    )
    accept: IdTokenAccept = Field(
        default=IdTokenAccept(),
        description="Which of its tokens are accepted, and where.",
    )
    map: AppleMap = Field(
        default=AppleMap(), description="From claims to the identity."
    )
    sign_in: AppleSignIn = Field(
        default=AppleSignIn(),
        description="What becomes of somebody who signs in to a pool.",
    )

    @model_validator(mode="after")
    def _can_make_secrets(self) -> Self:
        client = self.client
        if not self.signs_in or client is None:
            return self
        for name in ("team_id", "key_id", "key"):
            if getattr(client, name) is None:
                raise flaw(
                    "E104", f"`client.{name}` is missing, which flow `login` needs"
                )
        return self
