"""Sign-ins that are under way, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.pools.sessions import SignInSessions, StoredSession
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA = person(1)
SESSION = StoredSession(b"\1" * 32, PEOPLE, "client", ANA.sub, "sealed", NOON)
NOBODYS = replace(SESSION, digest=b"\2" * 32, sub=None)


@pytest.fixture
def people(database: Database) -> Database:
    """Return a database with Ana in it, and two sign-ins."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
        SignInSessions(connection).add(SESSION)
        SignInSessions(connection).add(NOBODYS)
    return database


def test_what_was_kept_is_found(people: Database) -> None:
    with people.reading() as connection:
        sessions = SignInSessions(connection)
        assert sessions.find(SESSION.digest) == SESSION
        assert sessions.find(NOBODYS.digest) == NOBODYS
        assert sessions.find(b"\3" * 32) is None


def test_tries_are_counted(people: Database) -> None:
    with people.writing() as connection:
        sessions = SignInSessions(connection)
        sessions.count_try(SESSION.digest)
        sessions.count_try(SESSION.digest)

        assert sessions.find(SESSION.digest) == replace(SESSION, tries=2)
        assert sessions.find(NOBODYS.digest) == NOBODYS


def test_what_is_removed_was_there_once(people: Database) -> None:
    with people.writing() as connection:
        sessions = SignInSessions(connection)
        assert sessions.remove(SESSION.digest)
        assert not sessions.remove(SESSION.digest)
        assert sessions.find(NOBODYS.digest) is not None


def test_all_of_a_person_are_removed_at_once(people: Database) -> None:
    """Those of nobody stay."""
    with people.writing() as connection:
        sessions = SignInSessions(connection)
        sessions.add(replace(SESSION, digest=b"\4" * 32))

        assert sessions.remove_of(PEOPLE, ANA.sub) == 2
        assert sessions.remove_of(PEOPLE, ANA.sub) == 0
        assert sessions.find(NOBODYS.digest) is not None


def test_old_ones_are_swept_out(people: Database) -> None:
    """Those whose time is over, to the moment."""
    with people.writing() as connection:
        sessions = SignInSessions(connection)
        later = replace(
            SESSION, digest=b"\5" * 32, expires_at=NOON + timedelta(seconds=1)
        )
        sessions.add(later)

        assert sessions.remove_expired(NOON) == 2
        assert sessions.find(later.digest) == later


def test_they_go_with_the_person(people: Database) -> None:
    with people.writing() as connection:
        Users(connection).remove(PEOPLE, ANA.sub)

        sessions = SignInSessions(connection)
        assert sessions.find(SESSION.digest) is None
        assert sessions.find(NOBODYS.digest) is not None


def test_they_are_not_printed() -> None:
    assert "sealed" not in repr(SESSION)
