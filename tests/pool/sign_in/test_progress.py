"""From one step of a sign-in to the next."""

from dataclasses import replace

import pytest

from gateway.model.user import UserStatus
from gateway.pool.errors import (
    DisabledError,
    InvalidSessionError,
    NoFactorError,
    NotAuthorizedError,
)
from gateway.pool.factors.preferences import Preferences
from gateway.pool.settings import Address, MfaMode
from gateway.pool.sign_in.progress import Progress, standing_of
from gateway.pool.sign_in.sessions import Journey, Visit
from gateway.pool.sign_in.values import ChallengeName, NewPassword
from gateway.storage.pools.users import Users
from tests.pool.house import House
from tests.pool.sign_in.desk import EMAIL, HOME, MAIL, PHONE, SMS, TOTP, Desk, with_mfa

JOURNEY = Journey(name="ana", origin_id="1", asked=ChallengeName.PASSWORD)


def visit(desk: Desk) -> Visit:
    return Visit(desk.pool, desk.client, HOME, desk.house.now)


def remove(desk: Desk, sub: str) -> None:
    with desk.house.database.writing() as connection:
        Users(connection).remove(desk.pool.id, sub)


def test_whoever_is_removed_in_the_middle_is_nobody(house: House) -> None:
    desk = Desk(house)
    ana = desk.person()
    remove(desk, ana.sub)

    progress = Progress(
        tools=house.tools,
        sessions=desk.sessions,
        devices=desk.factors.devices,
        askers={},
    )
    with pytest.raises(NotAuthorizedError):
        progress.set_out(visit(desk), ana.sub, JOURNEY)


def test_whoever_is_removed_between_two_steps_has_no_session(house: House) -> None:
    desk = Desk(house)
    ana = desk.change(desk.person(), status=UserStatus.FORCE_CHANGE_PASSWORD)
    asked = desk.asked()
    remove(desk, ana.sub)

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, NewPassword("Another horse 2!"))


def test_whoever_is_disabled_between_two_steps_is_not_let_in(house: House) -> None:
    """What was answered is kept; the answer comes too late."""
    desk = Desk(house)
    ana = desk.change(desk.person(), status=UserStatus.FORCE_CHANGE_PASSWORD)
    asked = desk.asked()
    desk.change(ana, enabled=False)

    with pytest.raises(DisabledError):
        desk.answer(asked, NewPassword("Another horse 2!"))
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, NewPassword("Another horse 2!"))


def test_what_counts_is_what_is_proven_and_switched_on(house: House) -> None:
    """Factors are looked at where the pool has any."""
    desk = Desk(house, with_mfa(MfaMode.OPTIONAL, TOTP, SMS, MAIL))
    ana = desk.person(**EMAIL, **{**PHONE, "phone_number_verified": "false"})
    chosen = Preferences(frozenset({TOTP, MAIL}), MAIL)
    desk.change_secrets(ana, second_factors=chosen.written())

    def standing(mode: MfaMode) -> tuple[object, ...]:
        settings = with_mfa(mode, TOTP, SMS, MAIL)
        pool = replace(desk.pool, settings=settings)
        at = replace(visit(desk), pool=pool)
        found = house.read(lambda c: standing_of(c, at, ana, JOURNEY))
        return found.verified, found.factors, found.preferred

    assert standing(MfaMode.OPTIONAL) == ({Address.EMAIL}, {TOTP, MAIL}, MAIL)
    assert standing(MfaMode.OFF) == ({Address.EMAIL}, frozenset(), None)


def test_where_nothing_can_be_proven_nobody_gets_in(house: House) -> None:
    """A pool that demands messages to phones, and somebody without one."""
    desk = Desk(house, with_mfa(MfaMode.ON, SMS))
    desk.person()

    with pytest.raises(NoFactorError):
        desk.begin()
