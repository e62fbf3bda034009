"""Signing out where an application has sent the browser to."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import (
    CLIENT_ID,
    GOODBYE,
    QUERY,
    REDIRECT,
    Hotel,
    Visitor,
)
from tests.pool.house import PASSWORD

OTHER_POOL = "us-east-1_Zz9yX8wV7"
OTHER_CLIENT = "2example23456789abcdefghij"
BACK = {"client_id": CLIENT_ID, "logout_uri": GOODBYE}


@pytest.fixture
def ana(hotel: Hotel, visitor: Visitor) -> Visitor:
    """Somebody who has signed in."""
    person(hotel.house, hotel.open())
    visitor.goto("/login", {"client_id": CLIENT_ID})
    visitor.send(username="ana", password=PASSWORD)
    assert visitor.signed_in is not None
    return visitor


def test_a_client_takes_the_browser_back(hotel: Hotel, ana: Visitor) -> None:
    """Without a question, to an address of its own."""
    del hotel
    handle = ana.client.cookies["__Host-gateway-session"]

    answer = ana.goto("/logout", BACK)

    assert (answer.status_code, answer.headers["location"]) == (303, GOODBYE)
    assert "__Host-gateway-session" not in ana.client.cookies
    # Nor is whoever kept the cookie.
    ana.client.cookies["__Host-gateway-session"] = handle
    assert ana.signed_in is None


def test_whoever_is_sent_without_an_address_is_asked(
    hotel: Hotel, ana: Visitor
) -> None:
    """Anybody could have made the link."""
    del hotel
    ana.goto("/logout", {"client_id": CLIENT_ID})
    assert ana.heading == "Sign out?"
    assert ana.signed_in is not None

    ana.send()

    assert ana.heading == "You are signed out"
    assert ana.signed_in is None


def test_a_client_has_somebody_sign_in_anew(hotel: Hotel, ana: Visitor) -> None:
    del hotel
    ana.goto("/logout", QUERY)
    assert ana.heading == "Sign in"
    assert ana.signed_in is None

    ana.send(username="ana", password=PASSWORD)

    assert ana.page.headers["location"].startswith(REDIRECT)


@pytest.mark.parametrize(
    "query",
    [
        {"logout_uri": "https://evil.example/"},
        {"logout_uri": f"{GOODBYE}/"},
        {"logout_uri": REDIRECT},
        {"logout_uri": "//shop.example/goodbye?from=us"},
        {"response_type": "code", "redirect_uri": GOODBYE},
        {"response_type": "code", "redirect_uri": "https://evil.example/"},
    ],
)
def test_no_address_but_the_clients_own(
    hotel: Hotel, ana: Visitor, query: dict[str, str]
) -> None:
    """And whoever is signed in stays so."""
    del hotel
    answer = ana.goto("/logout", {"client_id": CLIENT_ID, **query})

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert ana.signed_in is not None


def test_a_client_of_another_pool_ends_nothing(hotel: Hotel, ana: Visitor) -> None:
    hotel.open(pool_id=OTHER_POOL, client_id=OTHER_CLIENT)

    answer = ana.goto("/logout", {**BACK, "client_id": OTHER_CLIENT})
    assert answer.headers["location"] == GOODBYE
    ana.goto("/logout", {"client_id": OTHER_CLIENT})
    assert ana.heading == "You are signed out"

    assert ana.signed_in is not None


def test_who_is_not_signed_in_is_told_so(hotel: Hotel, visitor: Visitor) -> None:
    hotel.open()

    visitor.goto("/logout", {"client_id": CLIENT_ID})
    assert visitor.heading == "You are signed out"

    assert visitor.goto("/logout", BACK).headers["location"] == GOODBYE


def test_no_other_site_signs_anybody_out(hotel: Hotel, ana: Visitor) -> None:
    """With a form of its own, which has no token of ours."""
    del hotel
    answer: httpx.Response = ana.client.post(
        f"/logout?{urlencode({'client_id': CLIENT_ID})}", data={}
    )

    assert answer.status_code == 400
    assert ana.signed_in is not None
