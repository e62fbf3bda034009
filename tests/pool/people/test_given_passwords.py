"""Passwords that an administrator gives."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.user import UserStatus
from gateway.pool.codes import Purpose
from gateway.pool.errors import InvalidPasswordError, UserNotFoundError
from gateway.pool.passwords.policy import PasswordPolicy, PasswordProblem
from gateway.pool.people.given_passwords import GivenPasswords
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes
from gateway.storage.pools.users import Users
from tests.pool.house import NOON, PASSWORD, House


@pytest.fixture
def passwords(house: House) -> GivenPasswords:
    return GivenPasswords(
        database=house.database, credentials=house.credentials, clock=house.clock
    )


@pytest.fixture
def pool(house: House) -> Pool:
    policy = PasswordPolicy(history=2)
    return house.pool(PoolSettings(name="people", password=policy))


@pytest.mark.parametrize("status", UserStatus)
def test_a_permanent_password_confirms_anybody(
    house: House, passwords: GivenPasswords, pool: Pool, status: UserStatus
) -> None:
    """Wherever they stood; and nothing that was issued ends."""
    ana = house.person(pool)
    with house.database.writing() as connection:
        standing = replace(ana, status=status)
        Users(connection).change(standing, search={"by_username": "ana"})
    house.pass_time(timedelta(hours=1))

    user = passwords.set_permanent(pool, "Ana", PASSWORD)

    assert user == house.user(pool, ana.sub)
    assert (user.status, user.signed_out_at) == (UserStatus.CONFIRMED, None)
    assert user.updated_at == house.now
    secrets = house.secrets(user)
    assert house.passwords.verify(secrets.password_hash, PASSWORD).matches
    assert secrets.temporary_until is None


def test_a_temporary_password_has_to_be_replaced(
    house: House, passwords: GivenPasswords, pool: Pool
) -> None:
    ana = house.person(pool)

    user = passwords.set_temporary(pool, ana.sub, PASSWORD)

    assert user == house.user(pool, ana.sub)
    assert user.status is UserStatus.FORCE_CHANGE_PASSWORD
    assert house.secrets(user).temporary_until == NOON + timedelta(days=7)


def test_codes_from_before_change_nothing_any_more(
    house: House, passwords: GivenPasswords, pool: Pool
) -> None:
    """Those that prove an address stay good."""
    ana = house.person(pool)
    keys = {
        purpose: CodeKey(pool.id, ana.sub, purpose)
        for purpose in (
            Purpose.SIGN_UP, Purpose.FORGOT_PASSWORD, Purpose.VERIFY_ATTRIBUTE,
        )
    }  # fmt: skip
    with house.database.writing() as connection:
        for key in keys.values():
            UserCodes(connection).keep(key, StoredCode(b"digest", NOON))

    passwords.set_permanent(pool, "ana", PASSWORD)

    with house.database.reading() as connection:
        left = {
            purpose
            for purpose, key in keys.items()
            if UserCodes(connection).find(key) is not None
        }
    assert left == {Purpose.VERIFY_ATTRIBUTE}


def test_passwords_are_checked_whoever_gives_them(
    house: House, passwords: GivenPasswords, pool: Pool
) -> None:
    """Also whether the person had them before, unless they are temporary."""
    house.person(pool)
    passwords.set_permanent(pool, "ana", PASSWORD)

    with pytest.raises(InvalidPasswordError) as caught:
        passwords.set_permanent(pool, "ana", PASSWORD)
    assert caught.value.problems == (PasswordProblem.USED_BEFORE,)
    for give in (passwords.set_permanent, passwords.set_temporary):
        with pytest.raises(InvalidPasswordError):
            give(pool, "ana", "short")
        with pytest.raises(UserNotFoundError):
            give(pool, "nobody", PASSWORD)
    passwords.set_temporary(pool, "ana", PASSWORD)
