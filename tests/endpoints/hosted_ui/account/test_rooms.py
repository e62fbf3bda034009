"""The way between the rooms."""

import re
from dataclasses import replace

from gateway.model.user import UserStatus
from gateway.pool.names import search_of
from gateway.storage.pools.users import Users
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor
from tests.pool.house import PASSWORD


def menu(visitor: Visitor) -> list[str]:
    nav = visitor.page.text.partition("<nav")[2].partition("</nav>")[0]
    return re.findall(r'href="(/account[^"?]*)', nav)


def test_the_menu_shows_what_the_pool_has(inside: Visitor) -> None:
    assert menu(inside) == [
        "/account",
        "/account/password",
        "/account/security",
        "/account/passkeys",
        "/account/sessions",
        "/account/applications",
        "/account/data",
    ]
    assert 'aria-current="page"' in inside.page.text


def test_what_the_pool_has_not_is_not_linked(hotel: Hotel, visitor: Visitor) -> None:
    person(hotel.house, hotel.open())
    visitor.goto("/login", {"client_id": CLIENT_ID})
    visitor.send(username="ana", password=PASSWORD)

    assert menu(visitor) == [
        "/account",
        "/account/password",
        "/account/sessions",
        "/account/applications",
        "/account/data",
    ]


def test_who_signs_in_elsewhere_has_no_rooms_for_ways_in(
    hotel: Hotel, inside: Visitor
) -> None:
    """A passkey or a second factor of ours would prove nothing."""
    user = inside.signed_in
    assert user is not None
    pool = hotel.places[CLIENT_ID].pool
    external = replace(user, status=UserStatus.EXTERNAL_PROVIDER)
    search = search_of(external, pool.settings.sign_in)
    hotel.house.database.write(lambda c: Users(c).change(external, search=search))

    inside.goto("/account", {"client_id": CLIENT_ID})

    assert menu(inside) == [
        "/account",
        "/account/sessions",
        "/account/applications",
        "/account/data",
    ]
