"""Who may come into the account."""

import pytest

from gateway.endpoints.hosted_ui.account.door import FRESH
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor
from tests.pool.house import PASSWORD

ROOMS = [
    "/account",
    "/account/profile",
    "/account/password",
    "/account/security",
    "/account/authenticator",
    "/account/recovery-codes",
    "/account/passkeys",
    "/account/passkeys/new",
    "/account/sessions",
    "/account/sign-out",
    "/account/applications",
    "/account/data",
    "/account/data/download",
    "/account/data/delete",
]


@pytest.mark.parametrize("path", ROOMS)
def test_a_stranger_signs_in_first(hotel: Hotel, visitor: Visitor, path: str) -> None:
    """And then comes into the account."""
    person(hotel.house, hotel.open())

    visitor.goto(path, {"client_id": CLIENT_ID})

    assert visitor.heading == "Sign in"
    visitor.send(username="ana", password=PASSWORD)
    assert visitor.heading == "Your profile"


@pytest.mark.parametrize("path", ROOMS)
def test_each_room_is_a_page(inside: Visitor, path: str) -> None:
    """In both languages; the browser knows for which application."""
    for language in ("en", "de"):
        inside.goto(path, {"lang": language})

        assert inside.page.status_code == 200
        assert f'lang="{language}"' in inside.page.text
        assert "account." not in inside.text
        assert inside.page.headers["cache-control"] == "no-store"


def test_somebody_of_another_pool_stays_outside(hotel: Hotel, inside: Visitor) -> None:
    hotel.open(pool_id="us-east-1_Zb3dEfGh9", client_id="2" * 26)

    inside.goto("/account", {"client_id": "2" * 26})

    assert inside.heading == "Sign in"


def test_what_would_help_a_thief_needs_a_sign_in_of_just_now(
    hotel: Hotel, inside: Visitor
) -> None:
    """The last moment that is one, and the first that is none."""
    hotel.house.pass_time(FRESH)
    inside.goto("/account/passkeys/new", {})
    assert inside.heading == "Add a passkey"

    hotel.house.pass_time(FRESH / 100)
    inside.goto("/account/passkeys/new", {})

    assert inside.heading == "Sign in"
    assert "once more" in inside.text
    inside.send(username="ana", password=PASSWORD)
    inside.goto("/account/passkeys/new", {})
    assert inside.heading == "Add a passkey"


def test_a_form_of_another_site_changes_nothing(hotel: Hotel, inside: Visitor) -> None:
    """Though the browser sends its cookies along."""
    handle = inside.client.cookies["__Host-gateway-session"]
    for path in ("/account/sessions", "/account/data/delete", "/account/sign-out"):
        answer = inside.client.post(path, data={"everywhere": "1", "sure": "yes"})

        assert answer.status_code == 400
    assert hotel.house.oauth.sessions.find(handle) is not None


def test_nobody_knows_where_to_without_an_application(hotel: Hotel) -> None:
    hotel.open()
    visitor = Visitor(hotel)

    visitor.goto("/account", {})

    assert visitor.heading == "The link is incomplete"
