"""What a pool is told about itself.

Values alone: where they come from (a file, the API) and where they are kept is not known
here. Defaults are Amazon Cognito's where its clients count on them, and the safe choice
elsewhere.

Reference: Amazon Cognito, UserPoolType.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from gateway.pool.attributes.schema import Schema
from gateway.pool.passwords.policy import PasswordPolicy


class Address(StrEnum):
    """Where a person can be reached; spelled as the attribute that holds it."""

    EMAIL = "email"
    PHONE = "phone_number"


class Alias(StrEnum):
    """What a person may sign in with beside the user name."""

    EMAIL = "email"
    PHONE = "phone_number"
    PREFERRED_USERNAME = "preferred_username"


class FirstFactor(StrEnum):
    """How a sign-in may begin. A password may always be proven by SRP instead."""

    PASSWORD = "PASSWORD"  # noqa: S105 - a name, not a password
    EMAIL_CODE = "EMAIL_OTP"
    SMS_CODE = "SMS_OTP"
    PASSKEY = "WEB_AUTHN"


class SecondFactor(StrEnum):
    """What may be asked for after the first factor."""

    TOTP = "SOFTWARE_TOKEN_MFA"
    SMS_CODE = "SMS_MFA"
    EMAIL_CODE = "EMAIL_OTP"


class MfaMode(StrEnum):
    """Whether a second factor is asked for."""

    OFF = "OFF"
    OPTIONAL = "OPTIONAL"
    ON = "ON"


class Remembering(StrEnum):
    """Whether devices are remembered."""

    NEVER = "never"
    ON_REQUEST = "on_request"
    ALWAYS = "always"


class TriggerKind(StrEnum):
    """What a pool asks others about; spelled as in Cognito's LambdaConfig."""

    PRE_SIGN_UP = "PreSignUp"
    POST_CONFIRMATION = "PostConfirmation"
    PRE_AUTHENTICATION = "PreAuthentication"
    POST_AUTHENTICATION = "PostAuthentication"
    DEFINE_CHALLENGE = "DefineAuthChallenge"
    CREATE_CHALLENGE = "CreateAuthChallenge"
    VERIFY_CHALLENGE = "VerifyAuthChallengeResponse"
    TOKEN_CLAIMS = "PreTokenGeneration"  # noqa: S105 - a name
    MIGRATE_USER = "UserMigration"
    CUSTOM_MESSAGE = "CustomMessage"
    EMAIL_SENDER = "CustomEmailSender"
    SMS_SENDER = "CustomSMSSender"


class NoticeKind(StrEnum):
    """What a message to a person is about."""

    SIGN_UP = "sign_up"
    RESENT_CODE = "resent_code"
    INVITATION = "invitation"
    FORGOT_PASSWORD = "forgot_password"  # noqa: S105 - a name
    # A code that the person asked for, and one for an address that is to change.
    VERIFY_ATTRIBUTE = "verify_attribute"
    UPDATE_ATTRIBUTE = "update_attribute"
    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    # These tell something, and hold no code.
    ATTRIBUTE_CHANGED = "attribute_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    FACTOR_CHANGED = "factor_changed"
    ACCOUNT_TAKE_OVER = "account_take_over"


class UserVerification(StrEnum):
    """Whether an authenticator has to make sure who holds it: a PIN, a finger, a face."""

    PREFERRED = "preferred"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """How people sign in.

    Attributes:
        addresses: Kinds of address that stand in for the user name: then a person types an
            address at sign-up, and the stored name is a UUID. Excludes `aliases`, and
            neither can change later.
        aliases: What else may be typed instead of the user name, once it is verified.
        case_sensitive: Whether `Ana` and `ana` are two people.
        first_factors: How a sign-in may begin.
    """

    addresses: frozenset[Address] = frozenset()
    aliases: frozenset[Alias] = frozenset()
    case_sensitive: bool = False
    first_factors: frozenset[FirstFactor] = frozenset({FirstFactor.PASSWORD})


@dataclass(frozen=True, slots=True)
class SignUpSettings:
    """How people come to be.

    Attributes:
        is_open: Whether people may sign up by themselves.
        verified: Addresses that a code is sent to at sign-up; if both can be, the phone.
        by_link: Whether e-mail holds a link instead of a code.
        unconfirmed_lifetime: When somebody who never confirmed is removed; `None` for
            never.
    """

    is_open: bool = True
    verified: frozenset[Address] = frozenset({Address.EMAIL})
    by_link: bool = False
    unconfirmed_lifetime: timedelta | None = None


@dataclass(frozen=True, slots=True)
class MfaSettings:
    """Second factors.

    Attributes:
        mode: Whether one is asked for.
        kinds: Which ones there are.
    """

    mode: MfaMode = MfaMode.OFF
    kinds: frozenset[SecondFactor] = frozenset()


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """Devices that people sign in from.

    Attributes:
        remembering: Whether they are remembered.
        spares_second_factor: Whether a remembered device stands for the second factor.
    """

    remembering: Remembering = Remembering.NEVER
    spares_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """A condition in CEL that has to be true.

    Attributes:
        expect: The expression; its variables are those of `gateway.pool.triggers.rules`.
        message: What somebody is told for whom it is not.
    """

    expect: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class TriggerSettings:
    """Whom a pool asks.

    Attributes:
        functions: Names of functions of the gateway's settings; one for each trigger.
        rules: For `PRE_SIGN_UP` and `PRE_AUTHENTICATION`; checked before the function is
            called.
        claims_version: Of `TOKEN_CLAIMS` events: 1, 2 (access tokens as well) or 3
            (client credentials as well).
    """

    functions: Mapping[TriggerKind, str] = field(
        default_factory=lambda: MappingProxyType({})
    )
    rules: Mapping[TriggerKind, tuple[TriggerRule, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    claims_version: int = 1


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """The texts of one kind of message in one language; empty ones are the gateway's own.

    Attributes:
        subject: Of an e-mail.
        text: Its plain form.
        html: Its HTML form.
        sms: The whole text message.
    """

    subject: str = ""
    text: str = ""
    html: str = ""
    sms: str = ""


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """What people are sent.

    Attributes:
        sender: `From` of e-mails; empty for the gateway's.
        language: For people whose own (`locale`) there are no texts in.
        notices: Whether people are told of changes to how they sign in.
        templates: By kind and language (`en`, `de`); those that are not the gateway's own.
    """

    sender: str = ""
    language: str = "en"
    notices: bool = True
    templates: Mapping[NoticeKind, Mapping[str, MessageTemplate]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True, slots=True)
class PasskeySettings:
    """Passkeys.

    Attributes:
        relying_party_id: The host that they are good for, with all that ends in it; empty
            for the gateway's own. With another one, every passkey is lost.
        origins: Where they may be used, beside the gateway's own pages: of applications
            that draw their own, as `https://app.example.com`.
        user_verification: Whether the authenticator has to make sure who holds it.
    """

    relying_party_id: str = ""
    origins: tuple[str, ...] = ()
    user_verification: UserVerification = UserVerification.PREFERRED


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """All that a pool is told.

    Attributes:
        name: For people, 1 to 128 characters.
        schema: Which attributes there are.
        sign_in: How people sign in.
        sign_up: How people come to be.
        password: Which passwords are taken.
        mfa: Second factors.
        passkeys: Passkeys.
        devices: Remembered devices.
        recovery: Where a forgotten password is recovered, the first that a person has
            verified; empty if administrators alone may help.
        proven_before_change: Addresses whose old value stays until the new one is proven.
        triggers: Whom it asks.
        messages: What people are sent.
        tags: Whatever operators sort pools by.
        is_protected: Whether the pool cannot be deleted.
    """

    name: str
    schema: Schema = field(default_factory=Schema)
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    sign_up: SignUpSettings = field(default_factory=SignUpSettings)
    password: PasswordPolicy = field(default_factory=PasswordPolicy)
    mfa: MfaSettings = field(default_factory=MfaSettings)
    passkeys: PasskeySettings = field(default_factory=PasskeySettings)
    devices: DeviceSettings = field(default_factory=DeviceSettings)
    recovery: tuple[Address, ...] = (Address.EMAIL, Address.PHONE)
    proven_before_change: frozenset[Address] = frozenset(Address)
    triggers: TriggerSettings = field(default_factory=TriggerSettings)
    messages: MessageSettings = field(default_factory=MessageSettings)
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_protected: bool = True
