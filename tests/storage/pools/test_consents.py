"""What people have consented to, on each database."""

from datetime import UTC, datetime

import pytest

from gateway.storage.database import Database
from gateway.storage.pools.consents import Consents, StoredConsent
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA, BOB = person(1), person(2)


@pytest.fixture
def people(database: Database) -> Database:
    """Return a database with Ana and Bob in it."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
        add(connection, BOB)
    return database


def test_a_consent_is_for_one_client_of_one_person(people: Database) -> None:
    """A new one takes the place of the one before."""
    with people.writing() as connection:
        consents = Consents(connection)
        consents.keep(PEOPLE, ANA.sub, StoredConsent("b", ("openid",), NOON))
        consents.keep(PEOPLE, ANA.sub, StoredConsent("a", ("openid",), NOON))
        latest = StoredConsent("a", ("email", "openid"), NOON)
        consents.keep(PEOPLE, ANA.sub, latest)

        assert consents.find(PEOPLE, ANA.sub, "a") == {"email", "openid"}
        assert consents.find(PEOPLE, ANA.sub, "c") == frozenset()
        assert consents.find(PEOPLE, BOB.sub, "a") == frozenset()
        assert consents.list(PEOPLE, ANA.sub) == [
            latest,
            StoredConsent("b", ("openid",), NOON),
        ]


def test_a_consent_can_be_taken_back(people: Database) -> None:
    with people.writing() as connection:
        consents = Consents(connection)
        consents.keep(PEOPLE, ANA.sub, StoredConsent("a", ("openid",), NOON))

        assert not consents.remove(PEOPLE, BOB.sub, "a")
        assert consents.remove(PEOPLE, ANA.sub, "a")
        assert not consents.remove(PEOPLE, ANA.sub, "a")
        assert consents.find(PEOPLE, ANA.sub, "a") == frozenset()
