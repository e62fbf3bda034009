"""The failures that can reach a caller, as one tree."""

import re

import pytest

from gateway.model import errors
from gateway.model.errors import (
    CredentialError,
    GatewayError,
    RateLimitedError,
    RouteError,
    UnmetRequirementError,
    WrongMethodError,
)


def family(kind: type[GatewayError]) -> list[type[GatewayError]]:
    children = [
        descendant for child in kind.__subclasses__() for descendant in family(child)
    ]
    return [kind, *children]


KINDS = [kind for kind in family(GatewayError) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_failure_has_a_name_for_programs_and_a_sentence_for_people(
    kind: type[GatewayError],
) -> None:
    """Bodies are made of these alone, so they are a closed set."""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)
    assert re.fullmatch(r"[A-Z][^\n]*\.", kind.public)
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_detail_is_the_operators(kind: type[GatewayError]) -> None:
    """It stands in the log, and in nothing that is sent."""
    error = kind("iss='https://evil.example'")

    assert str(error) == error.detail == "iss='https://evil.example'"
    assert "evil" not in error.public + error.code


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_failure_without_detail_still_says_something(
    kind: type[GatewayError],
) -> None:
    """An empty line in a log helps nobody."""
    error = kind()

    assert str(error) == kind.public
    assert error.detail == ""


def test_some_failures_carry_what_their_answer_needs() -> None:
    """`Retry-After`, `Allow`, and what a provider's file has to say."""
    assert RateLimitedError().retry_after == 1
    assert RateLimitedError(retry_after=60).retry_after == 60
    assert WrongMethodError().allowed == ()
    assert WrongMethodError(allowed=("GET", "HEAD")).allowed == ("GET", "HEAD")
    assert UnmetRequirementError().message == ""
    assert UnmetRequirementError(message="Verify your e-mail.").message


def test_families_hold_together() -> None:
    """A dialect's table has one row for each; a member must not fall out of it."""
    credential_errors = [kind for kind in KINDS if "Credential" in kind.__name__]

    assert issubclass(WrongMethodError, RouteError)
    assert issubclass(UnmetRequirementError, CredentialError)
    assert len(credential_errors) > 5
