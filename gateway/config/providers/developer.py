"""`kind = "developer"`: the team's own backend asserts who somebody is.

The backend signs a short-lived JWT; its public keys lie in a file.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from gateway.config.providers.common import AcceptSettings, Algorithms, Provider
from gateway.config.settings.references import File
from gateway.config.settings.section import Loose, Names, Shape, Text, flaw, unavailable
from gateway.config.settings.values import Duration


def _check_replay(replay: str) -> str:
    if replay == "jti":
        raise unavailable('accepting each assertion once (`replay = "jti"`)')
    if replay != "none":
        raise flaw("E105", f"`{replay}` is no protection from replay")
    return replay


def _own_id(validated: dict[str, Any]) -> str:
    return str(validated.get("id", ""))


class DeveloperAccept(AcceptSettings):
    """Which of the backend's tokens are accepted."""

    tokens: Annotated[tuple[Literal["jwt"], ...], Loose] = Field(
        default=("jwt",), min_length=1, description="`jwt`."
    )


class DeveloperProvider(Provider):
    """A backend of ours that vouches for its users."""

    kind: Literal["developer"] = Field(description="A backend of the team's own.")
    for_: Literal["authenticated", "service"] = Field(
        default="authenticated",
        alias="for",
        description="Which rules its identities fall under: `authenticated` for people, "
        "`service` for programs.",
    )
    issuer: Text = Field(
        default_factory=_own_id,
        description="`iss` of its assertions. By default the provider's id.",
    )
    keys: Annotated[tuple[File, ...], Loose] = Field(
        min_length=1,
        max_length=16,
        description="Files with the backend's public keys, as JWKS.",
    )
    algorithms: Algorithms = Field(
        default=("RS256", "ES256"),
        min_length=1,
        description="Signatures that are accepted; asymmetric only.",
    )
    audiences: Names = Field(
        min_length=1, description="Values of `aud` that mean this gateway."
    )
    max_lifetime: Duration = Field(
        default=timedelta(minutes=5),
        ge=timedelta(seconds=1),
        le=timedelta(hours=1),
        description="Longest time from `iat` to `exp` of an assertion.",
    )
    replay: Annotated[str, AfterValidator(_check_replay), Shape({"enum": ["none"]})] = (
        Field(
            default="none",
            description="`none`: an assertion may be used until it expires.",
        )
    )
    accept: DeveloperAccept = Field(
        default=DeveloperAccept(),
        description="Which of its tokens are accepted, and where.",
    )

    @property
    def issuers(self) -> tuple[str, ...]:
        """Every value of `iss` that means this provider."""
        return (self.issuer,)
