"""What people have had in an hour, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.storage.database import Database
from gateway.storage.pools.spending import Spending, SpendingKey, Spent

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HERE = SpendingKey("us-east-1_Ab3dEfGh9", "ana", "forgot", "192.0.2.7")
OTHERS = (
    replace(HERE, network=""),
    replace(HERE, what="resend"),
    replace(HERE, whose="bob"),
    replace(HERE, pool_id="us-east-1_Others999"),
)


def test_each_thing_is_counted_by_itself(database: Database) -> None:
    """For each person, pool and network."""
    with database.writing() as connection:
        spending = Spending(connection)
        spending.keep(HERE, Spent(1, NOON))
        spending.keep(HERE, Spent(2, NOON))

        assert spending.find(HERE) == Spent(2, NOON)
        assert not any(map(spending.find, OTHERS))
        spending.keep(OTHERS[0], Spent(5, NOON))
        spending.remove(HERE)
        assert spending.find(HERE) is None
        assert spending.find(OTHERS[0]) == Spent(5, NOON)


def test_what_is_old_is_forgotten(database: Database) -> None:
    """To the moment."""
    with database.writing() as connection:
        spending = Spending(connection)
        spending.keep(HERE, Spent(1, NOON))
        spending.keep(OTHERS[0], Spent(1, NOON + timedelta(seconds=1)))

        assert spending.remove_before(NOON + timedelta(seconds=1)) == 1
        assert spending.find(HERE) is None
        assert spending.find(OTHERS[0]) is not None
