"""Pools are made, changed and deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.errors import StorageError
from gateway.pool.errors import (
    InvalidParameterError,
    NameTakenError,
    NotAllowedError,
    PoolNotFoundError,
)
from gateway.pool.pools import POOL_TOPIC, Pools, is_pool_id
from gateway.pool.settings import Address, PoolSettings, SignInSettings
from gateway.storage.epochs import ChangeReader
from gateway.storage.errors import CursorError
from gateway.storage.pools.pools import StoredPool, StoredPools
from tests.pool.house import NOON, POOL_ID, House

PEOPLE = PoolSettings(name="people", tags={"team": "identity"})
OPEN = replace(PEOPLE, is_protected=False)
SECOND = timedelta(seconds=1)


def other_gateway(house: House) -> Pools:
    """Return the pools as another process sees them."""
    return Pools(
        database=house.database,
        cursors=house.cursors,
        clock=house.clock,
        region="eu-central-1",
        monotonic=house.monotonic,
    )


def test_a_pool_is_there_as_it_was_made(house: House) -> None:
    """For every gateway."""
    pool = house.pools.create(PEOPLE)

    assert pool.id.startswith("us-east-1_")
    assert len(pool.group) == 9
    assert is_pool_id(pool.id)
    assert pool.created_at == NOON
    assert house.pools.get(pool.id) == pool
    assert other_gateway(house).find(pool.id) == pool


@pytest.mark.parametrize(
    "pool_id",
    ["", "people", "local_x", "us-east-1_", "us-east-1_a b", "us-east-1_" + "a" * 10],
)
def test_an_id_has_the_form_that_clients_check(house: House, pool_id: str) -> None:
    """They cut a region out of it."""
    with pytest.raises(InvalidParameterError):
        house.pools.create(PEOPLE, pool_id=pool_id)
    assert house.pools.find(pool_id) is None


def test_an_id_belongs_to_one_pool(house: House) -> None:
    house.pools.create(PEOPLE, pool_id=POOL_ID)

    with pytest.raises(NameTakenError):
        house.pools.create(OPEN, pool_id=POOL_ID)

    assert house.pools.get(POOL_ID).settings == PEOPLE


def test_a_pool_with_flaws_is_not_made(house: House) -> None:
    with pytest.raises(InvalidParameterError):
        house.pools.create(PoolSettings(name=""), pool_id=POOL_ID)
    assert house.pools.find(POOL_ID) is None
    with pytest.raises(PoolNotFoundError):
        house.pools.get(POOL_ID)


def test_a_change_is_seen_here_at_once_and_elsewhere_within_a_second(
    house: House,
) -> None:
    """And nothing else of the pool changes by it."""
    others = other_gateway(house)
    pool = house.pool(PEOPLE)
    others.get(pool.id)
    house.pass_time(SECOND / 2)

    changed = house.pools.change(pool.id, lambda before: replace(before, name="new"))

    assert changed == replace(pool, settings=replace(PEOPLE, name="new"))
    assert house.pools.get(pool.id) == changed
    assert others.get(pool.id) == pool
    house.pass_time(SECOND / 2)
    assert others.get(pool.id) == changed


def test_a_change_that_cannot_be_is_refused(house: House) -> None:
    """For what a setting is, and for what people have already."""
    pool = house.pool(PEOPLE)
    by_address = SignInSettings(addresses=frozenset({Address.EMAIL}))

    for settings in (PoolSettings(name=""), replace(PEOPLE, sign_in=by_address)):
        with pytest.raises(InvalidParameterError):
            house.pools.change(pool.id, lambda _, new=settings: new)  # type: ignore[misc]  # a default binds the variable

    assert house.pools.get(pool.id) == pool
    with pytest.raises(PoolNotFoundError):
        house.pools.change("us-east-1_Nobody123", lambda before: before)


def test_a_protected_pool_stays(house: House) -> None:
    """Deleting takes everybody in it along, so it takes two steps."""
    pool = house.pool(PEOPLE)

    with pytest.raises(NotAllowedError):
        house.pools.delete(pool.id)
    house.pools.change(pool.id, lambda before: replace(before, is_protected=False))
    house.pools.delete(pool.id)

    assert house.pools.find(pool.id) is None
    with pytest.raises(PoolNotFoundError):
        house.pools.delete(pool.id)


def test_every_gateway_hears_of_a_change(house: House) -> None:
    """Those who have believed tokens of the pool, too."""
    pool = house.pool(OPEN)
    reader = ChangeReader(database=house.database)

    house.pools.change(pool.id, lambda before: replace(before, name="new"))
    assert reader.catch_up().keys == {POOL_TOPIC: {pool.id}}
    house.pools.delete(pool.id)
    assert reader.catch_up().keys == {POOL_TOPIC: {pool.id}}


def test_what_a_later_version_has_kept_is_no_fault_of_the_program(
    house: House,
) -> None:
    """A pool that cannot be read is away, and not half of one."""
    with house.database.writing() as connection:
        later = StoredPool(POOL_ID, {"name": "x", "mfa": {"mode": "NEW"}}, NOON, NOON)
        StoredPools(connection).add(later)

    with pytest.raises(StorageError):
        house.pools.find(POOL_ID)


def test_pools_are_listed_page_by_page(house: House) -> None:
    """In the order of their ids; a cursor is good for this list."""
    ids = [f"us-east-1_Pool0000{number}" for number in range(3)]
    for pool_id in reversed(ids):
        house.pools.create(PEOPLE, pool_id=pool_id)

    first = house.pools.list(limit=2)
    second = house.pools.list(cursor=first.next, limit=2)

    assert [pool.id for pool in (*first.entries, *second.entries)] == ids
    assert second.next is None
    with pytest.raises(CursorError):
        house.pools.list(cursor="made up")
    with pytest.raises(InvalidParameterError):
        house.pools.list(limit=0)
