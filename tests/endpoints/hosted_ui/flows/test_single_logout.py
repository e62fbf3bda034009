"""What SAML providers ask and answer about signing out, in a browser."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from gateway.endpoints.hosted_ui.place import Place
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import (
    Departure,
    ProvenLogin,
    SignOutMessage,
    SignOutNotice,
)
from gateway.model.errors import (
    GatewayError,
    MalformedCredentialError,
    ProviderUnavailableError,
)
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, GOODBYE, Hotel, Visitor
from tests.federation.house import ISSUER, login_provider, use
from tests.federation.test_single_logout import PLACE
from tests.federation.test_single_logout import Party as AskingParty
from tests.pool.house import NOON

BACK = "/oauth2/idpresponse"
LOGOUT = "/saml2/logout"
CONFIRMED = "SAMLResponse=x%2b&Signature=y"


@dataclass
class Party(AskingParty):
    """A provider that is told what browsers bring."""

    way: Departure | None = field(
        default_factory=lambda: Departure(f"{PLACE}?SAMLResponse=x")
    )
    asked: SignOutMessage | None = None

    @override
    def asker_of(self, message: SignOutMessage) -> str:
        self.asked = message
        return ISSUER

    @override
    def notice(self, message: SignOutMessage) -> SignOutNotice:
        if self.refusal is not None:
            raise self.refusal
        until = NOON + timedelta(days=365)
        return SignOutNotice("_r1", "ana@corp", "", until)

    @override
    def answer(self, notice: SignOutNotice, message: SignOutMessage) -> Any:
        return self.way

    @override
    def proven(self) -> ProvenLogin:
        return replace(super().proven(), session_id="ana@corp")


@pytest.fixture
def party(hotel: Hotel) -> Party:
    """A provider that people sign out at too."""
    hotel.open()
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(place.pool, replace(place.client, providers=None))
    party = Party()
    use(hotel.federation, login_provider(party, sign_in={"sign_out": "there"}))
    return party


@pytest.fixture
def inside(visitor: Visitor, party: Party) -> Visitor:
    """Somebody who came by way of it."""
    visitor.goto("/login", {"client_id": CLIENT_ID, "identity_provider": "corp"})
    visitor.follow(f"{BACK}?state={party.begun[-1].state}&code=c0de")
    assert visitor.signed_in is not None
    return visitor


def sign_out(visitor: Visitor, **query: str) -> None:
    visitor.goto("/logout", {"client_id": CLIENT_ID, **query})


def test_an_application_s_sign_out_leads_there_and_back(
    inside: Visitor, party: Party
) -> None:
    """The octets of the address are those that came."""
    sign_out(inside, logout_uri=GOODBYE)
    assert inside.page.headers["location"] == PLACE
    assert inside.signed_in is None

    query = f"RelayState={party.states[0]}&{CONFIRMED}"
    inside.follow(f"{LOGOUT}?{query}")

    assert inside.page.headers["location"] == GOODBYE
    assert party.returned[0][1].query == query


def test_an_answer_may_be_posted_by_the_provider(inside: Visitor, party: Party) -> None:
    """Without cookies: what is posted waits for the browser's own request."""
    party.form = {"SAMLRequest": "<x>", "RelayState": "r"}
    sign_out(inside, logout_uri=GOODBYE)
    assert inside.heading == "Signing out at Corp too"
    assert 'name="SAMLRequest" value="&lt;x&gt;"' in inside.page.text
    policy = inside.page.headers["content-security-policy"]
    assert "https://corp.example" in policy.partition("form-action")[2]
    form = {"SAMLResponse": "x", "RelayState": party.states[0]}

    posted = posted_without_cookies(inside, form)
    inside.follow(posted)

    assert inside.page.headers["location"] == GOODBYE
    assert party.returned[0][1] == SignOutMessage(form)


def posted_without_cookies(visitor: Visitor, form: dict[str, str]) -> str:
    kept = dict(visitor.client.cookies)
    visitor.client.cookies.clear()
    answer = visitor.client.post(LOGOUT, data=form)
    for name, value in kept.items():
        visitor.client.cookies.set(name, value)
    assert answer.status_code == 303
    location: str = answer.headers["location"]
    return location


def test_whoever_goes_nowhere_is_told_so(inside: Visitor, party: Party) -> None:
    """By a form of our own there is a page on the way."""
    sign_out(inside)
    inside.send()
    assert inside.heading == "Signing out at Corp too"

    inside.follow(f"{LOGOUT}?RelayState={party.states[0]}&{CONFIRMED}")

    assert inside.heading == "You are signed out"


@pytest.mark.parametrize(
    ("failure", "status", "support"),
    [
        (ProviderSaysNoError("Success/PartialLogout"), 200, "Success/PartialLogout"),
        (ProviderSaysNoError(""), 200, "access_denied"),
        (MalformedCredentialError(), 400, "malformed_credential"),
        (ProviderUnavailableError(), 503, "provider_unavailable"),
    ],
    ids=range(4),
)
def test_what_is_not_confirmed_is_told(
    inside: Visitor, party: Party, failure: GatewayError, status: int, support: str
) -> None:
    """They are signed out here all the same, and may go on."""
    sign_out(inside, logout_uri=GOODBYE)
    party.refusal = failure

    inside.follow(f"{LOGOUT}?RelayState={party.states[0]}&{CONFIRMED}")

    assert inside.page.status_code == status
    assert inside.heading == "You are signed out here"
    assert "Corp has not confirmed" in inside.text
    assert f'href="{GOODBYE}"' in inside.page.text
    assert f"<code>{support}</code>" in inside.page.text
    assert inside.signed_in is None


def test_a_provider_that_cannot_be_asked_is_told(inside: Visitor, party: Party) -> None:
    party.refusal = ProviderUnavailableError()

    sign_out(inside)
    inside.send()

    assert inside.heading == "You are signed out here"
    assert "<code>" not in inside.page.text
    assert inside.signed_in is None


def test_a_request_of_the_provider_signs_out(inside: Visitor, party: Party) -> None:
    """Whoever brings it: here a browser of nobody's."""
    stranger = Visitor(inside._hotel)

    stranger.follow(f"{LOGOUT}?SAMLRequest=x%2b&Signature=y")

    assert stranger.page.headers["location"] == f"{PLACE}?SAMLResponse=x"
    assert party.asked is not None
    assert party.asked.query == "SAMLRequest=x%2b&Signature=y"
    assert inside.signed_in is None


@pytest.mark.parametrize(
    ("way", "heading"),
    [
        (None, "You are signed out"),
        (Departure(PLACE, form={"SAMLResponse": "x"}), "You are signed out here"),
    ],
    ids=range(2),
)
def test_a_request_may_be_posted(
    inside: Visitor, party: Party, way: Departure | None, heading: str
) -> None:
    party.way = way

    page = inside.client.post(LOGOUT, data={"SAMLRequest": "x"})
    inside.page = page

    assert page.status_code == 200
    assert inside.heading == heading
    assert inside.signed_in is None


@pytest.mark.parametrize(
    ("method", "query", "form"),
    [
        ("GET", "", None),
        ("GET", "?RelayState=made-up&SAMLResponse=x", None),
        ("GET", "?SAMLRequest=x&SAMLResponse=x", None),
        ("GET", "?SAMLRequest=x&SAMLRequest=y", None),
        ("GET", f"?RelayState={'x' * 5000}", None),
        ("POST", "", {}),
        ("POST", "", {"SAMLRequest": "x", "SAMLResponse": "x"}),
        ("POST", "", {"SAMLResponse": "x", "RelayState": "made-up"}),
    ],
    ids=range(8),
)
def test_what_is_neither_is_refused(
    inside: Visitor, method: str, query: str, form: dict[str, str] | None
) -> None:
    answer = inside.client.request(method, f"{LOGOUT}{query}", data=form)

    assert answer.status_code == 400
    assert inside.signed_in is not None


def test_a_request_that_is_not_good_is_refused(inside: Visitor, party: Party) -> None:
    """Nor does the page offer to bring it once more."""
    party.refusal = MalformedCredentialError()

    answer = inside.client.get(f"{LOGOUT}?SAMLRequest=x")

    assert answer.status_code == 400
    assert "Try again" not in answer.text
    assert inside.signed_in is not None


def test_no_other_binding_is_spoken(inside: Visitor) -> None:
    """SOAP has another content type, and no browser."""
    answer = inside.client.post(
        LOGOUT, content=b"<Envelope/>", headers={"content-type": "text/xml"}
    )

    assert 400 <= answer.status_code < 500
    assert inside.signed_in is not None
