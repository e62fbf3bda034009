"""Rings of keys, on each database."""

import pytest

from gateway.model.errors import StorageError
from gateway.storage.database import Database
from gateway.storage.pools.key_rings import PoolKeyRings, StoredRing
from tests.storage.pool_rows import OTHERS, PEOPLE, add_pools


def test_the_first_ring_stays(database: Database) -> None:
    """Whoever comes second finds it."""
    add_pools(database)
    with database.writing() as connection:
        rings = PoolKeyRings(connection)
        assert rings.find(PEOPLE, "id") is None

        assert rings.begin(PEOPLE, "id", "one") == StoredRing("one", 1)
        assert rings.begin(PEOPLE, "id", "two") == StoredRing("one", 1)
        assert rings.begin(PEOPLE, "access", "two") == StoredRing("two", 1)
        assert rings.begin(OTHERS, "id", "two") == StoredRing("two", 1)


def test_a_ring_changes_for_whoever_knew_it(database: Database) -> None:
    """Whoever knew an older one finds the new one instead."""
    add_pools(database)
    with database.writing() as connection:
        rings = PoolKeyRings(connection)
        rings.begin(PEOPLE, "id", "one")

        assert rings.change(PEOPLE, "id", "two", before=1) == StoredRing("two", 2)
        assert rings.change(PEOPLE, "id", "three", before=1) == StoredRing("two", 2)
        assert rings.find(PEOPLE, "id") == StoredRing("two", 2)


def test_a_ring_of_no_pool_is_not_kept(database: Database) -> None:
    with pytest.raises(StorageError), database.writing() as connection:
        PoolKeyRings(connection).begin(PEOPLE, "id", "one")
    with pytest.raises(StorageError), database.writing() as connection:
        PoolKeyRings(connection).change(PEOPLE, "id", "one", before=1)


def test_keys_are_not_printed() -> None:
    assert "one" not in repr(StoredRing("one", 1))
