"""Failures that people can mend, in words."""

import pytest

from gateway.endpoints.hosted_ui.faults import faults_of, missing
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.model.errors import GatewayError, StorageError
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
    WrongStateError,
)
from gateway.pool.passwords.policy import PasswordPolicy, PasswordProblem

LANGUAGES = [Catalogues.load().choose(asked=[tag], accepted="") for tag in ("en", "de")]
POLICY = PasswordPolicy()


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (NameTakenError(), "username"),
        (CodeMismatchError(), "code"),
        (ExpiredCodeError(), "code"),
        (NotAuthorizedError(), "username"),
        (UnknownUserError(), "username"),
        (UnconfirmedError(), ""),
        (DisabledError(), ""),
        (NoFactorError(), ""),
        (ResetRequiredError(), ""),
        (LimitExceededError(), ""),
        (TriggerRefusedError(), ""),
        (NotAllowedError(), ""),
        (InvalidParameterError("x"), ""),
        (PasskeyError(), ""),
        (AttemptsExceededError(), ""),
    ],
)
def test_a_failure_is_told_at_its_field(error: GatewayError, field: str) -> None:
    for t in LANGUAGES:
        (fault,) = faults_of(error, t, POLICY)

        assert fault.field == field
        assert not fault.text.startswith("fault.")


def test_what_a_trigger_says_is_told() -> None:
    (fault,) = faults_of(TriggerRefusedError(message="Not you"), LANGUAGES[0], POLICY)

    assert fault.text == "Not you"


def test_each_problem_of_a_password_is_told() -> None:
    for t in LANGUAGES:
        error = InvalidPasswordError(problems=tuple(PasswordProblem))
        faults = faults_of(error, t, POLICY)

        assert len({fault.text for fault in faults}) == len(PasswordProblem)
        assert all(fault.field == "password" for fault in faults)
        assert not any(fault.text.startswith("fault.") for fault in faults)
    assert (
        "8 characters"
        in faults_of(
            InvalidPasswordError(problems=[PasswordProblem.TOO_SHORT]),
            LANGUAGES[0],
            POLICY,
        )[0].text
    )


def test_each_problem_of_an_attribute_is_told() -> None:
    for t in LANGUAGES:
        for problem in AttributeProblem:
            error = InvalidParameterError(problems={"email": problem})
            (fault,) = faults_of(error, t, POLICY)

            assert fault.field == "attribute-email"
            assert "E-Mail" in fault.text.replace("E-mail", "E-Mail")


def test_a_name_is_a_name_or_an_address() -> None:
    error = InvalidParameterError(problems={"username": AttributeProblem.WRONG_TYPE})

    (name,) = faults_of(error, LANGUAGES[0], POLICY)
    (address,) = faults_of(error, LANGUAGES[0], POLICY, by_address=True)

    assert name.field == address.field == "username"
    assert "user name" in name.text
    assert "e-mail" in address.text


@pytest.mark.parametrize("error", [StorageError("x"), WrongStateError("x")])
def test_what_nobody_can_mend_is_no_fault(error: GatewayError) -> None:
    """It is a page of its own."""
    with pytest.raises(type(error)):
        faults_of(error, LANGUAGES[0], POLICY)


def test_empty_fields_are_named() -> None:
    assert missing(LANGUAGES[0], ("code", "Code")) == [
        Fault("code", "Code: please fill this in.")
    ]
