"""Failures that somebody can mend on the very page, in words, at their fields.

What is not here is a page of its own (`Site.failure`).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.endpoints.hosted_ui.fields import field_id, label_of
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.model.errors import GatewayError
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import (
    AttemptsExceededError,
    CodeMismatchError,
    DisabledError,
    ExpiredCodeError,
    InvalidParameterError,
    InvalidPasswordError,
    LimitExceededError,
    NameTakenError,
    NoFactorError,
    NotAllowedError,
    NotAuthorizedError,
    PasskeyError,
    ResetRequiredError,
    TriggerRefusedError,
    UnconfirmedError,
    UnknownUserError,
)
from gateway.pool.passwords.policy import PasswordPolicy

USERNAME: Final = "username"
PASSWORD: Final = "password"  # noqa: S105 - a field's name
CODE: Final = "code"

# Which field each is about.
_FIELDS: Final[dict[type[GatewayError], str]] = {
    NameTakenError: USERNAME,
    CodeMismatchError: CODE,
    ExpiredCodeError: CODE,
    NotAuthorizedError: USERNAME,
    UnknownUserError: USERNAME,
    DisabledError: "",
    NoFactorError: "",
    UnconfirmedError: "",
    ResetRequiredError: "",
    NotAllowedError: "",
    PasskeyError: "",
    AttemptsExceededError: "",
    LimitExceededError: "",
}


def faults_of(
    error: GatewayError, t: Texts, policy: PasswordPolicy, *, by_address: bool = False
) -> Sequence[Fault]:
    """Return what to mend.

    Args:
        error: What was refused.
        t: The language.
        policy: Which passwords the pool takes.
        by_address: Whether people sign in with an address.

    Raises:
        GatewayError: The same, if it is nothing that could be mended on the page.
    """
    if isinstance(error, InvalidPasswordError):
        return [
            Fault(PASSWORD, t(f"fault.password.{problem}", count=policy.min_length))
            for problem in error.problems
        ]
    if isinstance(error, InvalidParameterError) and error.problems:
        return list(_of_attributes(error, t, by_address=by_address))
    if isinstance(error, InvalidParameterError):
        return [Fault("", t("fault.invalid_parameter"))]
    if isinstance(error, TriggerRefusedError):
        # What a trigger says is for whoever asked: that is how operators explain a no.
        return [Fault("", error.message or t("fault.trigger_refused"))]
    for kind in type(error).__mro__:
        if kind in _FIELDS:
            return [Fault(_FIELDS[kind], t(f"fault.{kind.code}"))]
    raise error


def missing(t: Texts, *fields: tuple[str, str]) -> Sequence[Fault]:
    """Return that fields are empty.

    Args:
        t: The language.
        fields: The id and the label of each.
    """
    return [Fault(field, t("fault.required", label=label)) for field, label in fields]


def _of_attributes(
    error: InvalidParameterError, t: Texts, *, by_address: bool
) -> Iterator[Fault]:
    for name, problem in error.problems.items():
        if name == USERNAME:
            key = "fault.bad_address" if by_address else "fault.bad_username"
            yield Fault(USERNAME, t(key))
        else:
            key = f"fault.{AttributeProblem(problem)}"
            yield Fault(field_id(name), t(key, label=label_of(name, t)))
