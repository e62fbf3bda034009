"""What triggers are told beside the person, and what they answer, in plain values.

How it is spelled in an event is known in `gateway.pool.triggers.events` and
`gateway.pool.triggers.answers` alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from gateway.model.user import User

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asked for what the trigger is about, and what came along.

    Attributes:
        client_id: The client; empty for an administrator.
        address: Of the network it came from; empty if that is not known.
        metadata: Handed through to functions as they are (Cognito's ClientMetadata).
        validation: To be looked at before somebody is let in (ValidationData).
        language: Of the page that the person is at, for what they are sent; empty for the
            person's own.
    """

    client_id: str = ""
    address: str = ""
    metadata: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    validation: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    language: str = ""


# Whoever asks without a client.
NOBODY: Final = Caller()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Somebody who is not in the pool, but must not learn that.

    Attributes:
        username: As typed.
    """

    username: str


Person = User | Unknown


class SignUpSource(StrEnum):
    """How somebody comes to be; spelled as the end of `triggerSource`."""

    SIGN_UP = "SignUp"
    ADMINISTRATOR = "AdminCreateUser"
    PROVIDER = "ExternalProvider"


class ConfirmationSource(StrEnum):
    """What has been confirmed."""

    SIGN_UP = "ConfirmSignUp"
    FORGOT_PASSWORD = "ConfirmForgotPassword"  # noqa: S105 - a name


class TokenSource(StrEnum):
    """What tokens are made for."""

    PAGES = "HostedAuth"
    SIGN_IN = "Authentication"
    NEW_PASSWORD = "NewPasswordChallenge"  # noqa: S105 - a name
    DEVICE = "AuthenticateDevice"
    REFRESH = "RefreshTokens"
    CLIENT = "ClientCredentials"


class MigrationSource(StrEnum):
    """What somebody wanted who may be in another directory."""

    SIGN_IN = "Authentication"
    FORGOT_PASSWORD = "ForgotPassword"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class SignUpAnswer:
    """What is taken for granted of somebody new.

    Attributes:
        confirm: The person need not confirm.
        verify_email: The e-mail address counts as proven.
        verify_phone: So does the phone number.
    """

    confirm: bool = False
    verify_email: bool = False
    verify_phone: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """A challenge of a sign-in that is over.

    Attributes:
        name: As on the wire: `SRP_A`, `PASSWORD_VERIFIER`, `CUSTOM_CHALLENGE`.
        passed: Whether the answer was right.
        metadata: What `create_challenge` said of it.
    """

    name: str
    passed: bool
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class NextChallenge:
    """How a sign-in goes on that is defined elsewhere.

    Attributes:
        name: The challenge; empty if there is none.
        issue_tokens: The person is in.
        fail: The sign-in is over, and nobody was proven.
    """

    name: str = ""
    issue_tokens: bool = False
    fail: bool = False


@dataclass(frozen=True, slots=True)
class MadeChallenge:
    """A challenge of the application's own.

    Attributes:
        public: What the person is shown.
        private: What the answer is compared with; never sent.
        metadata: Its name for `define_challenge`.
    """

    public: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    private: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that tokens tell of.

    Attributes:
        names: In the order of their precedence.
        roles: Of all groups that have one.
        preferred_role: Empty if there is none.
    """

    names: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    preferred_role: str = ""


@dataclass(frozen=True, slots=True)
class ClaimChanges:
    """What becomes of the claims of one token.

    Attributes:
        add: Claims that are added, or take the place of those of the same name. Those that
            nobody may change are not among them.
        suppress: Claims that are left out.
        add_scopes: For access tokens.
        suppress_scopes: For access tokens.
    """

    add: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    suppress: frozenset[str] = frozenset()
    add_scopes: tuple[str, ...] = ()
    suppress_scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TokenChanges:
    """What becomes of the tokens of one sign-in.

    Attributes:
        id: The ID token's claims.
        access: The access token's.
        groups: In place of the person's own; `None` leaves them.
    """

    id: ClaimChanges = field(default_factory=ClaimChanges)
    access: ClaimChanges = field(default_factory=ClaimChanges)
    groups: Groups | None = None


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What tokens are made for.

    Attributes:
        source: What happened.
        groups: The person's.
        scopes: Of the access token.
        resource: What the access token is bound to (RFC 8707); empty for nothing.
    """

    source: TokenSource
    groups: Groups = field(default_factory=Groups)
    scopes: Sequence[str] = ()
    resource: str = ""


@dataclass(frozen=True, slots=True)
class MigrationRequest:
    """Somebody who is not in the pool, and may be in another directory.

    Attributes:
        source: What the person wanted.
        username: As typed.
        password: As typed; empty if it was forgotten.
    """

    source: MigrationSource
    username: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MigratedUser:
    """Somebody who was found in another directory.

    Attributes:
        attributes: As they are there; may say that addresses are verified.
        confirmed: Whether the password stays; else it has to be reset.
        sends_invitation: Whether the person is told.
        media: Where the invitation goes: `EMAIL`, `SMS`.
        takes_over: Whether addresses lead to this person that led to another.
    """

    attributes: Mapping[str, str]
    confirmed: bool = False
    sends_invitation: bool = True
    media: tuple[str, ...] = ()
    takes_over: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """How a message is worded; empty texts are left to the pool's templates.

    Attributes:
        sms: The text message, with its placeholders.
        email: The e-mail, as HTML, with its placeholders.
        subject: Of the e-mail.
    """

    sms: str = ""
    email: str = ""
    subject: str = ""
