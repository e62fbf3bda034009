"""With which providers somebody signs in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.endpoints.hosted_ui.place import Place
from gateway.federation.linking.links import Source
from gateway.model.user import User
from gateway.storage.pools.federated_logins import FederatedLogins
from gateway.storage.pools.users import Users
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor
from tests.federation.house import (
    ANA,
    MadeUpParty,
    links_of,
    login_provider,
    use,
)

BACK = "/oauth2/idpresponse"
ROOM = "/account/sign-ins"


@pytest.fixture
def party(hotel: Hotel, ana: User) -> MadeUpParty:
    """A provider that people may connect with."""
    assert ana.username == "ana"
    place = hotel.places[CLIENT_ID]
    hotel.places[CLIENT_ID] = Place(place.pool, replace(place.client, providers=None))
    party = MadeUpParty()
    use(hotel.federation, login_provider(party, link={"policy": "confirm"}))
    return party


def leads_to(hotel: Hotel, pool_id: str, subject: str = "123") -> str | None:
    with hotel.house.database.reading() as connection:
        found = FederatedLogins(connection).find(pool_id, "corp", subject)
    return found.sub if found else None


def leave(visitor: Visitor, party: MadeUpParty) -> str:
    """Press the button; return the state that the browser leaves with."""
    visitor.goto(ROOM, {})
    visitor.send(connect="corp", number=1)
    assert "https://corp.example/authorize?state=" in visitor.page.text
    assert party.begun[-1].force
    return party.begun[-1].state


def connect(visitor: Visitor, party: MadeUpParty) -> None:
    visitor.follow(f"{BACK}?state={leave(visitor, party)}&code=c0de")


def test_a_login_is_connected_and_disconnected(
    hotel: Hotel, inside: Visitor, party: MadeUpParty, ana: User
) -> None:
    inside.goto(ROOM, {})
    assert "No other sign-in is connected" in inside.text

    connect(inside, party)

    assert "is connected with your account" in inside.text
    assert "Connected on 4 May 2026" in inside.text
    assert leads_to(hotel, ana.pool_id) == ana.sub

    inside.send(number=1)

    assert "No other sign-in is connected" in inside.text
    assert leads_to(hotel, ana.pool_id) is None


def test_what_is_changed_wants_a_sign_in_of_just_now(
    hotel: Hotel, inside: Visitor, party: MadeUpParty
) -> None:
    """A browser that was left open lets nobody else into the account."""
    inside.goto(ROOM, {})
    page = inside.page
    hotel.house.now += timedelta(minutes=16)
    inside.page = page

    inside.send(connect="corp", number=1)

    assert not party.begun
    assert "sign in once more" in inside.text


def test_whoever_came_with_it_before_becomes_one_with_them(
    hotel: Hotel, inside: Visitor, party: MadeUpParty, ana: User
) -> None:
    """Both were proven in one browser; the other profile is gone."""
    other = Visitor(hotel)
    other.goto("/login", {"client_id": CLIENT_ID, "identity_provider": "corp"})
    other.follow(f"{BACK}?state={party.begun[-1].state}&code=c0de")
    # Their address is that of nobody here: they are somebody of their own.
    before = leads_to(hotel, ana.pool_id)
    assert before not in {None, ana.sub}

    connect(inside, party)

    assert leads_to(hotel, ana.pool_id) == ana.sub
    with hotel.house.database.reading() as connection:
        assert Users(connection).find(ana.pool_id, str(before)) is None
    assert other.signed_in is None


def test_the_login_of_somebody_with_a_password_stays_theirs(
    hotel: Hotel, inside: Visitor, party: MadeUpParty, ana: User
) -> None:
    pool = hotel.places[CLIENT_ID].pool
    bob = hotel.house.person(pool, "bob")
    links = links_of(hotel.tools, hotel.federation.providers)
    links.link(pool, bob.sub, Source("corp", "123"))

    connect(inside, party)

    assert inside.heading == "This sign-in belongs to another account"
    assert leads_to(hotel, ana.pool_id) == bob.sub


def test_who_has_left_is_signed_out_meanwhile_and_nothing_is_connected(
    hotel: Hotel, inside: Visitor, party: MadeUpParty, ana: User
) -> None:
    state = leave(inside, party)
    hotel.house.oauth.sessions.end_all(ana)

    inside.follow(f"{BACK}?state={state}&code=c0de")

    assert inside.page.status_code == 400
    assert leads_to(hotel, ana.pool_id) is None


def test_only_what_is_offered_is_connected(
    hotel: Hotel, inside: Visitor, party: MadeUpParty
) -> None:
    """A provider whose file says `never` or `admin` is none of people's own business."""
    inside.goto(ROOM, {})
    page = inside.page
    for policy in ("never", "admin"):
        use(hotel.federation, login_provider(party, link={"policy": policy}))
        inside.goto(ROOM, {})
        assert "Connect Corp" not in inside.text
        inside.page = page

        inside.send(connect="corp", number=1)

        assert inside.page.status_code == 400
    assert not party.begun


def test_the_only_way_in_stays(
    hotel: Hotel, visitor: Visitor, party: MadeUpParty, ana: User
) -> None:
    """And whoever has it has no password to change."""
    party.claims = {**ANA, "email": "new@corp.example"}
    visitor.goto("/login", {"client_id": CLIENT_ID, "identity_provider": "corp"})
    visitor.follow(f"{BACK}?state={party.begun[-1].state}&code=c0de")
    visitor.goto(ROOM, {})
    assert "Your only way in" in visitor.text
    assert "/account/password" not in visitor.page.text

    token = visitor.token
    visitor._arrive(
        visitor.client.post(
            ROOM, data={"csrf": token, "provider": "corp", "subject": "123"}
        )
    )

    assert "Connect another one first" in visitor.text
    assert leads_to(hotel, ana.pool_id) is not None
    visitor.page = visitor.client.post(
        ROOM, data={"csrf": visitor.token, "provider": "corp", "subject": "nobody"}
    )
    assert visitor.page.status_code == 303
