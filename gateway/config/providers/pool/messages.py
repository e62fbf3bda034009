"""Whom a pool asks, and what it tells people.

References: Amazon Cognito, LambdaConfigType, VerificationMessageTemplateType.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.settings.section import (
    Expression,
    Loose,
    Section,
    Text,
    distinct,
    matching,
)

TriggerName = Literal[
    "pre_sign_up",
    "post_confirmation",
    "pre_authentication",
    "post_authentication",
    "define_challenge",
    "create_challenge",
    "verify_challenge",
    "token_claims",
    "migrate_user",
    "custom_message",
    "email_sender",
    "sms_sender",
]
NoticeName = Literal[
    "sign_up",
    "resent_code",
    "invitation",
    "forgot_password",
    "verify_attribute",
    "update_attribute",
    "sign_in",
    "second_factor",
    "attribute_changed",
    "password_changed",
    "factor_changed",
    "account_take_over",
]
Language = Annotated[
    str,
    matching(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", "a language tag: `en`, `pt-BR`"),
]
Texts = Annotated[tuple[Text, ...], Loose, AfterValidator(distinct)]


class TriggerRule(Section):
    """A condition that has to be true."""

    expect: Expression = Field(description="CEL.")
    message: str = Field(
        default="",
        max_length=500,
        description="What is told to whom it is not true for.",
    )


class TriggerSettings(Section):
    """Whom the pool asks at the fixed points of its work."""

    functions: Mapping[TriggerName, Text] = Field(
        default={}, description="Names of functions; one for each trigger."
    )
    rules: Mapping[
        Literal["pre_sign_up", "pre_authentication"],
        Annotated[tuple[TriggerRule, ...], Loose],
    ] = Field(
        default={},
        description="Conditions that are checked before a function is called.",
    )
    claims_version: Literal[1, 2, 3] = Field(
        default=1,
        description="Of what `token_claims` is asked: 1, 2 (access tokens as well) or 3 "
        "(client credentials as well).",
    )


class MessageTemplate(Section):
    """The texts of one kind of message in one language; empty ones are the gateway's own."""

    subject: str = Field(default="", max_length=200, description="Of an e-mail.")
    text: str = Field(default="", max_length=20_000, description="Its plain form.")
    html: str = Field(default="", max_length=60_000, description="Its HTML form.")
    sms: str = Field(default="", max_length=1600, description="The whole text message.")


class MessageSettings(Section):
    """What people are sent."""

    sender: str = Field(
        default="",
        max_length=320,
        description="`From` of e-mails; by default the gateway's.",
    )
    language: Language = Field(
        default="en", description="For people in whose own there are no texts."
    )
    notices: bool = Field(
        default=True,
        description="Whether people are told, at an e-mail address that they have proven, "
        "that a factor, a passkey, the password or the address was changed.",
    )
    templates: Mapping[NoticeName, Mapping[Language, MessageTemplate]] = Field(
        default={},
        description="By kind and language; those that are not the gateway's own.",
    )
