"""Who is signed in with which browser, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.pools.browser_sessions import StoredSession, StoredSessions
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA, BOB = person(1), person(2)
SESSION = StoredSession("1", PEOPLE, ANA.sub, ("pwd",), NOON, NOON, "192.0.2.1", "B/1")
ONE, TWO, THREE = b"\1" * 32, b"\2" * 32, b"\3" * 32


@pytest.fixture
def people(database: Database) -> Database:
    """Return a database with Ana and Bob in it, and three sessions."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
        add(connection, BOB)
        sessions = StoredSessions(connection)
        sessions.add(ONE, SESSION)
        later = NOON + timedelta(seconds=1)
        sessions.add(TWO, replace(SESSION, id="2", expires_at=later))
        sessions.add(THREE, replace(SESSION, id="3", sub=BOB.sub, expires_at=later))
    return database


def test_a_session_is_found_and_removed(people: Database) -> None:
    with people.writing() as connection:
        sessions = StoredSessions(connection)
        assert sessions.find(ONE) == SESSION

        assert sessions.remove(ONE)
        assert not sessions.remove(ONE)
        assert sessions.find(ONE) is None
        assert sessions.find(TWO) is not None


def test_the_sessions_of_a_person_come_in_pages(people: Database) -> None:
    with people.reading() as connection:
        sessions = StoredSessions(connection)
        first = sessions.page(PEOPLE, ANA.sub, limit=1)
        second = sessions.page(PEOPLE, ANA.sub, after=first[0].id)

    assert [each.id for each in (*first, *second)] == ["1", "2"]


def test_a_person_ends_one_or_all(people: Database) -> None:
    """And none of somebody else's."""
    with people.writing() as connection:
        sessions = StoredSessions(connection)
        assert sessions.remove_of(PEOPLE, ANA.sub, "3") == 0
        assert sessions.remove_of(PEOPLE, ANA.sub, "1") == 1
        assert sessions.remove_of(PEOPLE, ANA.sub) == 1
        assert sessions.find(THREE) is not None


def test_what_is_over_is_swept_out(people: Database) -> None:
    """To the moment."""
    with people.writing() as connection:
        sessions = StoredSessions(connection)
        assert sessions.remove_expired(NOON) == 1
        assert sessions.find(ONE) is None
        assert sessions.find(TWO) is not None
