"""Where somebody is signed in."""

import pytest

from gateway.model.user import User
from gateway.pool.pool import Pool
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor
from tests.pool.house import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def elsewhere(hotel: Hotel, ana: User) -> Visitor:
    """Another browser of Ana's."""
    other = Visitor(hotel)
    other.client.headers["user-agent"] = FIREFOX
    other.goto("/login", {"client_id": CLIENT_ID})
    other.send(username=ana.username, password=PASSWORD)
    return other


@pytest.fixture
def room(inside: Visitor, elsewhere: Visitor) -> Visitor:
    assert elsewhere.signed_in is not None
    inside.goto("/account/sessions", {})
    return inside


def test_a_person_sees_their_browsers(room: Visitor) -> None:
    assert "Firefox, Linux" in room.text
    assert "A browser" in room.text
    assert "This browser" in room.text
    assert "from 192.0.2.1" in room.text


def test_one_is_signed_out(
    hotel: Hotel, ana: User, room: Visitor, elsewhere: Visitor
) -> None:
    """And nobody else's by its name."""
    other = next(
        each
        for each in hotel.house.oauth.sessions.list(ana)
        if each.user_agent == FIREFOX
    )

    room.send(session="nobody's", number=1)
    assert hotel.house.oauth.sessions.list(ana).index(other) >= 0
    room.send(session=other.id, number=1)

    assert elsewhere.signed_in is None
    assert room.signed_in is not None
    assert "Firefox" not in room.text


def test_all_are_signed_out(
    hotel: Hotel, pool: Pool, ana: User, room: Visitor, elsewhere: Visitor
) -> None:
    """Tokens too, by the time of it."""
    room.send(everywhere="1", number=1)

    assert room.heading == "Sign in"
    assert "You are signed out." in room.text
    assert room.signed_in is None
    assert elsewhere.signed_in is None
    assert hotel.house.user(pool, ana.sub).signed_out_at == hotel.house.now


def test_this_one_is_signed_out(room: Visitor, elsewhere: Visitor) -> None:
    room.send(number=0)

    assert room.signed_in is None
    assert elsewhere.signed_in is not None


def test_a_device_that_nobody_has_cannot_be_forgotten(room: Visitor) -> None:
    room.send(device="us-east-1_x", number=1)

    assert room.page.status_code == 400
