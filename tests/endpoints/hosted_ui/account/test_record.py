"""Everything that is kept of a person."""

import json

import pytest

from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.pools.users import Users
from tests.endpoints.hosted_ui.visitor import Hotel, Visitor


@pytest.fixture
def room(inside: Visitor) -> Visitor:
    inside.goto("/account/data", {})
    return inside


def test_a_person_takes_it_along(ana: User, room: Visitor) -> None:
    """Without anything that proves them."""
    room.send(number=1)

    assert "attachment" in room.page.headers["content-disposition"]
    assert room.page.headers["cache-control"] == "no-store"
    record = json.loads(room.page.text)
    assert record["sub"] == ana.sub
    assert record["attributes"]["email"] == "ana@example.com"
    assert len(record["sign_ins"]) == 1
    assert "hash" not in room.page.text
    assert "argon2" not in room.page.text


def test_a_person_is_deleted(
    hotel: Hotel, pool: Pool, ana: User, room: Visitor
) -> None:
    """Once they are sure; and then everything is over."""
    room.send(number=2)
    assert set(room.faults) == {"sure"}
    assert hotel.house.user(pool, ana.sub) == ana

    room.send(sure="yes", number=2)

    assert room.heading == "Your account is deleted"
    assert room.signed_in is None
    found = hotel.house.read(lambda c: Users(c).find(pool.id, ana.sub))
    assert found is None
    room.goto("/account", {})
    assert room.heading == "Sign in"
