"""Rows of pools, on each database."""

from datetime import timedelta

import pytest

from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.failures import FailureKey, StoredFailures, UserFailures
from gateway.storage.pools.pools import StoredPool, StoredPools
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import NOON, OTHERS, PEOPLE, add, add_pools, person

LATER = NOON + timedelta(hours=1)
POOL = StoredPool("us-east-1_New000000", {"name": "new"}, NOON, NOON)
CURSORS = Cursors(secret=bytes(32))


def test_a_pool_comes_back_as_it_was_kept(database: Database) -> None:
    with database.writing() as connection:
        pools = StoredPools(connection)
        pools.add(POOL)
        assert pools.find(POOL.id) == POOL
        pools.change(POOL.id, {"name": "changed"}, LATER)

    with database.reading() as connection:
        assert StoredPools(connection).find(POOL.id) == StoredPool(
            POOL.id, {"name": "changed"}, NOON, LATER
        )
        assert StoredPools(connection).find("nothing") is None
    with pytest.raises(DuplicateError), database.writing() as connection:
        StoredPools(connection).add(POOL)


def test_a_pool_goes_with_everything_in_it(database: Database) -> None:
    """Counted tries too, which no key leads to; others' stay."""
    add_pools(database)
    keys = [FailureKey(pool_id, "ana", "*") for pool_id in (PEOPLE, OTHERS)]
    with database.writing() as connection:
        add(connection, person(1), "user1")
        for key in keys:
            UserFailures(connection).keep(key, StoredFailures(1, NOON))

        assert StoredPools(connection).remove(PEOPLE)
        assert not StoredPools(connection).remove(PEOPLE)

        assert Users(connection).count(PEOPLE) == 0
        left = [UserFailures(connection).find(key) for key in keys]
    assert left == [None, StoredFailures(1, NOON)]


def test_pages_are_in_the_order_of_ids(database: Database) -> None:
    add_pools(database)
    with database.reading() as connection:
        pools = StoredPools(connection)
        first, cursor = pools.page(CURSORS, cursor=None, limit=1)
        second, end = pools.page(CURSORS, cursor=cursor, limit=1)

    assert [pool.id for pool in (*first, *second)] == [PEOPLE, OTHERS]
    assert end is None
