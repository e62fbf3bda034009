"""From one step of a sign-in to the next."""

from dataclasses import replace

import pytest

from gateway.pool.errors import NoFactorError, NotAuthorizedError
from gateway.pool.settings import Address, MfaMode, MfaSettings, SecondFactor
from gateway.pool.sign_in.progress import Progress, standing_of
from gateway.pool.sign_in.sessions import Journey, Visit
from gateway.pool.sign_in.values import ChallengeName
from gateway.storage.pools.users import Users
from tests.pool.house import House
from tests.pool.sign_in.desk import HOME, Desk

JOURNEY = Journey(name="ana", origin_id="1", asked=ChallengeName.PASSWORD)


def visit(desk: Desk) -> Visit:
    return Visit(desk.pool, desk.client, HOME, desk.house.now)


def test_whoever_is_removed_in_the_middle_is_nobody(house: House) -> None:
    desk = Desk(house)
    ana = desk.person()
    with house.database.writing() as connection:
        Users(connection).remove(desk.pool.id, ana.sub)

    progress = Progress(database=house.database, askers={})
    with pytest.raises(NotAuthorizedError):
        progress.set_out(visit(desk), ana.sub, JOURNEY)


def test_an_address_counts_once_it_is_proven(house: House) -> None:
    desk = Desk(house)
    ana = desk.person(email="a@b.eu", email_verified="true", phone_number="+4930123456")

    standing = standing_of(visit(desk), ana, JOURNEY)

    assert standing.verified == {Address.EMAIL}


def test_where_nothing_can_be_proven_nobody_gets_in(house: House) -> None:
    """A pool that demands messages to phones, and somebody without one."""
    desk = Desk(house)
    desk.person()
    mfa = MfaSettings(MfaMode.ON, frozenset({SecondFactor.SMS_CODE}))
    settings = replace(desk.pool.settings, mfa=mfa)
    desk.pool = replace(desk.pool, settings=settings)

    with pytest.raises(NoFactorError):
        desk.begin()
