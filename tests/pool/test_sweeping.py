"""What is over is swept out."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Table, func, select

from gateway.pool.errors import ExpiredSessionError, InvalidSessionError
from gateway.pool.recovery import Recovery
from gateway.pool.sign_in.values import ChallengeName, Choice, TypedPassword
from gateway.pool.sweeping import KNOWN_FOR, PAUSE, Sweeper
from gateway.storage.pools.session_table import POOL_SESSION
from gateway.storage.pools.spending_table import POOL_SPENDING
from gateway.storage.pools.tables import POOL_CODE, POOL_FAILURE
from gateway.storage.tables import METADATA
from tests.pool.house import House
from tests.pool.sign_in.desk import EMAIL, HOME, RIGHT, Desk

ASKED = Choice(ChallengeName.PASSWORD)
TABLES = (POOL_SESSION, POOL_CODE, POOL_FAILURE, POOL_SPENDING)


def left(house: House) -> list[int]:
    """Return how much is in each table."""
    assert all(table.metadata is METADATA for table in TABLES)

    def count(connection: Connection, table: Table) -> int:
        statement = select(func.count()).select_from(table)
        return connection.execute(statement).scalar_one()

    return house.read(lambda c: [count(c, table) for table in TABLES])


def test_what_is_over_is_removed(house: House) -> None:
    """When its time is over, and no sooner."""
    desk = Desk(house)
    desk.person(**EMAIL)
    sweeper = Sweeper(database=house.database, clock=house.clock)
    desk.outcome(lambda: desk.begin(TypedPassword("wrong")))
    Recovery(tools=house.tools).begin(desk.pool, desk.client, "ana", HOME)
    desk.asked(ASKED)
    assert left(house) == [1, 1, 2, 2]

    sweeper.sweep()
    assert left(house) == [1, 1, 2, 2]
    for later, expected in (
        (timedelta(minutes=4), [0, 1, 2, 2]),
        (timedelta(hours=2), [0, 0, 2, 0]),
        (KNOWN_FOR, [0, 0, 0, 0]),
    ):
        house.pass_time(later)
        sweeper.sweep()
        assert left(house) == expected


def test_a_sign_in_sweeps_now_and_then(house: House) -> None:
    """Not each time: only what was over a moment ago is there a little longer."""
    desk = Desk(house)
    desk.person()
    asked = desk.asked(ASKED)
    house.pass_time(desk.client.lifetimes.session)
    with pytest.raises(ExpiredSessionError):
        desk.answer(asked, RIGHT)

    desk.begin()

    with pytest.raises(InvalidSessionError) as caught:
        desk.answer(asked, RIGHT)
    assert type(caught.value) is InvalidSessionError
    asked = desk.asked(ASKED)
    house.pass_time(PAUSE - timedelta(seconds=1))
    desk.begin()
    assert left(house)[0] == 1
