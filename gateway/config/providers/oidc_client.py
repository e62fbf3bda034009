"""`[client]` of a provider that speaks OpenID Connect: what the gateway is to it.

References: RFC 6749 sections 2.3 and 3.3; OpenID Connect Core 1.0 section 9 (client
authentication).
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.config.providers.client import Scopes
from gateway.config.settings.references import Secret
from gateway.config.settings.section import (
    Names,
    Section,
    Text,
    flaw,
    matching,
)

AuthMethod = Literal[
    "client_secret_basic", "client_secret_post", "private_key_jwt", "none"
]

# What the gateway says itself: written by hand, it would undo what protects the sign-in.
_OWN_PARAMETERS = frozenset(
    {
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "max_age",
        "nonce",
        "redirect_uri",
        "request",
        "request_uri",
        "response_mode",
        "response_type",
        "scope",
        "state",
    }
)


def _check_parameters(parameters: Mapping[str, str]) -> Mapping[str, str]:
    for name in parameters:
        if name in _OWN_PARAMETERS:
            raise flaw("E106", f"the gateway sets `{name}` itself", at=(name,))
    return parameters


ParameterName = Annotated[
    str, matching(r"[A-Za-z0-9_.:-]{1,100}", "the name of a parameter")
]
Parameters = Annotated[
    Mapping[ParameterName, Annotated[str, Field(min_length=1, max_length=1000)]],
    Field(max_length=20),
    AfterValidator(_check_parameters),
]


class OidcClient(Section):
    """What the gateway is to the provider, however it proves that."""

    id: Text = Field(description="The gateway's client id; accepted as an audience.")
    extra_audiences: Names = Field(
        default=(), description="Client ids of apps whose tokens are accepted too."
    )
    scopes: Scopes = Field(
        default=("openid", "email", "profile"),
        description="What people are asked to let the gateway know; with `openid`.",
    )
    authorize: Parameters = Field(
        default={},
        description="Further parameters for the provider's sign-in page, by their names.",
    )

    @model_validator(mode="after")
    def _asks_for_an_id_token(self) -> Self:
        if "openid" not in self.scopes:
            raise flaw("E106", "without `openid` there is no ID token", at=("scopes",))
        return self


class ClientSettings(OidcClient):
    """What the gateway is to the provider."""

    secret: Secret | None = Field(
        default=None, description="What the gateway proves itself with, if not a key."
    )
    auth: AuthMethod | None = Field(
        default=None,
        description="How the gateway proves itself. By default `client_secret_basic` with "
        "a `secret`, `private_key_jwt` with a `key`, and `none` without either.",
    )
    key: Secret | None = Field(
        default=None,
        description="Private key in PEM form (RSA, P-256 or Ed25519) for "
        "`private_key_jwt`.",
    )
    key_id: Text | None = Field(
        default=None, description="`kid` by which the provider knows the key."
    )

    @property
    def method(self) -> AuthMethod:
        """How the gateway proves itself."""
        if self.auth is not None:
            return self.auth
        if self.key is not None:
            return "private_key_jwt"
        return "none" if self.secret is None else "client_secret_basic"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        by_secret = self.method in {"client_secret_basic", "client_secret_post"}
        self._check_given("secret", given=self.secret is not None, needed=by_secret)
        by_key = self.method == "private_key_jwt"
        self._check_given("key", given=self.key is not None, needed=by_key)
        if self.key is None:
            self._check_given("key_id", given=self.key_id is not None, needed=False)
        return self

    def _check_given(self, name: str, *, given: bool, needed: bool) -> None:
        if needed and not given:
            raise flaw("E104", f"`{name}` is missing for {self.method}")
        if given and not needed:
            # What is not used should not lie about.
            raise flaw("E106", f"{self.method} has no use for it", at=(name,))
