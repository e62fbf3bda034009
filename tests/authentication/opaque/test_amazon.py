"""Amazon's access tokens."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.model.claims import TokenType
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    GatewayError,
    ProviderUnavailableError,
    WrongAudienceError,
)
from tests.authentication.opaque.house import NOON, Claims, prover, settings_of
from tests.peers.stand_ins.amazon import ALICE, CLIENT_ID, FOREIGN_TOKEN, TOKEN, Amazon
from tests.peers.stand_ins.wire import TROUBLE, Asked, reply

FILE = f"""
kind = "amazon"
id = "amazon"
client.id = "{CLIENT_ID}"
client.secret = {{ env = "SECRET" }}
"""
INFO, PROFILE = "/auth/o2/tokeninfo", "/user/profile"


@pytest.fixture
def amazon() -> Amazon:
    return Amazon()


@pytest.fixture
def claims_of(amazon: Amazon) -> Claims:
    return prover(settings_of(FILE), amazon)


def test_a_token_of_our_app_says_whose_it_is(amazon: Amazon, claims_of: Claims) -> None:
    """Its end is so many seconds away; as a date, it would be in 1970."""
    verified = claims_of(TOKEN)

    assert verified.issuer == "https://www.amazon.com"
    assert verified.subject == ALICE["user_id"]
    assert verified.token_type is TokenType.OPAQUE
    assert verified.expires_at == NOON + timedelta(seconds=3597)
    assert verified.claims == {**ALICE, "sub": ALICE["user_id"]}
    assert amazon.last(INFO).query == {"access_token": TOKEN}


def test_a_token_of_another_app_is_refused(amazon: Amazon, claims_of: Claims) -> None:
    """The profile would tell us who its owner is, and not whose app it is of."""
    header = {"authorization": f"Bearer {FOREIGN_TOKEN}"}
    assert amazon.usual(Asked("GET", PROFILE, {}, header, b"")).status == 200

    with pytest.raises(WrongAudienceError):
        claims_of(FOREIGN_TOKEN)
    assert amazon.count(PROFILE) == 0


@pytest.mark.parametrize("audience", [None, "", [CLIENT_ID], f"{CLIENT_ID}0", True])
def test_an_audience_that_is_not_exactly_ours_is_another(
    amazon: Amazon, claims_of: Claims, audience: Any
) -> None:
    amazon.proof = {"aud": audience}

    with pytest.raises(WrongAudienceError):
        claims_of(TOKEN)


@pytest.mark.parametrize(
    ("left", "failure"),
    [
        (0, ExpiredCredentialError),
        (-1, ExpiredCredentialError),
        (True, BadAnswerError),
        (None, BadAnswerError),
        ("3597", BadAnswerError),
        (1_777_896_000, BadAnswerError),
    ],
)
def test_an_end_is_so_many_seconds_away(
    amazon: Amazon, claims_of: Claims, left: Any, failure: type[GatewayError]
) -> None:
    """Should it become a date one day, a token must not live for 56 years."""
    amazon.proof = {"exp": left}

    with pytest.raises(failure):
        claims_of(TOKEN)


@pytest.mark.parametrize("path", [INFO, PROFILE])
@pytest.mark.parametrize(
    ("status", "error", "failure"),
    [
        (400, "invalid_token", CredentialError),
        (400, "invalid_request", CredentialError),
        (400, "anything", BadAnswerError),
        (404, "", BadAnswerError),
        (500, "ServerError", ProviderUnavailableError),
    ],
)
def test_errors_are_told_apart(
    amazon: Amazon,
    claims_of: Claims,
    path: str,
    status: int,
    error: str,
    failure: type[GatewayError],
) -> None:
    members = {"error": error, "error_description": "x", "request_id": "bef0"}
    amazon.faults[path] = reply(members, status)

    with pytest.raises(failure):
        claims_of(TOKEN)


def test_somebody_who_shows_no_profile_is_somebody_all_the_same(
    amazon: Amazon, claims_of: Claims
) -> None:
    """What proves who they are is `tokeninfo`."""
    amazon.faults[PROFILE] = reply({"error": "insufficient_scope"}, 401)

    assert claims_of(TOKEN).claims == {"sub": ALICE["user_id"]}


def test_the_two_answers_are_about_one_person(
    amazon: Amazon, claims_of: Claims
) -> None:
    amazon.user["user_id"] = "amzn1.account.other"

    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)


@pytest.mark.parametrize("path", [INFO, PROFILE])
@pytest.mark.parametrize("trouble", sorted(TROUBLE))
def test_trouble_is_never_a_way_in(
    amazon: Amazon, claims_of: Claims, path: str, trouble: str
) -> None:
    amazon.faults[path] = TROUBLE[trouble]
    if path == PROFILE and trouble == "an empty object":
        assert claims_of(TOKEN).claims == {"sub": ALICE["user_id"]}
        return

    with pytest.raises((BadAnswerError, ProviderUnavailableError, CredentialError)):
        claims_of(TOKEN)
