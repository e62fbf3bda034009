"""The gateway as an OAuth 2.0 client."""

import base64
import hashlib
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.authentication.opaque.api import Api
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.oauth2.dialect import ClientAuth
from gateway.federation.oauth2.dialects import dialect_of
from gateway.federation.oauth2.party import OAuth2Party
from gateway.federation.values import Attempt
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ProviderUnavailableError,
    WrongAudienceError,
)
from tests.authentication.opaque.house import NOON, settings_of, verifier_of
from tests.authentication.opaque.test_github import FILE
from tests.peers.stand_ins.github import CLIENT_ID, CODE, FOREIGN_TOKEN, TOKEN, Github
from tests.peers.stand_ins.wire import TROUBLE, Asked, Direct, StandIn, reply

TOKEN_PATH = "/login/oauth/access_token"
ATTEMPT = Attempt(
    state="the-state",
    nonce="the-nonce",
    verifier="the-verifier",
    redirect_uri="https://gw.example/oauth2/idpresponse",
)


@pytest.fixture
def github() -> Github:
    return Github()


def party(github: Github, **changes: object) -> OAuth2Party:
    settings = settings_of(FILE)
    api = Api(settings.id, fetcher=Direct(github))
    return OAuth2Party(
        replace(dialect_of(settings), **changes),  # type: ignore[arg-type]
        api=api,
        verifier=verifier_of(settings, github),
        clock=lambda: NOON,
    )


def browse(stand_in: StandIn, url: str) -> dict[str, str]:
    """Go where the browser is sent, and return what it brings back."""
    parts = urlsplit(url)
    asked = Asked("GET", parts.path, dict(parse_qsl(parts.query)), {}, b"")
    back = stand_in.answer(asked).headers["location"]
    assert back.startswith(f"{ATTEMPT.redirect_uri}?")
    return dict(parse_qsl(urlsplit(back).query))


def test_somebody_signs_in(github: Github) -> None:
    """All the way: there, back, and who it is."""
    client = party(github)

    departure = client.begin(ATTEMPT)
    proven = client.finish(ATTEMPT, browse(github, departure.url))

    assert client.provider == "github"
    assert (departure.form, departure.kept) == ({}, {})
    assert proven.claims.subject == "583231"
    assert proven.claims.claims["email"] == "octocat@octo.example"
    assert proven.tokens is not None
    assert proven.tokens.access_token == TOKEN
    assert proven.tokens.scopes == ("read:user", "user:email")
    assert proven.scopes == ("read:user", "user:email")


def test_a_code_is_bound_to_the_browser_that_left(github: Github) -> None:
    """RFC 7636: the code of another browser becomes no token."""
    client = party(github)
    digest = hashlib.sha256(b"the-verifier").digest()

    answer = browse(github, client.begin(ATTEMPT).url)
    client.finish(ATTEMPT, answer)

    sent = github.last("/login/oauth/authorize").query
    assert sent["code_challenge"] == base64.urlsafe_b64encode(digest).decode()[:-1]
    assert sent["code_challenge_method"] == "S256"
    assert "prompt" not in sent
    form = github.last(TOKEN_PATH).form
    assert form["code_verifier"] == "the-verifier"
    assert form["redirect_uri"] == ATTEMPT.redirect_uri


def test_a_provider_without_pkce_is_not_sent_any(github: Github) -> None:
    """There are those that refuse what they do not know."""
    client = party(github, pkce=False, extra={"display": "popup"}, scope_separator=",")

    client.finish(ATTEMPT, browse(github, client.begin(ATTEMPT).url))

    sent = github.last("/login/oauth/authorize").query
    assert "code_challenge" not in sent
    assert sent["display"] == "popup"
    assert sent["scope"] == "read:user,user:email"
    assert "code_verifier" not in github.last(TOKEN_PATH).form


def test_somebody_is_asked_to_prove_it_anew(github: Github) -> None:
    url = party(github).begin(replace(ATTEMPT, force=True)).url

    assert dict(parse_qsl(urlsplit(url).query))["prompt"] == "select_account"


def test_a_secret_may_go_into_a_header(github: Github) -> None:
    github.faults[TOKEN_PATH] = reply({"error": "x"})
    client = party(github, auth=ClientAuth.BASIC)

    with pytest.raises(ProviderSaysNoError):
        client.finish(ATTEMPT, {"state": "the-state", "code": CODE})

    asked = github.last(TOKEN_PATH)
    pair = base64.b64encode(f"{CLIENT_ID}:secret".encode()).decode()
    assert asked.headers["authorization"] == f"Basic {pair}"
    assert "client_secret" not in asked.form


def test_somebody_who_says_no_is_told_so(github: Github) -> None:
    github.consents = False
    client = party(github)

    with pytest.raises(ProviderSaysNoError) as caught:
        client.finish(ATTEMPT, browse(github, client.begin(ATTEMPT).url))
    assert caught.value.reason == "access_denied"
    assert github.count(TOKEN_PATH) == 0


def test_a_code_serves_once(github: Github) -> None:
    """GitHub says so with HTTP 200."""
    client = party(github)
    answer = browse(github, client.begin(ATTEMPT).url)
    client.finish(ATTEMPT, answer)

    with pytest.raises(ProviderSaysNoError) as caught:
        client.finish(ATTEMPT, answer)
    assert caught.value.reason == "bad_verification_code"


def test_a_wrong_secret_of_ours_is_told_by_its_code(github: Github) -> None:
    client = party(github, secret=b"wrong")

    with pytest.raises(ProviderSaysNoError) as caught:
        client.finish(ATTEMPT, browse(github, client.begin(ATTEMPT).url))
    assert caught.value.reason == "incorrect_client_credentials"


def test_a_token_of_another_app_lets_nobody_in(github: Github) -> None:
    """Whatever the token endpoint was made to say."""
    github.faults[TOKEN_PATH] = reply(
        {"access_token": FOREIGN_TOKEN, "token_type": "bearer"}
    )

    with pytest.raises(WrongAudienceError):
        party(github).finish(ATTEMPT, {"state": "the-state", "code": CODE})


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"code": CODE},
        {"code": CODE, "state": "another"},
        {"code": CODE, "state": "thé-state"},
        {"state": "the-state"},
        {"state": "the-state", "code": ""},
        {"state": "the-state", "code": "x" * 4097},
        {"state": "another", "error": "access_denied"},
        {"state": "the-state", "code": CODE, "iss": "https://evil.example"},
    ],
    ids=range(9),
)
def test_an_answer_that_is_none_asks_nobody(
    github: Github, answer: dict[str, str]
) -> None:
    client = party(github, issuer="https://github.com")

    with pytest.raises(BadAnswerError):
        client.finish(ATTEMPT, answer)
    assert github.asked == []


def test_an_issuer_that_nobody_knows_is_not_looked_at(github: Github) -> None:
    """Until the file says what it has to be."""
    client = party(github)
    answer = browse(github, client.begin(ATTEMPT).url)

    client.finish(ATTEMPT, {**answer, "iss": "https://github.com/login/oauth"})
    assert github.count("/user") == 1


@pytest.mark.parametrize("trouble", sorted(TROUBLE))
def test_trouble_at_the_token_endpoint_lets_nobody_in(
    github: Github, trouble: str
) -> None:
    github.faults[TOKEN_PATH] = TROUBLE[trouble]

    with pytest.raises(
        (
            BadAnswerError,
            ProviderUnavailableError,
            ProviderSaysNoError,
            CredentialError,
        )
    ):
        party(github).finish(ATTEMPT, {"state": "the-state", "code": CODE})
