"""The failures of pools.

RequestError
└── PoolError                        what was asked for cannot be done
    ├── InvalidParameterError        a value is not one
    ├── InvalidPasswordError         a password is not taken
    ├── NotAllowedError              the pool does not do that
    ├── NotFoundError                there is nothing of that name
    │   ├── PoolNotFoundError
    │   ├── ClientNotFoundError
    │   ├── ResourceServerNotFoundError
    │   ├── UserNotFoundError
    │   ├── GroupNotFoundError
    │   ├── PasskeyNotFoundError
    │   └── DeviceNotFoundError
    ├── NameTakenError               a name is somebody else's
    ├── TooManyError                 there are as many as there may be
    ├── WrongStateError              not for somebody who stands there
    ├── CodeMismatchError            a code is not the one
    ├── ExpiredCodeError             there is no such code (any more)
    ├── PasskeyError                 a passkey is malformed, or not taken
    │   ├── PasskeyQuestionError     it answers nothing that was asked
    │   ├── PasskeyOriginError       it was used at another place
    │   └── PasskeyHostError         it is good for another host
    └── TriggerRefusedError          a trigger says no
UnavailableError
└── TriggerError                     a trigger did not answer as it must
    ├── UnexpectedTriggerError       it could not be called, or took too long
    └── BadTriggerAnswerError        its answer means nothing
CredentialError
└── NotAuthorizedError               nobody was proven
    ├── UnknownUserError             nobody has that name, and a client may know
    ├── DisabledError
    ├── UnconfirmedError
    ├── ResetRequiredError
    ├── PasskeyNotProvenError        a passkey is unknown, or a copy
    ├── NoFactorError                what is demanded cannot be proven
    └── InvalidSessionError          what was answered is not what was asked
        └── ExpiredSessionError
RateLimitedError
├── AttemptsExceededError            too many tries
└── LimitExceededError               too many in an hour

To an unauthenticated caller, "no such user", "wrong password" and "disabled" are the same
`NotAuthorizedError`. The others say more only to whoever has proven the first factor, or to
administrators. How each is called on a wire is the dialect's table.
"""

from collections.abc import Mapping, Sequence

from gateway.model.errors import (
    CredentialError,
    RateLimitedError,
    RequestError,
    UnavailableError,
)
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.passwords.policy import PasswordProblem


class PoolError(RequestError):
    """What was asked for cannot be done."""


class InvalidParameterError(PoolError):
    """A value is not one.

    Attributes:
        problems: By the name of the attribute or parameter.
    """

    code = "invalid_parameter"
    public = "A value is missing or malformed."

    def __init__(
        self,
        detail: str = "",
        *,
        problems: Mapping[str, AttributeProblem] | None = None,
    ) -> None:
        found = dict(problems or {})
        told = ", ".join(f"{name}: {why}" for name, why in found.items())
        super().__init__(detail or told)
        self.problems = found


class InvalidPasswordError(PoolError):
    """A password is not taken.

    Attributes:
        problems: Everything that is wrong with it.
    """

    code = "invalid_password"
    public = "The password does not meet the requirements."

    def __init__(
        self, detail: str = "", *, problems: Sequence[PasswordProblem] = ()
    ) -> None:
        super().__init__(detail or ", ".join(problems))
        self.problems = tuple(problems)


class NotAllowedError(PoolError):
    """The pool does not do that."""

    code = "not_allowed"
    public = "This is not permitted here."


class NotFoundError(PoolError):
    """There is nothing of that name."""

    code = "not_found"
    public = "There is nothing of that name."


class PoolNotFoundError(NotFoundError):
    """There is no such pool."""

    public = "There is no such pool."


class ClientNotFoundError(NotFoundError):
    """There is no such client."""

    public = "There is no such client."


class ResourceServerNotFoundError(NotFoundError):
    """The pool has no such resource server."""

    public = "There is no such resource server."


class NameTakenError(PoolError):
    """A name is somebody else's."""

    code = "name_taken"
    public = "This name is taken already."


class UserNotFoundError(NotFoundError):
    """There is no such person. For administrators, and for people who are gone since."""

    code = "user_not_found"
    public = "There is no such user."


class GroupNotFoundError(NotFoundError):
    """There is no such group."""

    code = "group_not_found"
    public = "There is no such group."


class TooManyError(PoolError):
    """There are as many of these as there may be."""

    code = "too_many"
    public = "There are as many of these as there may be."


class WrongStateError(PoolError):
    """Not for somebody who stands there."""

    code = "wrong_state"
    public = "This cannot be done with this account as it is."


class CodeMismatchError(PoolError):
    """A code is not the one that was sent."""

    code = "code_mismatch"
    public = "The code is not right. Please try again."


class ExpiredCodeError(PoolError):
    """No such code was sent, or it is good no more."""

    code = "expired_code"
    public = "The code is not valid any more. Please ask for a new one."


class PasskeyError(PoolError):
    """What a browser says about a passkey is malformed, or not taken."""

    code = "invalid_passkey"
    public = "The passkey could not be used."


class PasskeyQuestionError(PasskeyError):
    """It answers what nobody has asked, or asked too long ago, or of somebody else."""

    code = "passkey_challenge_not_found"
    public = "This took too long. Please try again."


class PasskeyOriginError(PasskeyError):
    """It was used at a place where the pool does not let it be."""

    code = "passkey_origin_not_allowed"
    public = "Passkeys cannot be used on this page."


class PasskeyHostError(PasskeyError):
    """It is good for another host."""

    code = "passkey_relying_party_mismatch"
    public = "The passkey belongs to another site."


class PasskeyNotFoundError(NotFoundError):
    """The person has no such passkey."""

    code = "passkey_not_found"
    public = "There is no such passkey."


class DeviceNotFoundError(NotFoundError):
    """The person has no such device."""

    code = "device_not_found"
    public = "Device does not exist."


class NotAuthorizedError(CredentialError):
    """Nobody was proven: an unknown name, a wrong password, a person who is disabled."""

    code = "not_authorized"
    public = "Incorrect username or password."


class UnknownUserError(NotAuthorizedError):
    """Nobody has that name. Only for clients that may know (`Client.hides_users`)."""

    code = "unknown_user"
    public = "There is no such user."


class DisabledError(NotAuthorizedError):
    """The first factor was right, and an administrator does not let the person in."""

    code = "user_disabled"
    public = "The account is disabled."


class UnconfirmedError(NotAuthorizedError):
    """The password was right, and the person never confirmed the sign-up."""

    code = "user_not_confirmed"
    public = "The account is not confirmed yet."


class ResetRequiredError(NotAuthorizedError):
    """The password was right, and has to be replaced by way of a code."""

    code = "password_reset_required"
    public = "The password has to be reset."


class NoFactorError(NotAuthorizedError):
    """A second factor is demanded, and there is none that the person could prove."""

    code = "no_factor"
    public = "A second factor is needed. Please ask the administrator."


class InvalidSessionError(NotAuthorizedError):
    """What was answered is not what was asked: an unknown, used or foreign session."""

    code = "invalid_session"
    public = "The sign-in cannot be continued. Please start again."


class ExpiredSessionError(InvalidSessionError):
    """Answering took too long."""

    code = "expired_session"
    public = "The sign-in took too long. Please start again."


class PasskeyNotProvenError(NotAuthorizedError):
    """A passkey proves nobody: it is unknown, or its signature is wrong or a copy's."""

    code = "passkey_not_proven"
    public = "The passkey could not be verified."


class AttemptsExceededError(RateLimitedError):
    """Too many tries; it says nothing about whether the name is anybody's."""

    code = "attempts_exceeded"
    public = "Too many attempts. Please wait a moment."


class TriggerRefusedError(PoolError):
    """A trigger says no.

    Attributes:
        trigger: Which one, as Cognito calls it.
        message: What it says to the caller; safe to send, and may be empty.
    """

    code = "trigger_refused"
    public = "The request was refused."

    def __init__(
        self, detail: str = "", *, trigger: str = "", message: str = ""
    ) -> None:
        super().__init__(detail or f"{trigger} failed with error {message}.")
        self.trigger = trigger
        self.message = message


class TriggerError(UnavailableError):
    """A trigger did not answer as it must."""

    code = "trigger_failed"
    public = "The request could not be completed. Try again later."


class UnexpectedTriggerError(TriggerError):
    """A trigger could not be called, or took too long."""


class BadTriggerAnswerError(TriggerError):
    """A trigger's answer means nothing."""

    code = "bad_trigger_answer"


class LimitExceededError(RateLimitedError):
    """Too many in an hour, whether they succeed or not."""

    code = "limit_exceeded"
    public = "Attempt limit exceeded. Please try again later."
