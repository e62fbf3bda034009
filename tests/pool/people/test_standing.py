"""Letting people in and keeping them out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.user import User, UserStatus
from gateway.pool.errors import ExpiredCodeError, UserNotFoundError, WrongStateError
from gateway.pool.people.standing import Standings
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings, TriggerKind, TriggerSettings
from gateway.pool.sign_up import SignUp, SignUps
from gateway.pool.triggers.values import Caller
from gateway.storage.pools.users import Users, change_key
from tests.pool.house import PASSWORD, House
from tests.pool.triggers.recorder import Recorder, triggers_of


@pytest.fixture
def standings(house: House) -> Standings:
    return Standings(database=house.database, clock=house.clock)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    ana = house.person(pool)
    house.pass_time(timedelta(hours=1))
    return ana


def test_somebody_disabled_is_out_everywhere(
    house: House, standings: Standings, pool: Pool, ana: User
) -> None:
    """What was issued ends too, and is not good again once they are back."""
    disabled = standings.disable(pool, "Ana")

    assert disabled == house.user(pool, ana.sub)
    assert disabled == replace(
        ana, enabled=False, signed_out_at=house.now, updated_at=house.now
    )
    assert house.news() == {change_key(pool.id, ana.sub)}

    since = house.now
    house.pass_time(timedelta(hours=1))
    assert standings.disable(pool, ana.sub) == disabled
    enabled = standings.enable(pool, ana.sub)
    assert enabled == house.user(pool, ana.sub)
    assert enabled == replace(disabled, enabled=True, updated_at=house.now)
    assert enabled.signed_out_at == since
    assert standings.enable(pool, ana.sub) == enabled
    assert not house.news()


def test_somebody_is_signed_out_as_of_now(
    house: House, standings: Standings, pool: Pool, ana: User
) -> None:
    """The profile is as it was; later sign-outs count anew."""
    assert standings.sign_out(pool, "ana") == replace(ana, signed_out_at=house.now)
    assert house.news() == {change_key(pool.id, ana.sub)}

    house.pass_time(timedelta(hours=1))
    standings.sign_out(pool, "ana")
    assert house.user(pool, ana.sub).signed_out_at == house.now
    assert house.news() == {change_key(pool.id, ana.sub)}


def test_an_administrator_confirms_without_a_code(
    house: House, standings: Standings, pool: Pool
) -> None:
    """No address is proven by that, and the code that was sent is good no more."""
    sign_ups = SignUps(tools=house.tools)
    email = {"email": "ana@example.com"}
    user = sign_ups.sign_up(pool, SignUp("ana", PASSWORD, email)).user
    house.pass_time(timedelta(hours=1))

    confirmed = standings.confirm(pool, "ana")

    assert confirmed == house.user(pool, user.sub)
    assert confirmed == replace(user, status=UserStatus.CONFIRMED, updated_at=house.now)
    assert confirmed.attributes["email_verified"] == "false"
    with pytest.raises(WrongStateError):
        standings.confirm(pool, "ana")
    # Were the person unconfirmed again, the old code would still lead nowhere.
    with house.database.writing() as connection:
        Users(connection).change(user, search={"by_username": "ana"})
    with pytest.raises(ExpiredCodeError):
        sign_ups.confirm(pool, "ana", house.mailbox.code)


def test_the_pools_function_is_told_of_a_confirmation(house: House) -> None:
    """As if the person had confirmed."""
    triggers = TriggerSettings(functions={TriggerKind.POST_CONFIRMATION: "it"})
    pool = house.pool(PoolSettings(name="people", triggers=triggers))
    function = Recorder()
    standings = Standings(
        database=house.database, clock=house.clock, triggers=triggers_of(function)
    )
    SignUps(tools=house.tools).sign_up(pool, SignUp("ana", PASSWORD))

    standings.confirm(pool, "ana", Caller(metadata={"shop": "1"}))

    assert function.event["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    assert function.event["request"]["clientMetadata"] == {"shop": "1"}
    assert function.event["request"]["userAttributes"]["sub"]


def test_somebody_deleted_is_gone(
    house: House, standings: Standings, pool: Pool, ana: User
) -> None:
    """And whoever comes next under the name is somebody else."""
    assert standings.delete(pool, "ana") == ana
    assert house.news() == {change_key(pool.id, ana.sub)}

    with pytest.raises(UserNotFoundError):
        standings.delete(pool, "ana")
    assert house.person(pool, "ana").sub != ana.sub


def test_nobody_is_told_as_nobody(standings: Standings, pool: Pool) -> None:
    """Whatever was asked for."""
    operations: list[Callable[[Pool, str], User]] = [
        standings.disable,
        standings.enable,
        standings.sign_out,
        standings.confirm,
        standings.delete,
    ]
    for operation in operations:
        for name in ("nobody", "", "\0\ud800"):
            with pytest.raises(UserNotFoundError):
                operation(pool, name)
