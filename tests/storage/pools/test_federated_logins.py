"""Who of a provider is who of a pool, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import OTHERS, PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ADA, BEN = person(1), person(2)
GOOGLE = Login(PEOPLE, "google", "123", ADA.sub, NOON)
CORP = replace(GOOGLE, provider="corp", claims="sealed words", last_at=NOON)


@pytest.fixture
def filled(database: Database) -> Database:
    add_pools(database)
    with database.writing() as connection:
        add(connection, ADA, "ada")
        add(connection, BEN, "ben")
        logins = FederatedLogins(connection)
        for login in (GOOGLE, CORP):
            logins.add(login)
    return database


def test_a_login_is_found_by_all_three_and_by_its_person(filled: Database) -> None:
    with filled.reading() as connection:
        logins = FederatedLogins(connection)

        assert logins.find(PEOPLE, "google", "123") == GOOGLE
        assert logins.find(OTHERS, "google", "123") is None
        assert logins.find(PEOPLE, "corp", "124") is None
        assert logins.of_person(PEOPLE, ADA.sub) == [CORP, GOOGLE]
        assert logins.of_person(PEOPLE, BEN.sub) == []
    assert "sealed words" not in repr(CORP)


def test_nobody_of_a_provider_is_two_people(filled: Database) -> None:
    """The key settles it, also between two first sign-ins at once."""
    with pytest.raises(DuplicateError), filled.writing() as connection:
        FederatedLogins(connection).add(replace(GOOGLE, sub=BEN.sub))


def test_a_sign_in_changes_what_was_said_and_not_who_it_is(filled: Database) -> None:
    later = replace(GOOGLE, last_at=NOON + timedelta(days=1), claims="others")
    with filled.writing() as connection:
        logins = FederatedLogins(connection)

        assert logins.touch(replace(later, sub=BEN.sub))
        assert not logins.touch(replace(later, subject="124"))
        assert logins.find(PEOPLE, "google", "123") == later


def test_a_login_that_is_removed_leads_to_nobody(filled: Database) -> None:
    with filled.writing() as connection:
        logins = FederatedLogins(connection)

        assert logins.remove(PEOPLE, "google", "123")
        assert not logins.remove(PEOPLE, "google", "123")
        assert logins.of_person(PEOPLE, ADA.sub) == [CORP]


def test_logins_go_with_their_person(filled: Database) -> None:
    """A provider's person who comes again then is somebody new."""
    with filled.writing() as connection:
        Users(connection).remove(PEOPLE, ADA.sub)

        assert FederatedLogins(connection).find(PEOPLE, "corp", "123") is None
