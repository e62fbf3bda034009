"""The token endpoint's own steps."""

import pytest

from gateway.model.errors import RequestError
from gateway.oauth.errors import (
    MissingParameterError,
    UnknownParameterError,
    UnsupportedGrantTypeError,
)
from gateway.oauth.server import TokenServer
from gateway.oauth.tokens import IssuedToken, TokenRequest


class Echo:
    """A grant that issues what it is asked for."""

    grant_type = "urn:example:echo"
    parameters = frozenset({"text"})

    def issue(self, request: TokenRequest) -> IssuedToken:
        return IssuedToken(request.parameters.get("text", ""), 60, "id")


def ask(**parameters: str) -> IssuedToken:
    server = TokenServer(grants=[Echo()])
    return server.issue(TokenRequest(parameters, "192.0.2.1"))


def test_the_grant_of_the_type_answers() -> None:
    """With its own parameters."""
    assert ask(grant_type="urn:example:echo", text="hello").access_token == "hello"
    assert ask(grant_type="urn:example:echo").access_token == ""


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({}, MissingParameterError),
        ({"text": "hello"}, MissingParameterError),
        ({"grant_type": "password"}, UnsupportedGrantTypeError),
        ({"grant_type": "urn:example:ECHO"}, UnsupportedGrantTypeError),
        ({"grant_type": "urn:example:echo", "scope": "all"}, UnknownParameterError),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(
    parameters: dict[str, str], error: type[RequestError]
) -> None:
    """Before any grant sees it."""
    with pytest.raises(error):
        ask(**parameters)


def test_the_offered_types_are_known() -> None:
    """The discovery document names them, and no other."""
    assert TokenServer(grants=[Echo()]).grant_types == ("urn:example:echo",)
    assert TokenServer(grants=[]).grant_types == ()


def test_two_grants_of_one_type_are_a_mistake() -> None:
    """Which of them answers would be an accident."""
    with pytest.raises(ValueError, match="same type"):
        TokenServer(grants=[Echo(), Echo()])


def test_a_token_is_not_shown() -> None:
    """Neither what is asked with nor what is issued."""
    assert "s3cret" not in repr(IssuedToken("s3cret", 60, "id"))
    assert "s3cret" not in repr(TokenRequest({"guest_token": "s3cret"}, ""))
