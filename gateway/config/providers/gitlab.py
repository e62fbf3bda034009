"""`kind = "gitlab"`: GitLab.com, or a GitLab of one's own.

Nothing is hidden in it: `preset_text` gives the same provider written out as `oidc`.

Reference: GitLab, "GitLab as an OpenID Connect identity provider" (shared information).
"""

from typing import Annotated, Literal

from pydantic import Field

from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.oidc import IdTokenAccept, IssuerText, OidcProvider
from gateway.config.settings.section import Expression, Loose


class GitlabMap(MapSettings):
    """From GitLab's claims to the identity."""

    username: Expression = Field(
        default="claim('preferred_username', claim('nickname', ''))",
        description="Text. For display only: it can change, and pass to somebody else.",
    )
    phone: Expression = Field(default="''", description="Text. GitLab has none.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    groups: Expression = Field(
        default="claim('groups', claim('groups_direct', []))",
        description="List of text. Full paths of groups; in an ID token alone, those that "
        "somebody is a member of directly.",
    )
    scopes: Expression = Field(default="[]", description="List of text.")
    amr: Expression = Field(default="[]", description="List of text. Not in the token.")
    acr: Expression = Field(default="''", description="Text. Not in the token.")


class GitlabProvider(OidcProvider):
    """Sign in with GitLab."""

    kind: Literal["gitlab"] = Field(
        description="GitLab, as a set of defaults over `oidc`."
    )  # type: ignore[assignment]  # a preset is its own kind
    issuer: IssuerText = Field(
        default="https://gitlab.com",
        description="`iss` of its tokens: the address of the instance.",
    )
    algorithms: Annotated[tuple[Literal["RS256"], ...], Loose] = Field(
        default=("RS256",), min_length=1, description="GitLab signs with RS256 alone."
    )
    accept: IdTokenAccept = Field(
        default=IdTokenAccept(),
        description="Which of its tokens are accepted, and where.",
    )
    map: GitlabMap = Field(
        default=GitlabMap(), description="From claims to the identity."
    )
