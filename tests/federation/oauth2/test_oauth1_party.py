"""The gateway as an OAuth 1.0a client."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.authentication.opaque.api import Api
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.oauth2.oauth1_party import OAuth1Party
from gateway.federation.values import Attempt
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ProviderUnavailableError,
)
from tests.authentication.opaque.house import NOON, settings_of, verifier_of
from tests.authentication.opaque.test_twitter import OLD_FILE
from tests.federation.oauth2.test_party import ATTEMPT, browse
from tests.peers.stand_ins.twitter import TEMPORARY, Twitter, old_error
from tests.peers.stand_ins.wire import TROUBLE, Direct, Reply

REQUEST, ACCESS = "/oauth/request_token", "/oauth/access_token"


@pytest.fixture
def twitter() -> Twitter:
    return Twitter()


@pytest.fixture
def party(twitter: Twitter) -> OAuth1Party:
    settings = settings_of(OLD_FILE)
    assert isinstance(settings, TwitterProvider)
    return OAuth1Party(
        settings,
        api=Api(settings.id, fetcher=Direct(twitter)),
        verifier=verifier_of(settings, twitter),
        clock=lambda: NOON,
    )


def there_and_back(
    twitter: Twitter, party: OAuth1Party
) -> tuple[Attempt, dict[str, str]]:
    departure = party.begin(ATTEMPT)
    return replace(ATTEMPT, kept=departure.kept), browse(twitter, departure.url)


def test_somebody_signs_in(twitter: Twitter, party: OAuth1Party) -> None:
    """The state travels in the address that the browser comes back to."""
    attempt, answer = there_and_back(twitter, party)

    proven = party.finish(attempt, answer)

    assert party.provider == "twitter"
    assert answer["state"] == ATTEMPT.state
    assert proven.claims.subject == "9007199254740993"
    assert proven.tokens is None
    assert TEMPORARY[1] not in repr(attempt)


def test_somebody_is_asked_to_prove_it_anew(party: OAuth1Party) -> None:
    url = party.begin(replace(ATTEMPT, force=True)).url

    assert dict(parse_qsl(urlsplit(url).query)) == {
        "oauth_token": TEMPORARY[0],
        "force_login": "true",
    }


def test_an_address_that_is_not_confirmed_ends_it(
    twitter: Twitter, party: OAuth1Party
) -> None:
    """RFC 5849 section 2.1: without it, somebody else could finish the sign-in."""
    twitter.confirms = "false"

    with pytest.raises(BadAnswerError):
        party.begin(ATTEMPT)


def test_somebody_who_says_no_is_told_so(twitter: Twitter, party: OAuth1Party) -> None:
    twitter.consents = False
    attempt, answer = there_and_back(twitter, party)

    with pytest.raises(ProviderSaysNoError) as caught:
        party.finish(attempt, answer)
    assert caught.value.reason == "access_denied"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "another"},
        {"state": ""},
        {"oauth_token": "another"},
        {"oauth_token": "\u00e9"},
        {"oauth_verifier": ""},
        {"oauth_verifier": "x" * 1025},
        {"oauth_verifier": "\u00e9"},
    ],
    ids=range(7),
)
def test_an_answer_that_is_none_asks_nobody(
    twitter: Twitter, party: OAuth1Party, changes: dict[str, str]
) -> None:
    attempt, answer = there_and_back(twitter, party)

    with pytest.raises(BadAnswerError):
        party.finish(attempt, answer | changes)
    assert twitter.count(ACCESS) == 0


def test_an_attempt_that_keeps_nothing_leads_nowhere(party: OAuth1Party) -> None:
    with pytest.raises(BadAnswerError):
        party.finish(ATTEMPT, {"state": ATTEMPT.state, "oauth_token": "x"})


def test_a_verifier_of_somebody_else_is_refused(
    twitter: Twitter, party: OAuth1Party
) -> None:
    attempt, answer = there_and_back(twitter, party)

    with pytest.raises(ProviderSaysNoError) as caught:
        party.finish(attempt, answer | {"oauth_verifier": "wrong"})
    assert caught.value.reason == "access_token:401"


def test_a_wrong_secret_of_ours_is_told_by_its_step(
    twitter: Twitter, party: OAuth1Party
) -> None:
    twitter.faults[REQUEST] = old_error(32, "Could not authenticate you.")

    with pytest.raises(ProviderSaysNoError) as caught:
        party.begin(ATTEMPT)
    assert caught.value.reason == "request_token:401"


def test_the_two_answers_are_about_one_person(
    twitter: Twitter, party: OAuth1Party
) -> None:
    attempt, answer = there_and_back(twitter, party)
    twitter.faults[ACCESS] = Reply(
        200, b"oauth_token=12345-abc&oauth_token_secret=token-secret&user_id=1", {}
    )

    with pytest.raises(BadAnswerError):
        party.finish(attempt, answer)


def test_a_token_of_another_app_lets_nobody_in(
    twitter: Twitter, party: OAuth1Party
) -> None:
    attempt, answer = there_and_back(twitter, party)
    twitter.faults[ACCESS] = Reply(
        200,
        b"oauth_token=12345-xyz&oauth_token_secret=another-secret"
        b"&user_id=9007199254740993",
        {},
    )

    with pytest.raises(CredentialError):
        party.finish(attempt, answer)


@pytest.mark.parametrize("trouble", sorted(TROUBLE))
def test_trouble_lets_nobody_in(
    twitter: Twitter, party: OAuth1Party, trouble: str
) -> None:
    """At either step."""
    attempt, answer = there_and_back(twitter, party)
    twitter.faults = {REQUEST: TROUBLE[trouble], ACCESS: TROUBLE[trouble]}

    with pytest.raises((BadAnswerError, ProviderUnavailableError)):
        party.begin(ATTEMPT)
    with pytest.raises((BadAnswerError, ProviderUnavailableError)):
        party.finish(attempt, answer)
