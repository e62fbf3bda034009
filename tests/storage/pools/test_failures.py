"""Failed tries, on each database."""

from datetime import UTC, datetime, timedelta

from gateway.storage.database import Database
from gateway.storage.pools.failures import (
    EVERYWHERE,
    FailureKey,
    StoredFailures,
    UserFailures,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HERE = FailureKey("us-east-1_Ab3dEfGh9", "ana", "192.0.2.7")
EVERY = FailureKey("us-east-1_Ab3dEfGh9", "ana", EVERYWHERE)


def test_tries_are_kept_for_a_name_and_a_network(database: Database) -> None:
    """The last that was said counts; the name need not be anybody's."""
    with database.writing() as connection:
        kept = UserFailures(connection)
        assert kept.find(HERE) is None
        kept.keep(HERE, StoredFailures(1, NOON))
        kept.keep(HERE, StoredFailures(2, NOON, succeeded_at=NOON))
        kept.keep(EVERY, StoredFailures(7, NOON))

    with database.reading() as connection:
        kept = UserFailures(connection)
        assert kept.find(HERE) == StoredFailures(2, NOON, succeeded_at=NOON)
        assert kept.find(EVERY) == StoredFailures(7, NOON)


def test_what_is_old_is_forgotten(database: Database) -> None:
    """To the moment."""
    with database.writing() as connection:
        kept = UserFailures(connection)
        kept.keep(HERE, StoredFailures(1, NOON))
        kept.keep(EVERY, StoredFailures(1, NOON + timedelta(seconds=1)))

        assert kept.remove_before(NOON + timedelta(seconds=1)) == 1
        assert kept.find(HERE) is None
        assert kept.find(EVERY) is not None


def test_strangers_are_forgotten_and_others_are_not(database: Database) -> None:
    """From where somebody came in is worth knowing for longer."""
    with database.writing() as connection:
        kept = UserFailures(connection)
        kept.keep(HERE, StoredFailures(1, NOON, succeeded_at=NOON))
        kept.keep(EVERY, StoredFailures(1, NOON))

        assert kept.remove_strangers(NOON) == 0
        assert kept.remove_strangers(NOON + timedelta(seconds=1)) == 1
        assert kept.find(HERE) is not None
        assert kept.find(EVERY) is None
