"""Where a provider's endpoints are."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.federation.oidc.metadata import Metadata
from gateway.model.errors import (
    BadAnswerError,
    GatewayError,
    ProviderUnavailableError,
)
from gateway.net.errors import FetchError
from tests.authentication.issuer import ISSUER, NOON
from tests.federation.oidc.endpoints import BROKEN, Given, json_answer
from tests.federation.oidc.house import (
    AUTHORIZE,
    DISCOVERY,
    DOCUMENT,
    PAR,
    TOKEN,
    USERINFO,
    house,
    provider,
)

DOWN = FetchError("down")


def test_discovery_tells_and_is_asked_once() -> None:
    """What it says holds for a while."""
    more = {
        "pushed_authorization_request_endpoint": PAR,
        "authorization_response_iss_parameter_supported": True,
    }
    corp = house(document=DOCUMENT | more)

    for _ in range(3):
        assert corp.metadata.get() == Metadata(
            AUTHORIZE, TOKEN, USERINFO, PAR, says_issuer=True
        )

    assert len(corp.asked(DISCOVERY)) == 1


def test_a_file_that_says_everything_needs_no_discovery() -> None:
    """And what it does not say is not there."""
    settings = provider(
        authorize_url=f"{ISSUER}/a", token_url=f"{ISSUER}/t", jwks_url=f"{ISSUER}/k"
    )
    corp = house(settings)

    assert corp.metadata.get() == Metadata(f"{ISSUER}/a", f"{ISSUER}/t")
    assert corp.endpoints.asked == []


def test_what_the_file_says_goes_before_what_the_provider_says() -> None:
    """One of them is enough to be asked for the rest."""
    settings = provider(token_url=f"{ISSUER}/t", userinfo_url=f"{ISSUER}/u")

    metadata = house(settings).metadata.get()

    assert metadata == Metadata(AUTHORIZE, f"{ISSUER}/t", f"{ISSUER}/u")


def test_discovery_may_start_elsewhere() -> None:
    """Below the issuer is but the default."""
    corp = house(provider(discovery_url=f"{ISSUER}/elsewhere"))
    corp.endpoints.answers[f"{ISSUER}/elsewhere"] = json_answer(DOCUMENT)

    assert corp.metadata.get().token_url == TOKEN
    assert corp.asked(DISCOVERY) == []


def test_what_is_known_bridges_an_outage() -> None:
    """For as long as keys do; a provider that is down is not asked all the time."""
    corp = house()
    known = corp.metadata.get()
    corp.endpoints.answers[DISCOVERY] = DOWN

    corp.now = NOON + timedelta(minutes=15)
    assert corp.metadata.get() == corp.metadata.get() == known
    assert len(corp.asked(DISCOVERY)) == 2
    corp.now += timedelta(seconds=5)
    assert corp.metadata.get() == known
    assert len(corp.asked(DISCOVERY)) == 3

    corp.now = NOON + timedelta(hours=24)
    with pytest.raises(ProviderUnavailableError):
        corp.metadata.get()


def test_a_provider_that_comes_back_is_asked_again() -> None:
    """After the pause, and nobody waits for it before."""
    corp = house(discovery=DOWN)
    with pytest.raises(ProviderUnavailableError):
        corp.metadata.get()
    corp.endpoints.answers[DISCOVERY] = json_answer(DOCUMENT)

    with pytest.raises(ProviderUnavailableError, match="just now"):
        corp.metadata.get()
    corp.now += timedelta(seconds=5)

    assert corp.metadata.get().token_url == TOKEN
    corp.now += timedelta(minutes=15)
    assert corp.metadata.get().token_url == TOKEN


@pytest.mark.parametrize(("given", "error"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_none(given: Given, error: type[GatewayError]) -> None:
    """It is told apart from no answer."""
    with pytest.raises(error):
        house(discovery=given).metadata.get()


def test_where_people_sign_out_is_said_by_either() -> None:
    """The file, and else the provider."""
    document = DOCUMENT | {"end_session_endpoint": f"{ISSUER}/out"}
    written = provider(end_session_url=f"{ISSUER}/away")

    assert house().metadata.get().end_session_url == ""
    assert house(document=document).metadata.get().end_session_url == f"{ISSUER}/out"
    away = house(written, document=document).metadata.get().end_session_url
    assert away == f"{ISSUER}/away"


WRONG: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example"},
    "no page": {"authorization_endpoint": ""},
    "no text": {"authorization_endpoint": None},
    "no token endpoint": {"token_endpoint": ""},
    "a number": {"token_endpoint": 1},
    "a long one": {"userinfo_endpoint": "https://a.example/" + "a" * 2000},
    "without TLS": {"authorization_endpoint": "http://login.example/a"},
    "plain on this machine": {"authorization_endpoint": "http://127.0.0.1/a"},
    "a script to sign out": {"end_session_endpoint": "javascript:alert(1)"},
    "a script": {"authorization_endpoint": "javascript:alert(1)"},
    "a fragment": {"authorization_endpoint": "https://login.example/a#b"},
    "a user": {"authorization_endpoint": "https://a@login.example/a"},
    "no host": {"authorization_endpoint": "https:///a"},
    "half a host": {"authorization_endpoint": "https://[::1/a"},
    "a line break": {"authorization_endpoint": "https://login.example/a\r\nb: c"},
    "beyond ASCII": {"authorization_endpoint": "https://login.example/\u00e9"},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_cannot_be_used_is_refused(change: dict[str, Any]) -> None:
    """Nobody is sent anywhere by a document that has been tampered with."""
    with pytest.raises(BadAnswerError):
        house(document=DOCUMENT | change).metadata.get()


def test_a_refusal_is_no_document() -> None:
    """Even one that looks like it."""
    with pytest.raises(BadAnswerError):
        house(discovery=json_answer(DOCUMENT, 404)).metadata.get()


def test_a_provider_on_this_machine_may_do_without_tls() -> None:
    """If its file says so."""
    plain = {"authorization_endpoint": "http://127.0.0.1:8000/a"}
    settings = provider(network={"allow_plain_http": True})

    metadata = house(settings, document=DOCUMENT | plain).metadata.get()

    assert metadata.authorize_url == "http://127.0.0.1:8000/a"
