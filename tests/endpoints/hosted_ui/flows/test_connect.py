"""Somebody who comes from a provider and seems to be somebody who is here already."""

from dataclasses import replace

import pytest

from gateway.endpoints.hosted_ui.place import Place
from gateway.model.user import User, UserStatus
from gateway.pool.settings import Alias, PoolSettings, SignInSettings
from gateway.storage.pools.federated_logins import FederatedLogins
from tests.endpoints.hosted_ui.flows.people import give_password, person
from tests.endpoints.hosted_ui.visitor import (
    CLIENT_ID,
    QUERY,
    REDIRECT,
    Hotel,
    Visitor,
)
from tests.federation.house import ANA, MadeUpParty, login_provider, use
from tests.pool.house import PASSWORD

BACK = "/oauth2/idpresponse"
PROVEN = {"email": ANA["email"], "email_verified": "true"}
ALIAS = PoolSettings(
    name="people", sign_in=SignInSettings(aliases=frozenset({Alias.EMAIL}))
)


@pytest.fixture
def ana(hotel: Hotel) -> User:
    """Somebody with a password, in a pool whose provider asks before it connects."""
    pool = hotel.open(ALIAS)
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(place.pool, replace(place.client, providers=None))
    use(hotel.federation, login_provider(MadeUpParty(), link={"policy": "confirm"}))
    return person(hotel.house, pool, attributes=PROVEN)


@pytest.fixture
def asked(visitor: Visitor, ana: User) -> Visitor:
    """Somebody who has been at the provider, and is asked whether they are Ana."""
    assert ana.username == "ana"
    visitor.goto("/login", {**QUERY, "identity_provider": "corp"})
    visitor.follow(f"{BACK}?state={visitor.location['state']}&code=c0de")
    return visitor


def leads_to(hotel: Hotel, user: User) -> str | None:
    with hotel.house.database.reading() as connection:
        found = FederatedLogins(connection).find(user.pool_id, "corp", "123")
    return found.sub if found else None


def test_who_signs_in_too_is_connected_and_goes_on(
    hotel: Hotel, asked: Visitor, ana: User
) -> None:
    """To the application, which never learns of it; the next time without a question."""
    assert asked.heading == "Is this you?"
    assert "Corp" in asked.text
    assert "ana@corp.example" in asked.text
    asked.send(answer="sign_in")
    assert asked.signed_in is None
    asked.send(username="ana", password=PASSWORD)

    assert asked.page.headers["location"].startswith(REDIRECT)
    assert set(asked.location) == {"code", "iss", "state"}
    assert asked.location["state"] == QUERY["state"]
    assert leads_to(hotel, ana) == ana.sub

    again = Visitor(hotel)
    again.goto("/login", {**QUERY, "identity_provider": "corp"})
    again.follow(f"{BACK}?state={again.location['state']}&code=c0de")
    assert again.location["code"]
    assert again.signed_in is not None
    assert again.signed_in.username == "ana"


def test_who_is_signed_in_already_proves_it_once_more(
    hotel: Hotel, visitor: Visitor, ana: User
) -> None:
    """A browser that was left open connects nothing."""
    visitor.goto("/login")
    visitor.send(username="ana", password=PASSWORD)
    assert visitor.signed_in is not None
    query = {**QUERY, "prompt": "login", "identity_provider": "corp"}
    visitor.goto("/login", query)
    visitor.follow(f"{BACK}?state={visitor.location['state']}&code=c0de")

    visitor.send(answer="sign_in")

    assert "password" in visitor.page.text
    assert leads_to(hotel, ana) is None


def test_somebody_else_is_signed_in_and_connects_nothing(
    hotel: Hotel, asked: Visitor, ana: User
) -> None:
    bob = hotel.house.person(hotel.places[CLIENT_ID].pool, "bob")
    asked.send(answer="sign_in")
    give_password(hotel.house, hotel.places[CLIENT_ID].pool, bob)
    asked.send(username="bob", password=PASSWORD)

    assert asked.location["code"]
    assert leads_to(hotel, ana) is None


def test_who_stays_apart_has_an_account_of_their_own(
    hotel: Hotel, asked: Visitor, ana: User
) -> None:
    asked.send(answer="apart")

    assert asked.location["code"]
    assert asked.signed_in is not None
    assert asked.signed_in.status is UserStatus.EXTERNAL_PROVIDER
    assert leads_to(hotel, ana) == asked.signed_in.sub


def test_what_waits_is_shown_in_its_own_browser_alone(
    hotel: Hotel, asked: Visitor
) -> None:
    """Whoever is sent the address finds nothing there, and nothing where none waits."""
    address = str(asked.page.url)
    other = Visitor(hotel)
    other.goto("/login")

    for visitor, where in (
        (other, address),
        (asked, "/login/connect"),
        (asked, f"/login/connect?client_id={CLIENT_ID}&link=x"),
    ):
        visitor.follow(where)
        assert visitor.page.status_code == 400
        assert "ana@corp.example" not in visitor.text
