"""What is said in a sign-in: by whoever signs in, and by the pool.

A sign-in begins with one of `First`, and each `Asked` is answered with one of `Answer`, until
it ends with `SignedIn`. Every wire translates from and into these.

References: Amazon Cognito, InitiateAuth, RespondToAuthChallenge; RFC 8176 (`amr`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.factors.devices import DeviceOffer
from gateway.pool.messenger import SentCode
from gateway.pool.triggers.values import Caller

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request that is part of a sign-in.

    Attributes:
        address: Where it comes from; tries are counted for it.
        user_agent: As the client calls itself; remembered with a device.
        language: Of the page that the person is at; empty for the person's own.
        device_key: Which remembered device the client says it is; empty for none.
        username: As whom the client says it answers; empty for whoever the session is of.
        metadata: What the client hands to triggers (Cognito's ClientMetadata).
        validation: What it hands to those before the sign-in (ValidationData).
    """

    address: str
    user_agent: str = ""
    language: str = ""
    device_key: str = ""
    username: str = ""
    metadata: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    validation: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)

    def caller(self, client: Client) -> Caller:
        """Return what triggers are told of the request."""
        return Caller(
            client.id, self.address, self.metadata, self.validation, self.language
        )


class ChallengeName(StrEnum):
    """What may be asked; spelled as Cognito does, and two that it does not have."""

    SELECT_CHALLENGE = "SELECT_CHALLENGE"
    PASSWORD = "PASSWORD"  # noqa: S105 - a name, not a password
    PASSWORD_SRP = "PASSWORD_SRP"  # noqa: S105 - a name
    PASSWORD_VERIFIER = "PASSWORD_VERIFIER"  # noqa: S105 - a name
    PASSKEY = "WEB_AUTHN"
    EMAIL_CODE = "EMAIL_OTP"
    # By message to a phone: as the first factor, and as the second.
    FIRST_SMS_CODE = "SMS_OTP"
    SMS_CODE = "SMS_MFA"
    TOTP = "SOFTWARE_TOKEN_MFA"
    RECOVERY_CODE = "RECOVERY_CODE"
    SELECT_FACTOR = "SELECT_MFA_TYPE"
    SET_UP_FACTOR = "MFA_SETUP"
    NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - a name
    MISSING_ATTRIBUTES = "MISSING_ATTRIBUTES"
    CUSTOM = "CUSTOM_CHALLENGE"
    DEVICE = "DEVICE_SRP_AUTH"
    DEVICE_PROOF = "DEVICE_PASSWORD_VERIFIER"


class Parameter(StrEnum):
    """What stands in `Asked.parameters`, beside what a custom challenge puts there."""

    SALT = "salt"
    SRP_B = "srp_b"
    SECRET_BLOCK = "secret_block"  # noqa: S105 - a name
    USER_ID = "user_id"
    DEVICE_KEY = "device_key"
    PASSKEY_OPTIONS = "passkey_options"
    TOTP_SECRET = "totp_secret"  # noqa: S105 - a name
    TOTP_URI = "totp_uri"
    DEVICE_NAME = "device_name"


@dataclass(frozen=True, slots=True)
class Asked:
    """What has to be answered before somebody is let in.

    Attributes:
        name: What is asked.
        session: Goes with the answer; good once, and for a few minutes.
        user: Who is signing in; `None` for a name that is nobody's, which whoever signs in
            must not be able to tell.
        sent: Where a code went; shown masked.
        choices: From what to choose: first factors, second factors, those to set up. With a
            second factor that is asked for, those that may be chosen instead.
        attributes: Which attributes have to be given as well.
        parameters: What else the client needs, by `Parameter`.
    """

    name: ChallengeName
    session: str = field(repr=False)
    user: User | None
    sent: SentCode | None = None
    choices: tuple[ChallengeName, ...] = ()
    attributes: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has been let in. What they get for it is for others to say.

    Attributes:
        user: Who.
        client_id: Through which client.
        authenticated_at: When.
        amr: How, by RFC 8176: `pwd`, `otp`, `sms`, `hwk`, `swk`, `mfa`.
        origin_id: Of this sign-in alone; becomes `origin_jti` and `event_id`.
        device_key: Which remembered device it was; empty for none.
        new_device: What the device is called if it is to be remembered; `None` if that may
            not be, or if it has a name already.
    """

    user: User
    client_id: str
    authenticated_at: datetime
    amr: tuple[str, ...]
    origin_id: str
    device_key: str = ""
    new_device: DeviceOffer | None = None


@dataclass(frozen=True, slots=True)
class TypedPassword:
    """A password; begins a sign-in, or answers `PASSWORD`."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SrpStart:
    """The first half of a proof by SRP; begins a sign-in, or answers `PASSWORD_SRP`.

    Attributes:
        a: The client's public number, in hexadecimal digits.
    """

    a: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a passkey has signed; answers `WEB_AUTHN`.

    Attributes:
        credential: AuthenticationResponseJSON of WebAuthn, as text.
    """

    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """Begins a sign-in whose first factor is open.

    Attributes:
        preferred: The one that is wanted; `None` to be told which there are.
        along: What proves it, if it is at hand already.
    """

    preferred: ChallengeName | None = None
    along: TypedPassword | SrpStart | None = None


@dataclass(frozen=True, slots=True)
class PasskeyStart:
    """Begins a sign-in with a passkey, which says by itself whose it is.

    No name is needed, and none is looked at.
    """


@dataclass(frozen=True, slots=True)
class CustomStart:
    """Begins a sign-in that the pool's triggers lead.

    Attributes:
        a: As in `SrpStart`, if a password is to be proven first; else empty.
    """

    a: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Begins a sign-in right after the sign-up was confirmed.

    Attributes:
        session: From `SignIns.after_confirmation`.
    """

    session: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SrpProof:
    """The second half of a proof by SRP; answers `PASSWORD_VERIFIER`, and a device's.

    Attributes:
        signature: In base64.
        secret_block: As it was handed out; may stand for the session.
        timestamp: The text that was signed.
    """

    signature: str = field(repr=False)
    secret_block: str = field(repr=False)
    timestamp: str


@dataclass(frozen=True, slots=True)
class TypedCode:
    """A code that was sent, or that an authenticator shows."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypedRecoveryCode:
    """One of the codes that were kept for the day without a second factor."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Asks for another code in place of the one that was sent."""


@dataclass(frozen=True, slots=True)
class ChosenFactor:
    """Answers `SELECT_CHALLENGE`, `SELECT_MFA_TYPE`, or changes a choice.

    Attributes:
        name: One of the choices.
        along: What proves it, if it is at hand already.
    """

    name: str
    along: TypedPassword | SrpStart | None = None


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Answers `NEW_PASSWORD_REQUIRED`.

    Attributes:
        password: As typed.
        attributes: Those that have to be given as well, and others.
    """

    password: str = field(repr=False)
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)


@dataclass(frozen=True, slots=True)
class GivenAttributes:
    """Answers `MISSING_ATTRIBUTES`."""

    attributes: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CustomAnswer:
    """Answers `CUSTOM_CHALLENGE`."""

    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceStart:
    """Answers `DEVICE_SRP_AUTH`.

    Attributes:
        device_key: Which device it is.
        a: As in `SrpStart`, for the device's own password.
    """

    device_key: str
    a: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetUpTotp:
    """Asks for the secret of an authenticator; answers `MFA_SETUP`."""


@dataclass(frozen=True, slots=True)
class ProvenTotp:
    """Shows that the authenticator works; answers `MFA_SETUP` after `SetUpTotp`.

    Attributes:
        code: As the authenticator shows it.
        device_name: What the person calls it.
        pauses: Whether another `MFA_SETUP` comes first, to be answered with `SetUpDone`: so
            do Cognito's clients.
    """

    code: str = field(repr=False)
    device_name: str = ""
    pauses: bool = False


@dataclass(frozen=True, slots=True)
class SetUpDone:
    """Goes on after an authenticator was proven."""


@dataclass(frozen=True, slots=True)
class SetUpEmail:
    """Asks for codes by e-mail from now on; answers `MFA_SETUP`.

    Attributes:
        email: Where to; empty for the address that is known.
    """

    email: str = ""


@dataclass(frozen=True, slots=True)
class ProvenElsewhere:
    """How a provider has proven somebody.

    Attributes:
        amr: By what (RFC 8176).
        is_new: Whether they were nobody here until now.
        sign_in: A UUID for the sign-in's own name (`SignedIn.origin_id`); empty for any.
    """

    amr: tuple[str, ...]
    is_new: bool = False
    sign_in: str = ""


# With a name.
Named = TypedPassword | SrpStart | Choice | CustomStart | Confirmed
First = Named | PasskeyStart
Answer = (
    TypedPassword
    | SrpStart
    | SrpProof
    | PasskeyAnswer
    | TypedCode
    | TypedRecoveryCode
    | SendAgain
    | ChosenFactor
    | NewPassword
    | GivenAttributes
    | CustomAnswer
    | DeviceStart
    | SetUpTotp
    | ProvenTotp
    | SetUpDone
    | SetUpEmail
)
