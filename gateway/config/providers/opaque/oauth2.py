"""`kind = "oauth2"`: a provider that speaks OAuth 2.0 and not OpenID Connect.

Its file says where everything is, and above all how a token is proven to be our app's:
there is no default for that.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import override

from gateway.config.providers.client import AppClient
from gateway.config.providers.oidc_client import Parameters
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.settings.addresses import UrlText
from gateway.config.settings.section import Text, flaw, matching

ClaimPath = Annotated[
    str,
    matching(
        r"[A-Za-z0-9_:-]{1,64}(\.[A-Za-z0-9_:-]{1,64}){0,4}",
        "a name, or names with dots between: `application.id`",
    ),
]


class Oauth2Client(AppClient):
    """What the gateway is to the provider."""

    auth: Literal["client_secret_basic", "client_secret_post"] = Field(
        default="client_secret_basic",
        description="How the secret is shown: in a header or in the form.",
    )
    authorize: Parameters = Field(
        default={},
        description="Further parameters for the provider's sign-in page, by their names.",
    )


def _own_id(validated: dict[str, Any]) -> str:
    return str(validated.get("id", ""))


class Oauth2Provider(OpaqueProvider):
    """A provider that speaks OAuth 2.0."""

    kind: Literal["oauth2"] = Field(description="A provider that speaks OAuth 2.0.")
    client: Oauth2Client = Field(description="What the gateway is to the provider.")
    issuer_name: Text = Field(
        default_factory=_own_id,
        description="What policies see as `identity.issuer`, and, if the provider sends "
        "`iss` with its answers (RFC 9207), what that has to be. By default the id, and "
        "then `iss` is not looked at.",
    )
    authorize_url: UrlText = Field(description="Where people sign in.")
    token_url: UrlText = Field(description="Where a code becomes a token.")
    userinfo_url: UrlText = Field(description="Where the provider says whose it is.")
    audience_proof: Literal["introspection", "tokeninfo", "code"] = Field(
        description="How a token is proven to be our app's, and not another's. "
        "`introspection`: RFC 7662, whose `client_id` or `aud` has to be ours. "
        "`tokeninfo`: an address that says it, in `audience_claim`. `code`: nobody says "
        "it; then only tokens count that the gateway has fetched with a code, so there is "
        "no `exchange`.",
    )
    introspection_url: UrlText | None = Field(
        default=None, description="For `introspection`."
    )
    tokeninfo_url: UrlText | None = Field(default=None, description="For `tokeninfo`.")
    tokeninfo_by: Literal["header", "query"] = Field(
        default="header",
        description="How `tokeninfo_url` is shown the token: as `Authorization: Bearer`, "
        "or as `access_token` of the query.",
    )
    audience_claim: ClaimPath = Field(
        default="aud", description="Where `tokeninfo_url` says whose app a token is of."
    )
    claims_in: ClaimPath | None = Field(
        default=None,
        description="Where the claims are in the answer of `userinfo_url`. By default "
        "they are the answer.",
    )
    subject_claim: ClaimPath = Field(
        default="sub",
        description="Where among the claims the stable name for somebody is: text or a "
        "whole number. It becomes `claims.sub`.",
    )
    pkce: bool = Field(
        default=True,
        description="Bind the code to the browser that left (RFC 7636). Only for a "
        "provider that refuses that: `false`.",
    )
    scope_separator: Literal[" ", ","] = Field(
        default=" ", description="What stands between scopes."
    )

    @property
    @override
    def issuer(self) -> str:
        return self.issuer_name

    @property
    @override
    def asked(self) -> Mapping[str, str]:
        urls = {
            "token_url": self.token_url,
            "userinfo_url": self.userinfo_url,
            "introspection_url": self.introspection_url,
            "tokeninfo_url": self.tokeninfo_url,
        }
        return {key: url for key, url in urls.items() if url is not None}

    @property
    @override
    def visited(self) -> Mapping[str, str]:
        return {"authorize_url": self.authorize_url}

    @model_validator(mode="after")
    def _provable(self) -> Self:
        for proof, key in (
            ("introspection", "introspection_url"),
            ("tokeninfo", "tokeninfo_url"),
        ):
            given = getattr(self, key) is not None
            if given is not (self.audience_proof == proof):
                raise flaw(
                    "E106" if given else "E104",
                    f'`{key}` is for audience_proof = "{proof}"',
                    at=(key,) if given else (),
                )
        if self.audience_proof == "code" and "exchange" in self.accept.flows:
            raise flaw(
                "E515",
                "nothing says which app a token was given to, so none can be exchanged",
                hint='audience_proof = "introspection" or "tokeninfo"',
                at=("accept",),
            )
        return self
