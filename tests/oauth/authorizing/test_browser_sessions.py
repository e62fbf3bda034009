"""Who is signed in at the pages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.user import User
from gateway.oauth.authorizing.browser_sessions import LIFETIME, BrowserSessions
from gateway.storage.pools.users import Users
from tests.oauth.house import NOON, OAuthHouse


@pytest.fixture
def sessions(house: OAuthHouse) -> BrowserSessions:
    return house.oauth.sessions


def create(sessions: BrowserSessions, user: User, **changed: str) -> str:
    return sessions.create(user, authenticated_at=NOON, amr=("pwd",), **changed)


def test_a_cookie_says_who_has_signed_in(sessions: BrowserSessions, ana: User) -> None:
    """When, how, and from where."""
    handle = create(sessions, ana, address="192.0.2.1", user_agent="Browser/1")

    session = sessions.find(handle)

    assert session is not None
    assert session.user == ana
    assert (session.authenticated_at, session.amr) == (NOON, ("pwd",))
    assert (session.address, session.user_agent) == ("192.0.2.1", "Browser/1")
    assert handle not in repr(session)
    assert session.id != handle


def test_each_sign_in_has_a_session_of_its_own(
    sessions: BrowserSessions, ana: User
) -> None:
    """Nobody can be made to use one that somebody else knows."""
    assert create(sessions, ana) != create(sessions, ana)


def test_it_is_good_for_an_hour(
    house: OAuthHouse, sessions: BrowserSessions, ana: User
) -> None:
    handle = create(sessions, ana)

    house.pass_time(LIFETIME - timedelta(seconds=1))
    assert sessions.find(handle)
    house.pass_time(timedelta(seconds=1))
    assert sessions.find(handle) is None
    assert sessions.list(ana) == []
    with house.database.writing() as connection:
        assert sessions.sweep(connection, house.now) == 1
    assert timedelta(hours=1) == LIFETIME


@pytest.mark.parametrize("handle", ["", "made-up", "x" * 10_000, "\ud800"])
def test_whatever_else_stands_in_the_cookie_is_nobody(
    sessions: BrowserSessions, handle: str
) -> None:
    assert sessions.find(handle) is None
    sessions.end(handle)


def test_long_descriptions_are_cut_off(sessions: BrowserSessions, ana: User) -> None:
    handle = create(sessions, ana, address="a" * 100, user_agent="b" * 1000)

    session = sessions.find(handle)

    assert session is not None
    assert (len(session.address), len(session.user_agent)) == (64, 256)


def test_it_can_be_ended_in_three_ways(sessions: BrowserSessions, ana: User) -> None:
    """By its cookie, by its name in the list, and with all others."""
    first, second = create(sessions, ana), create(sessions, ana)
    third = create(sessions, ana)
    sessions.end(first)
    assert sessions.find(first) is None

    found = sessions.find(second)
    assert found is not None
    assert sessions.end_one(ana, found.id)
    assert not sessions.end_one(ana, found.id)
    assert sessions.find(second) is None

    assert sessions.end_all(ana) == 1
    assert sessions.find(third) is None


def test_nobody_ends_the_session_of_somebody_else(
    house: OAuthHouse, sessions: BrowserSessions, ana: User
) -> None:
    handle = create(sessions, ana)
    found = sessions.find(handle)
    bob = house.person(house.pools.get(ana.pool_id), "bob")
    assert found is not None

    assert not sessions.end_one(bob, found.id)
    assert sessions.end_all(bob) == 0
    assert sessions.find(handle)


def test_the_list_begins_with_the_latest(sessions: BrowserSessions, ana: User) -> None:
    for minutes in (1, 3, 2):
        at = NOON + timedelta(minutes=minutes)
        sessions.create(ana, authenticated_at=at, amr=())

    found = [each.authenticated_at.minute for each in sessions.list(ana)]

    assert found == [3, 2, 1]


def test_whoever_is_disabled_or_signed_out_has_none(
    house: OAuthHouse, sessions: BrowserSessions, ana: User
) -> None:
    """A sign-in after it counts again."""
    handle = create(sessions, ana)
    for changed in (replace(ana, enabled=False), replace(ana, signed_out_at=NOON)):
        with house.database.writing() as connection:
            Users(connection).change(changed, search={"by_username": "ana"})

        assert sessions.find(handle) is None
        assert sessions.list(changed) == []

    later = sessions.create(
        ana, authenticated_at=NOON + timedelta(seconds=1), amr=("pwd",)
    )
    assert sessions.find(later)
    with house.database.writing() as connection:
        Users(connection).remove(ana.pool_id, ana.sub)
    assert sessions.find(later) is None
