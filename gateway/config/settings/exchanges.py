"""`[[exchanges]]`: which tokens are handed out for which others (RFC 8693).

An exchange is a route for policies, under its id and the path `/oauth2/token/ID`: without a
rule that allows it, it hands out nothing.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.settings.section import Id, Loose, Names, Section, distinct, flaw
from gateway.config.settings.values import Rate, RateOf

# RFC 6749 section 3.3, and no longer than anybody would write.
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,255}")


def exchange_path(exchange_id: str) -> str:
    """Return the path by which policies and their tests know an exchange."""
    return f"/oauth2/token/{exchange_id}"


def _check_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    for scope in scopes:
        if _SCOPE.fullmatch(scope) is None:
            raise flaw("E105", "a scope is text without spaces, quotes or backslashes")
    return distinct(scopes)


class ExchangeRate(Section):
    """How many tokens are asked for."""

    per_ip: RateOf = Field(
        default=Rate(600, timedelta(minutes=1)),
        description="Requests of one client address, also those that fail.",
    )


class ExchangeSettings(Section):
    """One kind of token that is handed out for others."""

    id: Id = Field(
        description="Its name in policies and logs; no route may have the same."
    )
    audience: str = Field(
        default="",
        max_length=1000,
        description="`aud` of the token, and what `audience` or `resource` of a request "
        "names. By default the gateway itself: the token is then a credential on requests "
        "to routes.",
    )
    scopes: Annotated[Names, AfterValidator(_check_scopes)] = Field(
        default=(),
        max_length=100,
        description="What may be asked for in `scope`. Nothing is given unasked.",
    )
    profile: Id = Field(
        default="app", description="Name of the token profile, for its `ttl`."
    )
    tags: Names = Field(default=(), description="Words for policies and lints to read.")
    proof: Literal["optional", "required"] = Field(
        default="optional",
        description="Whether the token is bound to a key of whoever asks (DPoP): to the one "
        "of the proof that came along, or never without one.",
    )
    actors: bool = Field(
        default=False,
        description="Whether somebody may act for somebody else (`actor_token`). Who, is "
        "for rules to say: they see the actor in `request.query`.",
    )
    guests_upgrade: bool = Field(
        default=False,
        description="Whether a guest who signs in keeps the id: the guest's token comes "
        "along as `actor_token`.",
    )
    rate: ExchangeRate = Field(
        default=ExchangeRate(), description="How many tokens are asked for."
    )


Exchanges = Annotated[tuple[ExchangeSettings, ...], Loose]
