"""The token endpoint's own steps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from gateway.model.client import Client, GrantKind, ProofOfPossession
from gateway.model.errors import RequestError
from gateway.oauth.errors import (
    InvalidClientError,
    InvalidProofError,
    MissingParameterError,
    UnauthorizedClientError,
    UnknownParameterError,
    UnsupportedGrantTypeError,
)
from gateway.oauth.server import ClientGrants, TokenServer
from gateway.oauth.tokens import ClientRequest, IssuedToken, TokenRequest


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


class Proven:
    """A client that is always the same."""

    def __init__(self, **settings: Any) -> None:
        grants = {"grants": frozenset({GrantKind.REFRESH_TOKEN}), **settings}
        self.client = replace(Client("app", "p", "app"), **grants)

    def authenticate(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> Client:
        if authorization != ("Basic ok",):
            raise InvalidClientError("made up")
        return self.client

    def is_named(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> bool:
        return bool(authorization) or "client_id" in parameters


class Proofs:
    def check(self, proofs: Sequence[str], *, method: str, uri: str) -> str:
        assert (method, uri) == ("POST", "https://gw.example.com/oauth2/token")
        return f"thumbprint of {proofs[0]}"


class Repeat:
    """A grant for clients that says who asked."""

    kind = GrantKind.REFRESH_TOKEN

    def issue(self, request: ClientRequest) -> IssuedToken:
        return IssuedToken(request.client.id, 60, token_type=request.thumbprint)


def for_clients(**settings: Any) -> TokenServer:
    return TokenServer(
        grants=[Echo()],
        clients=ClientGrants(
            grants=[Repeat()],
            authenticator=Proven(**settings),
            proofs=Proofs(),
            endpoint="https://gw.example.com/oauth2/token",
        ),
    )


def test_a_grant_of_clients_has_the_client_prove_itself() -> None:
    """And ignores what it does not know (RFC 6749 section 3.2)."""
    server = for_clients()
    asked = {"grant_type": "refresh_token", "unknown": "x"}

    issued = server.issue(TokenRequest(asked, "", authorization=("Basic ok",)))

    assert issued.access_token == "app"
    assert server.grant_types == ("urn:example:echo",)
    with pytest.raises(InvalidClientError):
        server.issue(TokenRequest(asked, ""))


def test_a_client_uses_what_it_may_use() -> None:
    server = for_clients(grants=frozenset())
    asked = {"grant_type": "refresh_token"}

    with pytest.raises(UnauthorizedClientError):
        server.issue(TokenRequest(asked, "", authorization=("Basic ok",)))


@pytest.mark.parametrize(
    ("proof", "sent", "bound"),
    [
        (ProofOfPossession.OFF, (), ""),
        (ProofOfPossession.OFF, ("p",), ""),
        (ProofOfPossession.OPTIONAL, (), ""),
        (ProofOfPossession.OPTIONAL, ("p",), "thumbprint of p"),
        (ProofOfPossession.REQUIRED, ("p",), "thumbprint of p"),
    ],
)
def test_a_client_proves_its_key_as_its_settings_say(
    proof: ProofOfPossession, sent: tuple[str, ...], bound: str
) -> None:
    server = for_clients(proof=proof)
    asked = {"grant_type": "refresh_token"}

    issued = server.issue(
        TokenRequest(asked, "", authorization=("Basic ok",), proofs=sent)
    )

    assert issued.token_type == bound


def test_a_key_that_has_to_be_proven_is() -> None:
    server = for_clients(proof=ProofOfPossession.REQUIRED)
    asked = {"grant_type": "refresh_token"}

    with pytest.raises(InvalidProofError):
        server.issue(TokenRequest(asked, "", authorization=("Basic ok",)))


def test_a_grant_for_anybody_takes_no_credentials() -> None:
    """Whoever authenticates expects to be somebody afterwards."""
    asked = {"grant_type": "urn:example:echo"}

    with pytest.raises(InvalidClientError):
        for_clients().issue(TokenRequest(asked, "", authorization=("Basic ok",)))
    assert for_clients().issue(TokenRequest(asked, "")).expires_in == 60


def test_a_grant_is_for_clients_or_for_anybody() -> None:
    clients = ClientGrants(
        grants=[Repeat()], authenticator=Proven(), proofs=Proofs(), endpoint=""
    )
    echo = Echo()
    echo.grant_type = "refresh_token"

    with pytest.raises(ValueError, match="same type"):
        TokenServer(grants=[echo], clients=clients)


class Exchange(Echo):
    grant_type = "refresh_token"


def test_an_exchange_is_for_whoever_is_no_client() -> None:
    """Beside the grant of the same type, which clients keep."""
    clients = for_clients()._clients
    asked = {"grant_type": "refresh_token", "text": "hello"}
    for server in (
        TokenServer(grants=[Echo()], clients=clients, exchange=Exchange()),
        TokenServer(grants=[Echo()], exchange=Exchange()),
    ):
        assert server.issue(TokenRequest(asked, "")).access_token == "hello"
        assert server.grant_types == ("refresh_token", "urn:example:echo")
        with pytest.raises(UnknownParameterError):
            server.issue(TokenRequest(asked | {"scope": "x"}, ""))
        echo = {"grant_type": "urn:example:echo"}
        assert server.issue(TokenRequest(echo, "")).access_token == ""

    server = TokenServer(grants=[], clients=clients, exchange=Exchange())
    proven = TokenRequest(asked, "", authorization=("Basic ok",))
    assert server.issue(proven).access_token == "app"
    with pytest.raises(InvalidClientError):
        server.issue(TokenRequest(asked | {"client_id": "app"}, ""))
