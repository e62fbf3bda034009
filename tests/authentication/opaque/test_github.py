"""GitHub's access tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.authentication.opaque.proof import UNSAID_LIFETIME
from gateway.model.claims import TokenType
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    GatewayError,
    MalformedCredentialError,
    ProviderUnavailableError,
    WrongAudienceError,
)
from tests.authentication.opaque.house import NOON, Claims, prover, settings_of
from tests.peers.stand_ins.github import CLIENT_ID, EMAILS, FOREIGN_TOKEN, TOKEN, Github
from tests.peers.stand_ins.wire import TROUBLE, Asked, reply

FILE = f"""
kind = "github"
id = "github"
client = {{ id = "{CLIENT_ID}", secret = {{ env = "SECRET" }} }}
"""
AGENT = {"user-agent": "somebody"}
CHECK = f"/applications/{CLIENT_ID}/token"


@pytest.fixture
def github() -> Github:
    return Github()


@pytest.fixture
def claims_of(github: Github) -> Claims:
    return prover(settings_of(FILE), github)


def test_a_token_of_our_app_says_whose_it_is(github: Github, claims_of: Claims) -> None:
    """By the number: a login can change, and pass to somebody else."""
    verified = claims_of(TOKEN)

    assert verified.provider == "github"
    assert verified.issuer == "https://github.com"
    assert verified.subject == "583231"
    assert verified.token_type is TokenType.OPAQUE
    assert verified.expires_at == NOON + UNSAID_LIFETIME
    assert verified.claims["sub"] == "583231"
    assert verified.claims["login"] == "octocat"
    assert verified.claims["email"] == "octocat@octo.example"
    assert verified.claims["email_verified"] is True
    assert "company" not in verified.claims
    assert github.last("/user").headers["authorization"] == f"Bearer {TOKEN}"


def test_a_token_of_another_app_is_refused(github: Github, claims_of: Claims) -> None:
    """Or whoever runs an app could be anybody who uses it."""
    user = Asked(
        "GET", "/user", {}, {"authorization": f"Bearer {FOREIGN_TOKEN}"} | AGENT, b""
    )
    assert github.usual(user).status == 200, "GitHub itself tells whose it is"

    with pytest.raises(WrongAudienceError):
        claims_of(FOREIGN_TOKEN)
    assert github.count("/user") == 0


@pytest.mark.parametrize(
    "app",
    [None, "gateway", {}, {"client_id": "another"}, {"client_id": 5}],
    ids=range(5),
)
def test_an_answer_about_another_app_is_refused(
    github: Github, claims_of: Claims, app: Any
) -> None:
    github.faults[CHECK] = reply({"app": app, "user": {"id": 583231}})

    with pytest.raises(WrongAudienceError):
        claims_of(TOKEN)


def test_a_token_of_somebody_else_than_the_check_says_is_refused(
    github: Github, claims_of: Claims
) -> None:
    """The two answers are about one token, or something is wrong."""
    github.user["id"] = 1

    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)


def test_a_check_that_names_no_owner_leaves_it_to_the_token(
    github: Github, claims_of: Claims
) -> None:
    github.faults[CHECK] = reply({"app": {"client_id": CLIENT_ID}, "user": None})

    assert claims_of(TOKEN).subject == "583231"


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (401, BadAnswerError),
        (404, WrongAudienceError),
        (422, WrongAudienceError),
        (403, ProviderUnavailableError),
        (400, BadAnswerError),
    ],
)
def test_what_the_check_says_is_told_apart(
    github: Github, claims_of: Claims, status: int, failure: type[GatewayError]
) -> None:
    """A wrong secret of ours is not the token's fault."""
    github.faults[CHECK] = reply({"message": "no"}, status)

    with pytest.raises(failure):
        claims_of(TOKEN)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (401, CredentialError),
        (403, ProviderUnavailableError),
        (404, BadAnswerError),
    ],
)
def test_what_the_user_question_says_is_told_apart(
    github: Github, claims_of: Claims, status: int, failure: type[GatewayError]
) -> None:
    """The token may have been withdrawn between the two questions."""
    github.faults["/user"] = reply({"message": "Bad credentials"}, status)

    with pytest.raises(failure) as caught:
        claims_of(TOKEN)
    assert type(caught.value) is failure


@pytest.mark.parametrize("path", [CHECK, "/user", "/user/emails"])
@pytest.mark.parametrize("trouble", sorted(TROUBLE))
def test_trouble_is_never_a_way_in(
    github: Github, claims_of: Claims, path: str, trouble: str
) -> None:
    """Nor a surprise: each has an error that says whose fault it is."""
    github.faults[path] = TROUBLE[trouble]
    if path == "/user/emails" and trouble == "an empty list":
        assert claims_of(TOKEN).claims.get("email_verified") is not True
        return

    with pytest.raises((BadAnswerError, ProviderUnavailableError, CredentialError)):
        claims_of(TOKEN)


@pytest.mark.parametrize("identifier", [None, True, 0, -1, "", 1.5, [], "x" * 256])
def test_somebody_without_an_id_is_nobody(
    github: Github, claims_of: Claims, identifier: Any
) -> None:
    github.user["id"] = identifier

    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)


@pytest.mark.parametrize(
    "emails",
    [
        None,
        [],
        EMAILS[:1],
        [{**EMAILS[1], "verified": False}],
        [{**EMAILS[1], "verified": "true"}],
        [{**EMAILS[1], "email": None}],
        ["octocat@octo.example", None, 5],
    ],
    ids=range(7),
)
def test_only_the_primary_verified_address_is_verified(
    github: Github, claims_of: Claims, emails: Any
) -> None:
    """What a profile shows is the person's own word."""
    github.emails = emails
    assert "email" not in claims_of(TOKEN).claims
    github.user["email"] = "shown@octo.example"

    claims = claims_of(TOKEN).claims

    assert claims["email"] == "shown@octo.example"
    assert claims["email_verified"] is False


def test_the_primary_address_need_not_be_among_the_first(
    github: Github, claims_of: Claims
) -> None:
    """GitHub shows thirty, unless asked for more."""
    github.emails = [EMAILS[0]] * 99 + [EMAILS[1]]

    assert claims_of(TOKEN).claims["email"] == "octocat@octo.example"


def test_a_token_that_ends_says_when(github: Github, claims_of: Claims) -> None:
    """Those of GitHub Apps do."""
    github.expires_at = "2026-05-04T22:00:00+02:00"

    assert claims_of(TOKEN).expires_at == datetime(2026, 5, 4, 20, tzinfo=UTC)


def test_a_token_that_has_ended_is_refused(github: Github, claims_of: Claims) -> None:
    github.expires_at = (NOON + timedelta(seconds=1)).isoformat()
    claims_of(TOKEN)
    github.expires_at = NOON.isoformat()

    with pytest.raises(ExpiredCredentialError):
        claims_of(TOKEN)


@pytest.mark.parametrize("stated", ["soon", 5, "9999-12-31T23:59:59-14:00", [], ""])
def test_an_end_that_is_no_time_is_no_answer(
    github: Github, claims_of: Claims, stated: Any
) -> None:
    github.expires_at = stated

    with pytest.raises(BadAnswerError):
        claims_of(TOKEN)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nx: y", 'a"b', "é", "x" * 4097])
def test_what_is_no_token_is_not_sent_anywhere(
    github: Github, claims_of: Claims, token: str
) -> None:
    with pytest.raises(MalformedCredentialError):
        claims_of(token)
    assert github.asked == []
