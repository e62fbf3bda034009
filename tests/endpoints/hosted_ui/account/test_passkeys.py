"""Passkeys: made, named, removed."""

import json
import re
from html import unescape

import pytest

from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.pools.passkeys import Passkey
from tests.endpoints.hosted_ui.visitor import ORIGIN, Hotel, Visitor
from tests.pool.factors.authenticator import Authenticator

_OPTIONS = re.compile(r'data-options="([^"]*)"')
PHONE = Authenticator(host="id.example.com", origin=ORIGIN)


def kept(hotel: Hotel, pool: Pool, user: User) -> list[Passkey]:
    return list(hotel.factors.own_passkeys.list(pool, user))


def make(visitor: Visitor, name: str = "") -> None:
    """Have the browser make a passkey."""
    visitor.goto("/account/passkeys/new", {})
    match = _OPTIONS.search(visitor.page.text)
    assert match is not None
    credential = PHONE.make(unescape(match[1]))
    visitor.send(credential=json.dumps(credential), passkey_name=name, number=1)


@pytest.fixture
def room(inside: Visitor) -> Visitor:
    make(inside, "My phone")
    assert inside.heading == "Passkeys"
    return inside


def test_a_passkey_is_made(hotel: Hotel, pool: Pool, ana: User, room: Visitor) -> None:
    assert "Your passkey is ready" in room.text
    assert "My phone" in room.text
    assert "Added 4 May 2026" in room.text
    assert len(kept(hotel, pool, ana)) == 1


def test_it_is_named_and_removed(
    hotel: Hotel, pool: Pool, ana: User, room: Visitor
) -> None:
    room.send(passkey_name="The blue one", rename="1", number=1)
    assert "The blue one" in room.text
    room.send(passkey_name="x" * 200, rename="1", number=1)
    assert room.page.status_code == 400
    assert kept(hotel, pool, ana)[0].name == "The blue one"

    room.send(remove="1", number=1)

    assert kept(hotel, pool, ana) == []
    assert "no passkeys yet" in room.text


def test_what_no_authenticator_says_is_not_taken(
    hotel: Hotel, pool: Pool, ana: User, inside: Visitor
) -> None:
    inside.goto("/account/passkeys/new", {})
    for credential in ("", "{}", "nonsense"):
        inside.send(credential=credential, number=1)
        assert inside.page.status_code == 400
        assert inside.heading == "Add a passkey"
    assert kept(hotel, pool, ana) == []


def test_without_a_script_the_page_says_so(inside: Visitor) -> None:
    """And shows no button that would do nothing."""
    inside.goto("/account/passkeys/new", {})

    assert "need a browser that supports them" in inside.text
    assert 'data-when="possible" hidden' in inside.page.text
