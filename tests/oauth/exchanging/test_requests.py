"""A request for an exchange is read to the letter."""

import pytest

from gateway.model.errors import GatewayError
from gateway.oauth.errors import (
    InvalidScopeError,
    InvalidTargetError,
    MalformedParameterError,
    MissingParameterError,
)
from gateway.oauth.exchanging.requests import Asked, Shown, read_request

RFC = "urn:ietf:params:oauth:token-type:"
ID, ACCESS, JWT = f"{RFC}id_token", f"{RFC}access_token", f"{RFC}jwt"
TYPES = {ID, ACCESS}
SUBJECT = {"subject_token": "t", "subject_token_type": ID}


def _read(**changes: str) -> Asked:
    given = {name: value for name, value in (SUBJECT | changes).items() if value}
    return read_request(given, TYPES)


def test_what_is_not_asked_for_is_not_there() -> None:
    """An access token, for the gateway itself, good for nothing in particular."""
    assert _read() == Asked(Shown("t", ID), None, "", (), ACCESS, "")


def test_everything_that_is_asked_for_is_read() -> None:
    """`resource` and `audience` may name the same thing."""
    asked = _read(
        actor_token="a",
        actor_token_type=ACCESS,
        audience="https://x.example",
        resource="https://x.example",
        scope="a b",
        requested_token_type=JWT,
        client_id="app",
        provider="corp",
    )

    assert asked == Asked(
        Shown("t", ID, "corp"),
        Shown("a", ACCESS),
        "https://x.example",
        ("a", "b"),
        JWT,
        "app",
    )
    assert "'t'" not in repr(asked)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"subject_token": "", "subject_token_type": ""}, MissingParameterError),
        ({"subject_token": ""}, MissingParameterError),
        ({"subject_token_type": ""}, MissingParameterError),
        ({"actor_token": "a"}, MissingParameterError),
        ({"actor_token_type": ID}, MissingParameterError),
        ({"subject_token_type": JWT}, MalformedParameterError),
        ({"actor_token": "a", "actor_token_type": JWT}, MalformedParameterError),
        ({"requested_token_type": ID}, MalformedParameterError),
        ({"client_id": "a" * 256}, MalformedParameterError),
        ({"client_id": "a\x07"}, MalformedParameterError),
        ({"resource": "x"}, InvalidTargetError),
        ({"resource": "https:"}, InvalidTargetError),
        ({"resource": "https://x.example#"}, InvalidTargetError),
        ({"resource": "http://[x"}, InvalidTargetError),
        ({"resource": "urn:a", "audience": "urn:b"}, InvalidTargetError),
        ({"scope": " a"}, InvalidScopeError),
        ({"scope": "a a"}, InvalidScopeError),
        ({"scope": " ".join(map(str, range(101)))}, InvalidScopeError),
    ],
    ids=str,
)
def test_what_cannot_be_met_is_refused(
    change: dict[str, str], error: type[GatewayError]
) -> None:
    """Never ignored."""
    with pytest.raises(error):
        _read(**change)


def test_the_most_that_may_be_asked_for() -> None:
    """The pair of the above."""
    asked = _read(
        scope=" ".join(map(str, range(100))), client_id="a" * 255, resource="urn:a"
    )

    assert len(asked.scopes) == 100
    assert asked.audience == "urn:a"
