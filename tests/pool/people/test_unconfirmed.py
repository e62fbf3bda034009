"""People who never confirm."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from gateway.model.user import UserStatus
from gateway.pool.people import unconfirmed
from gateway.pool.people.unconfirmed import Unconfirmed
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings, SignUpSettings
from gateway.storage.pools.tables import POOL_USER
from gateway.storage.pools.users import Users
from tests.pool.house import House

DAY = timedelta(days=1)
FORGETTING = PoolSettings(
    name="people", sign_up=SignUpSettings(unconfirmed_lifetime=DAY)
)


def fill(house: House, pool: Pool, count: int, status: UserStatus) -> None:
    """Let people sign up, all at this moment."""
    users = [
        replace(house.person_of(pool, f"{status}{number}"), status=status)
        for number in range(count)
    ]
    rows = [{**asdict(user), "by_username": user.username} for user in users]
    with house.database.writing() as connection:
        connection.execute(insert(POOL_USER), rows)


def count(house: House, pool: Pool) -> int:
    return house.read(lambda connection: Users(connection).count(pool.id))


def pool_of(house: House, settings: PoolSettings) -> Pool:
    return house.pools.create(settings)


def test_they_go_when_their_time_is_over(house: House) -> None:
    """And nobody else does, whatever their age."""
    pool = pool_of(house, FORGETTING)
    fill(house, pool, 3, UserStatus.UNCONFIRMED)
    fill(house, pool, 2, UserStatus.CONFIRMED)
    sweep = Unconfirmed(database=house.database, pools=house.pools).sweep

    assert sweep(house.now + DAY) == 0
    assert sweep(house.now + DAY + timedelta(seconds=1)) == 3
    assert count(house, pool) == 2


def test_where_the_pool_does_not_say_so_they_stay(house: House) -> None:
    """By default nobody is removed."""
    pool = pool_of(house, PoolSettings(name="keeping"))
    fill(house, pool, 3, UserStatus.UNCONFIRMED)
    sweep = Unconfirmed(database=house.database, pools=house.pools).sweep

    assert sweep(house.now + 9999 * DAY) == 0
    assert count(house, pool) == 3


def test_a_sweep_goes_through_all_pools_and_has_an_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few at a time; what is left goes with the next one."""
    monkeypatch.setattr(unconfirmed, "BATCH", 2)
    monkeypatch.setattr(unconfirmed, "MOST", 5)
    monkeypatch.setattr(unconfirmed, "_POOLS", 1)
    pools = [pool_of(house, FORGETTING) for _ in range(3)]
    for pool in pools:
        fill(house, pool, 3, UserStatus.UNCONFIRMED)
    sweep = Unconfirmed(database=house.database, pools=house.pools).sweep
    later = house.now + 2 * DAY

    assert [sweep(later) for _ in range(3)] == [5, 4, 0]
    assert [count(house, pool) for pool in pools] == [0, 0, 0]
