"""Signing in through a provider: the way there, and the way back."""

from dataclasses import replace

import pytest

from gateway.endpoints.hosted_ui.place import Place
from gateway.model.user import UserStatus
from tests.endpoints.hosted_ui.visitor import (
    CLIENT_ID,
    ORIGIN,
    QUERY,
    REDIRECT,
    Hotel,
    Visitor,
)
from tests.federation.house import ANA, MadeUpParty, login_provider, use

BACK = "/oauth2/idpresponse"


@pytest.fixture
def party(hotel: Hotel) -> MadeUpParty:
    """A pool with one provider."""
    hotel.open()
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(place.pool, replace(place.client, providers=None))
    party = MadeUpParty()
    use(hotel.federation, login_provider(party))
    return party


def leave(visitor: Visitor) -> str:
    """Press the button; return the state that the browser leaves with."""
    visitor.goto("/login")
    (href,) = [
        part.split('"')[1]
        for part in visitor.page.text.split("<a ")
        if "identity_provider" in part
        for part in [part[part.index("href") :]]
    ]
    visitor.follow(href.replace("&amp;", "&"))
    return visitor.location["state"]


def test_a_person_goes_to_the_provider_and_comes_into_the_pool_and_the_app(
    visitor: Visitor, party: MadeUpParty
) -> None:
    """The deep link is kept on the way: state and PKCE of the application."""
    state = leave(visitor)
    visitor.follow(f"{BACK}?state={state}&code=c0de")

    assert visitor.page.headers["location"].startswith(REDIRECT)
    assert visitor.location["state"] == QUERY["state"]
    assert visitor.location["code"]
    (attempt,) = party.begun
    assert attempt.redirect_uri == f"{ORIGIN}{BACK}"
    assert party.answers == [{"state": state, "code": "c0de"}]
    user = visitor.signed_in
    assert user is not None
    assert user.status is UserStatus.EXTERNAL_PROVIDER
    assert user.username == "corp_123"
    assert user.attributes["email"] == ANA["email"]
