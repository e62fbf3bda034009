"""A link is followed where its person signed up, and elsewhere."""

from urllib.parse import urlencode

import pytest

from gateway.endpoints.hosted_ui.carried import LIFETIME
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, PoolSettings, SignInSettings, SignUpSettings
from tests.endpoints.hosted_ui.visitor import (
    CLIENT_ID,
    QUERY,
    REDIRECT,
    Hotel,
    Visitor,
)
from tests.pool.house import PASSWORD

BY_LINK = PoolSettings(
    name="people",
    sign_in=SignInSettings(addresses=frozenset({Address.EMAIL})),
    sign_up=SignUpSettings(by_link=True),
)
NAME = "ana@example.com"


@pytest.fixture
def pool(hotel: Hotel) -> Pool:
    return hotel.open(BY_LINK)


def sign_up(visitor: Visitor, **query: str) -> None:
    visitor.goto("/signup", {**QUERY, **query})
    visitor.send(username=NAME, password=PASSWORD)


def follow(hotel: Hotel, visitor: Visitor, *, client_id: str = CLIENT_ID) -> None:
    """Open the link in the mail, and press its button."""
    code = hotel.house.mailbox.code
    link = {"client_id": client_id, "user_name": NAME, "confirmation_code": code}
    visitor.goto("/confirmUser", link)
    visitor.send()


def is_let_in(visitor: Visitor) -> bool:
    if visitor.signed_in is None:
        assert "is confirmed" in visitor.text
        assert visitor.heading == "Sign in"
    return visitor.signed_in is not None


@pytest.mark.usefixtures("pool")
def test_there_is_nothing_to_type(hotel: Hotel, visitor: Visitor) -> None:
    """But a new link can be had."""
    sign_up(visitor)
    assert "We sent a link to ana@example.com" in visitor.text
    assert 'name="code"' not in visitor.page.text

    visitor.send()

    assert "A new link is on its way" in visitor.text
    assert len(hotel.house.mailbox.messages) == 2


@pytest.mark.usefixtures("pool")
def test_the_link_leads_back_to_the_application(hotel: Hotel, visitor: Visitor) -> None:
    """With the state that it had at the sign-up; the browser forgets that then."""
    sign_up(visitor)

    follow(hotel, visitor)

    assert is_let_in(visitor)
    assert visitor.page.headers["location"].startswith(REDIRECT)
    assert visitor.location["state"] == "s3"
    assert "__Host-gateway-sign-up" not in visitor.client.cookies


@pytest.mark.usefixtures("pool")
def test_another_browser_is_not_let_in(hotel: Hotel, visitor: Visitor) -> None:
    """With a cookie that was copied neither: it is for the browser that it was made for."""
    there = Visitor(hotel)
    sign_up(there)
    copied = there.client.cookies["__Host-gateway-sign-up"]
    visitor.client.cookies.set("__Host-gateway-sign-up", copied)

    follow(hotel, visitor)

    assert not is_let_in(visitor)


@pytest.mark.usefixtures("pool")
def test_after_a_while_the_person_signs_in(hotel: Hotel, visitor: Visitor) -> None:
    sign_up(visitor)
    hotel.house.pass_time(LIFETIME)

    follow(hotel, visitor)

    assert not is_let_in(visitor)


def test_somebody_elses_link_lets_nobody_in(
    hotel: Hotel, pool: Pool, visitor: Visitor
) -> None:
    """Though it leads to the name that was signed up here."""
    sign_up(visitor)
    sub = hotel.house.mailbox.messages[0].sub
    hotel.people.standings.delete(pool, hotel.house.user(pool, sub).username)
    sign_up(Visitor(hotel))

    follow(hotel, visitor)

    assert not is_let_in(visitor)


def test_a_link_for_another_client_lets_nobody_in(
    hotel: Hotel, pool: Pool, visitor: Visitor
) -> None:
    """What the one had asked for is none of the other's business."""
    sign_up(visitor)
    other = hotel.house.client(pool, id="2" * 26, redirect_uris=(REDIRECT,))
    hotel.places[other.id] = type(hotel.places[CLIENT_ID])(pool, other)

    follow(hotel, visitor, client_id=other.id)

    assert not is_let_in(visitor)


@pytest.mark.usefixtures("pool")
def test_a_request_too_long_for_a_cookie_is_not_kept(
    hotel: Hotel, visitor: Visitor
) -> None:
    """A browser would throw the cookie away without a word."""
    sign_up(visitor, nonce="n" * 4000)
    assert "__Host-gateway-sign-up" not in visitor.client.cookies

    follow(hotel, visitor)

    assert not is_let_in(visitor)


@pytest.mark.usefixtures("pool")
def test_the_language_of_the_link_is_spoken_on(hotel: Hotel, visitor: Visitor) -> None:
    """Whoever comes by themselves lands at their account."""
    visitor.goto("/signup", {"client_id": CLIENT_ID})
    visitor.send(username=NAME, password=PASSWORD)
    link = {
        "client_id": CLIENT_ID,
        "user_name": NAME,
        "confirmation_code": hotel.house.mailbox.code,
        "lang": "de",
    }

    visitor.follow(f"/confirmUser?{urlencode(link)}")
    visitor.send()

    assert visitor.heading == "Ihr Profil"
