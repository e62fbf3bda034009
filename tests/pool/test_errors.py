"""What callers and operators are told."""

from gateway.model.errors import CredentialError, RateLimitedError, RequestError
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import (
    AttemptsExceededError,
    InvalidParameterError,
    InvalidPasswordError,
    NotAuthorizedError,
    ResetRequiredError,
    UnconfirmedError,
)
from gateway.pool.passwords.policy import PasswordProblem


def test_what_is_wrong_with_values_is_told_by_name() -> None:
    """So that a page can say it beside the field."""
    error = InvalidParameterError(problems={"email": AttributeProblem.NO_EMAIL})

    assert error.problems == {"email": AttributeProblem.NO_EMAIL}
    assert error.detail == "email: no_email"
    assert "email" not in error.public


def test_all_that_is_wrong_with_a_password_is_told_at_once() -> None:
    error = InvalidPasswordError(
        problems=[PasswordProblem.TOO_SHORT, PasswordProblem.NO_NUMBER]
    )

    assert error.problems == (PasswordProblem.TOO_SHORT, PasswordProblem.NO_NUMBER)
    assert error.detail == "too_short, no_number"


def test_families_are_those_that_every_wire_knows() -> None:
    """A dialect that has no line for an error has one for its family."""
    assert issubclass(InvalidParameterError, RequestError)
    assert issubclass(UnconfirmedError, NotAuthorizedError)
    assert issubclass(ResetRequiredError, NotAuthorizedError)
    assert issubclass(NotAuthorizedError, CredentialError)
    assert issubclass(AttemptsExceededError, RateLimitedError)
