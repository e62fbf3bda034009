"""Passwords that an administrator gives."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.client import Client
from gateway.model.user import UserStatus
from gateway.pool.codes import Purpose
from gateway.pool.errors import (
    InvalidPasswordError,
    UserNotFoundError,
    WrongStateError,
)
from gateway.pool.messenger import SentCode
from gateway.pool.passwords.policy import PasswordPolicy, PasswordProblem
from gateway.pool.people.given_passwords import GivenPasswords
from gateway.pool.pool import Pool
from gateway.pool.recovery import Recovery
from gateway.pool.settings import Address, NoticeKind, PoolSettings
from gateway.pool.sign_in.values import Context
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes
from gateway.storage.pools.users import Users, change_key
from tests.pool.house import NOON, PASSWORD, House

PROVEN = {"email": "ana@example.com", "email_verified": "true"}


@pytest.fixture
def passwords(house: House) -> GivenPasswords:
    return GivenPasswords(tools=house.tools, recovery=Recovery(tools=house.tools))


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


def test_a_password_is_reset(
    house: House, passwords: GivenPasswords, pool: Pool
) -> None:
    """A code goes to the proven address, and the old password is good no more."""
    ana = house.person(pool, email="ana@example.com", email_verified="true")
    passwords.set_permanent(pool, "ana", PASSWORD)
    house.news()

    user, to = passwords.reset(pool, "Ana", {"shop": "1"})

    assert user == house.user(pool, ana.sub)
    assert user.status is UserStatus.RESET_REQUIRED
    assert house.news() == {change_key(pool.id, ana.sub)}
    assert to == SentCode(Address.EMAIL, "ana@example.com")
    (message,) = house.mailbox.messages
    assert (message.kind, message.to) == (NoticeKind.FORGOT_PASSWORD, to)
    recovered = Recovery(tools=house.tools).confirm(
        pool,
        Client("c" * 26, pool.id, "app"),
        "ana",
        code=message.code,
        password=f"{PASSWORD}2",
        context=Context("192.0.2.7"),
    )
    assert recovered.status is UserStatus.CONFIRMED


@pytest.mark.parametrize(
    ("status", "attributes"),
    [
        (UserStatus.CONFIRMED, {}),
        (UserStatus.CONFIRMED, {"email": "ana@example.com"}),
        (UserStatus.UNCONFIRMED, PROVEN),
        (UserStatus.FORCE_CHANGE_PASSWORD, PROVEN),
        (UserStatus.EXTERNAL_PROVIDER, PROVEN),
    ],
)
def test_nothing_is_reset_that_could_not_be_replaced(
    house: House,
    passwords: GivenPasswords,
    pool: Pool,
    status: UserStatus,
    attributes: dict[str, str],
) -> None:
    ana = replace(house.person(pool, **attributes), status=status)
    with house.database.writing() as connection:
        Users(connection).change(ana, search={"by_username": "ana"})

    with pytest.raises(WrongStateError):
        passwords.reset(pool, "ana")
    assert house.user(pool, ana.sub) == ana
    assert not house.mailbox.messages
    with pytest.raises(UserNotFoundError):
        passwords.reset(pool, "nobody")


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
