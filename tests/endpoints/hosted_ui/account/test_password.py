"""Changing one's password."""

import pytest

from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor
from tests.pool.house import PASSWORD

NEW = "Another horse 2!"


@pytest.fixture
def room(inside: Visitor) -> Visitor:
    inside.goto("/account/password", {})
    return inside


def test_a_person_changes_it(hotel: Hotel, room: Visitor) -> None:
    room.send(old_password=PASSWORD, password=NEW, number=1)

    assert "Your password is changed." in room.text
    other = Visitor(hotel)
    other.goto("/login", {"client_id": CLIENT_ID})
    other.send(username="ana", password=NEW)
    assert other.signed_in is not None


def test_what_is_wrong_is_said_at_its_field(room: Visitor) -> None:
    room.send(number=1)
    assert set(room.faults) == {"password"}
    room.send(old_password="wrong", password=NEW, number=1)
    assert set(room.faults) == {"old_password"}
    room.send(old_password=PASSWORD, password="short", number=1)
    assert set(room.faults) == {"password"}
    assert "short" not in room.page.text.replace("too short", "")


def test_guesses_are_counted(room: Visitor) -> None:
    """Somebody at a browser that was left open."""
    for _ in range(7):
        room.send(old_password="wrong", password=NEW, number=1)

    assert room.page.status_code == 429
