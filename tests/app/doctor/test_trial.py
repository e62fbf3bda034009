"""A sign-in and an exchange that cannot succeed."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from gateway.app.doctor.findings import Finding, State
from gateway.app.doctor.trial import try_exchange, try_sign_in
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import Attempt, Departure, ProvenLogin
from gateway.model.claims import VerifiedClaims
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    GatewayError,
    ProviderUnavailableError,
)
from tests.app.doctor.house import NOON
from tests.identity.files import verified

REDIRECT = "https://gw.example.com/oauth2/idpresponse"
GOOD = ProvenLogin(claims=verified(sub="x"))


class Party:
    """Does at each step what it is told."""

    provider = "corp"

    def __init__(
        self,
        begins: GatewayError | Departure,
        ends: GatewayError | ProvenLogin = GOOD,
    ) -> None:
        self._begins = begins
        self._ends = ends

    def begin(self, attempt: Attempt) -> Departure:
        assert attempt.redirect_uri == REDIRECT
        assert len(attempt.verifier) == 43
        if isinstance(self._begins, GatewayError):
            raise self._begins
        return self._begins

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        assert answer["state"] == attempt.state
        assert answer["iss"] == "https://login.corp.example"
        if isinstance(self._ends, GatewayError):
            raise self._ends
        return self._ends


AWAY = Departure("https://login.corp.example/auth?client_id=gateway")


def tried(party: Party) -> dict[str, Finding]:
    issuer = "https://login.corp.example"
    findings = try_sign_in(party, redirect_uri=REDIRECT, issuer=issuer)
    return {finding.check: finding for finding in findings}


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (ProviderSaysNoError("invalid_grant"), State.FINE),
        (ProviderSaysNoError("bad_verification_code"), State.FINE),
        (ProviderSaysNoError("OAuthException:100"), State.FINE),
        (ProviderSaysNoError("invalid_client"), State.WRONG),
        (ProviderSaysNoError("incorrect_client_credentials"), State.WRONG),
        (ProviderSaysNoError("OAuthException:1"), State.WRONG),
        (ProviderSaysNoError("redirect_uri_mismatch"), State.WRONG),
        (BadAnswerError("a page"), State.WRONG),
        (ProviderUnavailableError("down"), State.WRONG),
        (CredentialError("odd"), State.WRONG),
        (GOOD, State.WRONG),
    ],
    ids=range(11),
)
def test_who_refuses_a_made_up_code_knows_the_client(
    failure: GatewayError | ProvenLogin, state: State
) -> None:
    """And who takes it, lets anybody in."""
    found = tried(Party(AWAY, failure))

    assert found["client"].state is state
    assert (
        found["sign_in"].message == "people are sent to https://login.corp.example/auth"
    )


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ProviderSaysNoError("invalid_client"), "for its app: invalid_client"),
        (ProviderSaysNoError("request_token:401"), "for its app"),
        (ProviderSaysNoError("invalid_request"), "refuses the request"),
        (ProviderSaysNoError(""), "no reason"),
        (BadAnswerError("a page"), "a page"),
        (ProviderUnavailableError("down"), "down"),
    ],
    ids=range(6),
)
def test_nobody_leaves_where_the_request_is_refused(
    failure: GatewayError, words: str
) -> None:
    """A pushed request says already whether the redirect URI is known."""
    found = tried(Party(failure))

    assert list(found) == ["sign_in"]
    assert found["sign_in"].state is State.WRONG
    assert words in found["sign_in"].message


def test_a_temporary_token_is_proof_enough() -> None:
    """OAuth 1.0a: the app has signed for it."""
    found = tried(Party(Departure("https://api.x.com/oauth", kept={"a": "b"})))

    assert found["client"].state is State.FINE


class Verifier:
    provider = "corp"

    def __init__(self, failure: GatewayError | None) -> None:
        self._failure = failure

    def claims_for(self, token: str, *, now: datetime) -> VerifiedClaims:
        assert token == "made up"
        if self._failure is not None:
            raise self._failure
        return GOOD.claims


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (CredentialError("unknown"), State.FINE),
        (BadAnswerError("refuses the client id and secret"), State.WRONG),
        (ProviderUnavailableError("down"), State.WRONG),
        (None, State.WRONG),
    ],
    ids=range(4),
)
def test_who_refuses_a_made_up_token_can_tell_tokens_apart(
    failure: GatewayError | None, state: State
) -> None:
    finding = try_exchange(Verifier(failure), "made up", now=NOON)

    assert (finding.check, finding.state) == ("audience_proof", state)
