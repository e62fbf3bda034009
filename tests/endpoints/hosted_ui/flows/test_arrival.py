"""Where a browser goes whose person has signed in."""

from datetime import timedelta

import pytest

from gateway.pool.pool import Pool
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, QUERY, REDIRECT, Hotel, Visitor
from tests.pool.house import PASSWORD

COOKIE = "__Host-gateway-session"


@pytest.fixture
def pool(hotel: Hotel) -> Pool:
    pool = hotel.open()
    person(hotel.house, pool)
    return pool


def sign_in(visitor: Visitor, query: dict[str, str] | None = None) -> None:
    visitor.goto("/login", query)
    visitor.send(username="ana", password=PASSWORD)


@pytest.mark.usefixtures("pool")
def test_a_person_goes_back_with_a_code(visitor: Visitor) -> None:
    """To the address that the application named, with its state."""
    sign_in(visitor)

    assert visitor.page.status_code == 303
    assert visitor.page.headers["location"].startswith(f"{REDIRECT}?")
    assert visitor.location["state"] == "s3"
    assert visitor.location["code"]


@pytest.mark.usefixtures("pool")
def test_whoever_is_signed_in_is_not_asked_again(visitor: Visitor) -> None:
    """Unless the application wants it."""
    sign_in(visitor)
    first = visitor.location["code"]

    visitor.goto("/login")
    assert visitor.location["code"] != first
    visitor.goto("/login", {**QUERY, "prompt": "login"})
    assert visitor.heading == "Sign in"
    visitor.send(username="ana", password=PASSWORD)
    assert visitor.location["code"]


@pytest.mark.usefixtures("pool")
def test_a_session_that_somebody_else_knows_is_not_used(
    hotel: Hotel, visitor: Visitor
) -> None:
    """Session fixation: each sign-in has one of its own, and the one before ends."""
    sign_in(visitor)
    before = visitor.client.cookies[COOKIE]
    visitor.goto("/login", {**QUERY, "prompt": "login"})
    visitor.send(username="ana", password=PASSWORD)
    after = visitor.client.cookies[COOKIE]

    assert after != before
    assert hotel.house.oauth.sessions.find(before) is None
    chosen = Visitor(hotel)
    chosen.client.cookies.set(COOKIE, "A" * 43, domain="id.example.com")
    sign_in(chosen)
    assert chosen.client.cookies.get(COOKIE, domain="id.example.com") != "A" * 43


@pytest.mark.usefixtures("pool")
def test_a_form_from_before_a_sign_in_is_good_no_more(visitor: Visitor) -> None:
    """Whoever signed in meanwhile is not signed out by an old tab."""
    visitor.goto("/login")
    page = visitor.page
    visitor.send(username="ana", password=PASSWORD)
    visitor.page = page

    visitor.send(username="eve", password=PASSWORD)

    assert visitor.heading == "Please try once more"


@pytest.mark.usefixtures("pool")
def test_the_session_is_kept_as_long_as_it_is_good(
    hotel: Hotel, visitor: Visitor
) -> None:
    sign_in(visitor)

    cookie = next(c for c in visitor.client.cookies.jar if c.name == COOKIE)
    assert cookie.secure
    assert cookie.path == "/"
    assert "Max-Age=3600" in visitor.page.headers["set-cookie"]
    hotel.house.pass_time(timedelta(hours=1))
    assert visitor.signed_in is None


@pytest.mark.parametrize(
    "redirect",
    ["https://evil.example/", REDIRECT + "/", "https://shop.example@evil.example/"],
)
@pytest.mark.usefixtures("pool")
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    visitor: Visitor, redirect: str
) -> None:
    """Neither before the sign-in nor after it."""
    visitor.goto("/login", {**QUERY, "redirect_uri": redirect})

    assert visitor.page.status_code == 400
    assert "location" not in visitor.page.headers


@pytest.mark.usefixtures("pool")
def test_who_comes_by_themselves_goes_to_their_account(visitor: Visitor) -> None:
    """And who is signed in already, at once."""
    query = {"client_id": CLIENT_ID}
    visitor.goto("/login", query)
    visitor.send(username="ana", password=PASSWORD)
    assert visitor.page.request.url.path == "/account"

    visitor.goto("/login", query)
    assert visitor.page.request.url.path == "/account"


def test_somebody_of_another_pool_is_nobody_here(hotel: Hotel) -> None:
    other = hotel.open(client_id="2" * 26)
    person(hotel.house, other)
    visitor = Visitor(hotel)
    sign_in(visitor, {**QUERY, "client_id": "2" * 26})
    assert visitor.signed_in is not None
    hotel.open(pool_id="us-east-1_Zb3dEfGh9")

    visitor.goto("/login", {"client_id": CLIENT_ID})

    assert visitor.heading == "Sign in"


def test_an_application_that_asks_for_consent_gets_one(hotel: Hotel) -> None:
    person(hotel.house, hotel.open(consent=True))
    visitor = Visitor(hotel)

    sign_in(visitor, {**QUERY, "scope": "openid email"})

    assert visitor.heading == "Allow Shop access?"
