"""Signing out at a provider too, on the way out of here."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.endpoints.hosted_ui.place import Place
from gateway.federation.values import UpstreamSession
from tests.endpoints.hosted_ui.visitor import (
    CLIENT_ID,
    GOODBYE,
    ORIGIN,
    Hotel,
    Visitor,
)
from tests.federation.house import MadeUpParty, login_provider, use

BACK = "/oauth2/idpresponse"


@dataclass
class Party(MadeUpParty):
    """A provider that can be signed out of."""

    def sign_out(self, session: UpstreamSession, *, back: str, state: str) -> str:
        assert session.subject == "123"
        return f"https://corp.example/end?back={back}&state={state}"


@pytest.fixture
def inside(hotel: Hotel, visitor: Visitor) -> Visitor:
    """Somebody who came by way of a provider that is signed out of too."""
    hotel.open()
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(place.pool, replace(place.client, providers=None))
    party = Party()
    use(hotel.federation, login_provider(party, sign_in={"sign_out": "there"}))
    visitor.goto("/login", {"client_id": CLIENT_ID, "identity_provider": "corp"})
    visitor.follow(f"{BACK}?state={party.begun[-1].state}&code=c0de")
    assert visitor.signed_in is not None
    return visitor


def told(address: str) -> tuple[str, str]:
    """Return where the provider sends the browser back to, and with which state."""
    query = parse_qs(urlsplit(address).query)
    return query["back"][0], query["state"][0]


def test_an_application_s_sign_out_leads_by_the_provider(inside: Visitor) -> None:
    """And on to where the application wants its people."""
    inside.goto("/logout", {"client_id": CLIENT_ID, "logout_uri": GOODBYE})
    back, state = told(inside.page.headers["location"])

    assert inside.signed_in is None
    assert back == f"{ORIGIN}/oauth2/idplogout"
    inside.follow(f"/oauth2/idplogout?state={state}")
    assert inside.page.headers["location"] == GOODBYE


def test_whoever_signs_out_by_a_form_goes_by_a_page(inside: Visitor) -> None:
    """Forms lead nowhere else; and nowhere is a page of our own."""
    inside.goto("/logout", {"client_id": CLIENT_ID})
    inside.send()

    assert inside.heading == "Signing out at Corp too"
    assert inside.signed_in is None
    address = inside.page.text.partition('content="0;url=')[2].partition('"')[0]
    _, state = told(address.replace("&amp;", "&"))
    inside.follow(f"/oauth2/idplogout?state={state}")
    assert inside.heading == "You are signed out"


@pytest.mark.parametrize("state", ["", "?state=x", "?state=https://evil.example"])
def test_nobody_is_sent_anywhere_by_what_comes_back(
    visitor: Visitor, inside: Visitor, state: str
) -> None:
    """An address that the provider, or anybody, makes up leads nowhere."""
    visitor.follow(f"/oauth2/idplogout{state}")

    assert visitor.heading == "You are signed out"
    assert inside.signed_in is not None


def test_a_state_is_good_in_its_own_browser(hotel: Hotel, inside: Visitor) -> None:
    inside.goto("/logout", {"client_id": CLIENT_ID, "logout_uri": GOODBYE})
    _, state = told(inside.page.headers["location"])
    other = Visitor(hotel)
    other.goto("/login", {"client_id": CLIENT_ID})

    other.follow(f"/oauth2/idplogout?state={state}")

    assert other.heading == "You are signed out"
