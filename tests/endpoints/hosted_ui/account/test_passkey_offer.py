"""A passkey, offered between the sign-in and the application."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest

from gateway.endpoints.hosted_ui.account.door import FRESH
from gateway.endpoints.hosted_ui.flows.arrival import Arrival
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.user import User, UserStatus
from gateway.pool.pool import Pool
from gateway.pool.sign_in.values import SignedIn
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import (
    CLIENT_ID,
    ORIGIN,
    QUERY,
    REDIRECT,
    Hotel,
    Visitor,
)
from tests.pool.factors.authenticator import Authenticator
from tests.pool.house import PASSWORD

_OPTIONS = re.compile(r'data-options="([^"]*)"')
PHONE = Authenticator(host="id.example.com", origin=ORIGIN)
OFFER = "Sign in faster next time"
OFFERED = "__Host-gateway-passkey-offer"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36"


class Nothing:
    """Nothing waits for whoever signs in."""

    def bind(self, signed_in: SignedIn, session_id: str) -> None:
        pass

    def complete(self, visit: Visit, place: Place, user: User) -> Visit:
        return visit


@pytest.fixture
def offered(ana: User, visitor: Visitor) -> Visitor:
    """Ana's browser, right after a sign-in for an application."""
    visitor.client.headers["user-agent"] = CHROME
    sign_in(visitor, login_hint=ana.username)
    assert visitor.heading == OFFER
    return visitor


def sign_in(visitor: Visitor, **query: str) -> None:
    visitor.goto("/login", {**QUERY, **query})
    visitor.send(username="ana", password=PASSWORD)


def credential(visitor: Visitor) -> str:
    match = _OPTIONS.search(visitor.page.text)
    assert match is not None
    return json.dumps(PHONE.make(unescape(match[1])))


def is_back(visitor: Visitor) -> bool:
    location: str = visitor.page.headers.get("location", "")
    return location.startswith(REDIRECT) and visitor.location["state"] == "s3"


def test_who_takes_it_goes_on_with_a_passkey(
    hotel: Hotel, pool: Pool, ana: User, offered: Visitor
) -> None:
    """Called by the browser it was made in; it is not offered to them again."""
    offered.send(credential=credential(offered))

    assert is_back(offered)
    (passkey,) = hotel.factors.own_passkeys.list(pool, ana)
    assert passkey.name == "Chrome, Linux"
    other = Visitor(hotel)
    sign_in(other)
    assert is_back(other)


def test_who_does_not_is_not_asked_at_each_sign_in(
    hotel: Hotel, pool: Pool, ana: User, offered: Visitor
) -> None:
    """But in another browser once more."""
    offered.send(later="1", number=1)

    assert is_back(offered)
    assert hotel.factors.own_passkeys.list(pool, ana) == []
    sign_in(offered, prompt="login")
    assert is_back(offered)
    other = Visitor(hotel)
    sign_in(other)
    assert other.heading == OFFER


@pytest.mark.usefixtures("ana")
def test_who_asked_for_a_sign_in_gets_back_after_it(visitor: Visitor) -> None:
    """`prompt=login` was obeyed: the offer does not lead to a second sign-in."""
    sign_in(visitor, prompt="login")

    visitor.send(later="1", number=1)

    assert is_back(visitor)


@pytest.mark.parametrize("answer", ["", "{}", "nonsense"])
def test_what_no_authenticator_says_is_not_taken(
    hotel: Hotel, pool: Pool, ana: User, offered: Visitor, answer: str
) -> None:
    offered.send(credential=answer)

    assert offered.page.status_code == 400
    assert offered.heading == OFFER
    assert hotel.factors.own_passkeys.list(pool, ana) == []


@pytest.mark.usefixtures("ana")
def test_an_application_may_link_to_it(visitor: Visitor) -> None:
    """Whoever is not signed in does that first, and comes back, offered before or not."""
    visitor.client.cookies.set(OFFERED, "1")
    visitor.goto("/passkeys/add")
    assert visitor.heading == "Sign in"

    visitor.send(username="ana", password=PASSWORD)

    assert visitor.heading == OFFER
    visitor.send(later="1", number=1)
    assert is_back(visitor)


def test_a_sign_in_of_this_morning_is_not_enough(
    hotel: Hotel, offered: Visitor
) -> None:
    """A browser that was left open makes no passkey for a passer-by."""
    hotel.house.pass_time(FRESH + timedelta(seconds=1))
    offered.goto("/passkeys/add")
    assert offered.heading == "Sign in"

    offered.send(username="ana", password=PASSWORD)

    assert offered.heading == OFFER


def test_a_pool_without_passkeys_offers_none(hotel: Hotel, visitor: Visitor) -> None:
    """Nor to whoever asks for it in the address."""
    person(hotel.house, hotel.open())

    sign_in(visitor, then="/passkeys/add")
    assert is_back(visitor)
    visitor.goto("/passkeys/add")

    assert visitor.page.status_code == 400
    assert visitor.heading == "That is not possible here"


@pytest.mark.usefixtures("ana")
def test_who_is_at_a_devices_code_wants_to_get_on(visitor: Visitor) -> None:
    visitor.goto("/login", {"client_id": QUERY["client_id"], "user_code": "WDJB-MJHT"})
    visitor.send(username="ana", password=PASSWORD)

    assert visitor.heading != OFFER


def test_who_signs_in_elsewhere_is_offered_none(hotel: Hotel, pool: Pool) -> None:
    """A passkey of ours would be a way round the other provider's no."""
    user = person(hotel.house, pool, status=UserStatus.EXTERNAL_PROVIDER)
    signed_in = SignedIn(user, CLIENT_ID, hotel.house.now, ("pwd",), "o")
    visit = Visit("GET", "/login", query=QUERY)
    arrival = Arrival(
        site=hotel.site,
        sessions=hotel.house.oauth.sessions,
        authorizations=hotel.house.oauth.authorizations,
        connecting=Nothing(),
        own_passkeys=hotel.factors.own_passkeys,
        clock=hotel.house.clock,
    )

    response = arrival.after(visit, hotel.places[CLIENT_ID], signed_in)

    assert response.headers["location"].startswith(REDIRECT)
