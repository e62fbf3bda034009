"""What a pool is told about its people: attributes, signing in and up, passwords, factors.

Reference: Amazon Cognito, UserPoolType.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.settings.section import (
    Loose,
    Names,
    Section,
    distinct,
    matching,
)
from gateway.config.settings.values import Duration

Address = Literal["email", "phone"]
Addresses = Annotated[tuple[Address, ...], Loose, AfterValidator(distinct)]
Alias = Literal["email", "phone", "preferred_username"]
FirstFactor = Literal["password", "email_code", "sms_code", "passkey"]
SecondFactor = Literal["totp", "sms_code", "email_code"]

StandardName = Literal[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "address",
]
OwnName = Annotated[
    str,
    matching(r"[!-~]{1,20}", "1 to 20 visible ASCII characters, without its prefix"),
]

# Up to here every whole number is one of its own.
_LARGEST = 10**15

_HOUR = timedelta(hours=1)
_YEAR = timedelta(days=365)


class StandardAttribute(Section):
    """What a pool says of an attribute that every pool has."""

    required: bool = Field(
        default=False,
        description="Whether everybody has to have one. Who lacks it is asked at the next "
        "sign-in.",
    )
    mutable: bool = Field(
        default=True, description="Whether it may change once it has a value."
    )
    least: float = Field(default=0, ge=0, description="The fewest characters.")
    most: float = Field(default=2048, ge=0, le=2048, description="The most characters.")


class OwnAttribute(Section):
    """An attribute of the pool's own: `custom:NAME` in tokens."""

    type: Literal["string", "number", "date_time", "boolean"] = Field(
        default="string",
        description="What kind of text its values are. Cannot change later.",
    )
    required: bool = Field(
        default=False, description="Whether everybody has to have one."
    )
    mutable: bool = Field(
        default=True, description="Whether it may change once it has a value."
    )
    least: float | None = Field(
        default=None,
        ge=-_LARGEST,
        le=_LARGEST,
        description="Of text, the fewest characters; of numbers, the smallest.",
    )
    most: float | None = Field(
        default=None,
        ge=-_LARGEST,
        le=_LARGEST,
        description="Of text, the most characters; of numbers, the largest.",
    )
    developer: bool = Field(
        default=False,
        description="Whether administrators alone may write it (`dev:custom:NAME`).",
    )


class AttributeSettings(Section):
    """Which attributes people have."""

    standard: Mapping[StandardName, StandardAttribute] = Field(
        default={},
        description="What is said of those of OpenID Connect, which every pool has.",
    )
    custom: Mapping[OwnName, OwnAttribute] = Field(
        default={},
        description="The pool's own, by their names without `custom:`; 50 at most. One "
        "that is gone from the file stays in the pool, as people may have it.",
    )


class SignInSettings(Section):
    """How people sign in."""

    addresses: Addresses = Field(
        default=(),
        description="Addresses that stand in for user names: people type one at "
        "sign-up. Cannot change later, and excludes `aliases`.",
    )
    aliases: Annotated[tuple[Alias, ...], Loose, AfterValidator(distinct)] = Field(
        default=(),
        description="What may be typed instead of the user name, once it is verified. "
        "Cannot change later.",
    )
    case_sensitive: bool = Field(
        default=False,
        description="Whether `Ana` and `ana` are two people. Cannot change later.",
    )
    first_factors: Annotated[
        tuple[FirstFactor, ...], Loose, AfterValidator(distinct)
    ] = Field(
        default=("password",),
        min_length=1,
        description="How a sign-in may begin. A password may always be proven by SRP.",
    )


class SignUpSettings(Section):
    """How people come to be."""

    open: bool = Field(
        default=True,
        description="Whether people may sign up by themselves; else administrators make "
        "or invite them.",
    )
    verified: Addresses = Field(
        default=("email",),
        description="Addresses that a code is sent to at sign-up; if both can be, the "
        "phone.",
    )
    by_link: bool = Field(
        default=False, description="Whether e-mail holds a link instead of a code."
    )
    unconfirmed_lifetime: Duration | None = Field(
        default=None,
        ge=_HOUR,
        le=_YEAR,
        description="When somebody who never confirmed is removed; by default never.",
    )


class LeakSettings(Section):
    """What becomes of passwords that are known from leaks."""

    at_most: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="How often a password may have been seen in leaks.",
    )
    on_failure: Literal["accept", "refuse"] = Field(
        default="accept",
        description="What becomes of a password while the service cannot be asked.",
    )


class PasswordSettings(Section):
    """Which passwords are taken."""

    min_length: int = Field(default=8, ge=6, le=99, description="In characters.")
    lowercase: bool = Field(
        default=True, description="Whether one of a to z is needed."
    )
    uppercase: bool = Field(
        default=True, description="Whether one of A to Z is needed."
    )
    number: bool = Field(default=True, description="Whether one of 0 to 9 is needed.")
    symbol: bool = Field(
        default=True, description="Whether a symbol is needed; a blank inside is one."
    )
    history: int = Field(
        default=0,
        ge=0,
        le=24,
        description="How many passwords before must not come again.",
    )
    min_strength: int = Field(
        default=0,
        ge=0,
        le=4,
        description="Least score of zxcvbn: 0 is any, 4 very hard to guess.",
    )
    temporary_lifetime: Duration = Field(
        default=timedelta(days=7),
        ge=_HOUR,
        le=_YEAR,
        description="How long a password that an administrator gave is good for.",
    )
    leaked: LeakSettings | None = Field(
        default=None,
        description="With this table, even an empty one, new passwords that are known "
        "from leaks are refused: `[leaked_passwords]` of config.toml says who is asked.",
    )


class MfaSettings(Section):
    """Second factors."""

    mode: Literal["off", "optional", "on"] = Field(
        default="off",
        description="Whether one is asked for: never, of those who have set one up, or "
        "of everybody.",
    )
    kinds: Annotated[tuple[SecondFactor, ...], Loose, AfterValidator(distinct)] = Field(
        default=(), description="Which ones there are."
    )


class DeviceSettings(Section):
    """Devices that people sign in from."""

    remembering: Literal["never", "on_request", "always"] = Field(
        default="never", description="Whether they are remembered."
    )
    spares_second_factor: bool = Field(
        default=False,
        description="Whether a remembered device stands for the second factor.",
    )


class PasskeySettings(Section):
    """Passkeys."""

    relying_party_id: str = Field(
        default="",
        max_length=253,
        description="The host that they are good for, with all that ends in it; by "
        "default the gateway's own. With another one, every passkey is lost.",
    )
    origins: Names = Field(
        default=(),
        max_length=20,
        description="Where they may be used beside the gateway's own pages, as "
        "`https://app.example.com`.",
    )
    user_verification: Literal["preferred", "required"] = Field(
        default="preferred",
        description="Whether the authenticator has to make sure who holds it.",
    )
