"""`kind = "guest"`: somebody without an account, told apart by a token of our own.

The lifetimes and limits of guests stand in `[guest]` of `config.toml`.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from gateway.config.providers.common import Provider
from gateway.config.providers.mapping import MapSettings
from gateway.config.settings.section import Expression, Shape, flaw


def _check_enabled(enabled: bool) -> bool:  # noqa: FBT001 - pydantic hands it over
    if not enabled:
        raise flaw(
            "E106",
            "guests are switched off for the whole gateway, also those without a token",
            hint="[guest] enabled = false in config.toml",
        )
    return enabled


class GuestMap(MapSettings):
    """A guest has a subject, and nothing else is known of them."""

    username: Expression = Field(default="''", description="Text.")
    name: Expression = Field(default="''", description="Text.")
    email: Expression = Field(default="''", description="Text.")
    email_verified: Expression = Field(default="false", description="Boolean.")
    phone: Expression = Field(default="''", description="Text.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    scopes: Expression = Field(default="[]", description="List of text.")
    amr: Expression = Field(default="[]", description="List of text.")
    acr: Expression = Field(default="''", description="Text.")
    auth_time: Expression = Field(default="timestamp(0)", description="Timestamp.")


class GuestProvider(Provider):
    """Guests."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "upgrade": "keeping a guest's id at the first sign-in"
    }

    kind: Literal["guest"] = Field(description="Somebody without an account.")
    for_: Literal["guest"] = Field(default="guest", alias="for", description="`guest`.")
    enabled: Annotated[
        bool, AfterValidator(_check_enabled), Shape({"enum": [True]})
    ] = Field(
        default=True,
        description="`true`. What switches guests off is `[guest] enabled`.",
    )
    map: GuestMap = Field(
        default=GuestMap(), description="From claims to the identity."
    )
