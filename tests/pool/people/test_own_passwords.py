"""Passwords, as people change their own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.codes import Purpose
from gateway.pool.errors import (
    AttemptsExceededError,
    InvalidPasswordError,
    LimitExceededError,
    NotAuthorizedError,
    ResetRequiredError,
    UserNotFoundError,
    WrongStateError,
)
from gateway.pool.limits import IN_AN_HOUR, WINDOW, Limited
from gateway.pool.messenger import SentCode
from gateway.pool.passwords.policy import PasswordPolicy, PasswordProblem
from gateway.pool.people.given_passwords import GivenPasswords
from gateway.pool.people.own_passwords import OwnPasswords
from gateway.pool.people.standing import Standings
from gateway.pool.recovery import Recovery
from gateway.pool.settings import Address, NoticeKind, PoolSettings
from gateway.pool.sign_in.values import Context
from gateway.pool.throttling import FREE_TRIES
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users
from tests.pool.house import NOON, PASSWORD, POOL_ID, House

NEW = "Another horse 2!"
CLIENT = Client("c" * 26, POOL_ID, "app")
HOME = Context("192.0.2.7")
PROVEN = {"email": "ana@example.com", "email_verified": "true"}


class Account:
    """What Ana does with her password."""

    def __init__(self, house: House) -> None:
        self.house = house
        policy = PasswordPolicy(history=2)
        self.pool = house.pool(PoolSettings(name="people", password=policy))
        self.ana = house.person(self.pool, **PROVEN)
        self.own = OwnPasswords(tools=house.tools)
        self.given = GivenPasswords(
            tools=house.tools, recovery=Recovery(tools=house.tools)
        )
        house.pass_time(timedelta(minutes=5))

    def change(self, old: str, new: str = NEW, context: Context = HOME) -> User:
        return self.own.change(self.pool, CLIENT, self.ana, (old, new), context)

    def stand(self, status: UserStatus) -> None:
        with self.house.database.writing() as connection:
            Users(connection).change(
                replace(self.ana, status=status), search={"by_username": "ana"}
            )

    def is_password(self, password: str) -> bool:
        kept = self.house.secrets(self.ana).password_hash
        return self.house.passwords.verify(kept, password).matches


@pytest.fixture
def account(house: House) -> Account:
    account = Account(house)
    account.given.set_permanent(account.pool, "ana", PASSWORD)
    return account


def test_a_password_is_replaced_by_whoever_knows_it(
    house: House, account: Account
) -> None:
    """And the person is told, from where."""
    user = account.change(PASSWORD)

    assert user == house.user(account.pool, account.ana.sub)
    assert (user.status, user.signed_out_at) == (UserStatus.CONFIRMED, None)
    assert user.updated_at == house.now
    assert account.is_password(NEW)
    (message,) = house.mailbox.messages
    assert message.kind is NoticeKind.PASSWORD_CHANGED
    assert message.to == SentCode(Address.EMAIL, "ana@example.com")
    assert message.code == ""


def test_nobody_is_told_at_an_address_that_is_not_proven(
    house: House, account: Account
) -> None:
    ana = replace(account.ana, attributes={"email": "ana@example.com"})
    with house.database.writing() as connection:
        Users(connection).change(ana, search={"by_username": "ana"})

    account.change(PASSWORD)

    assert not house.mailbox.messages


def test_the_old_password_is_guessed_as_slowly_as_at_a_sign_in(
    house: House, account: Account
) -> None:
    """The same tries are counted, whichever way they come; and the changes as well."""
    assert IN_AN_HOUR[Limited.CHANGE_PASSWORD] == FREE_TRIES
    for _ in range(FREE_TRIES):
        with pytest.raises(NotAuthorizedError):
            account.change("wrong")
    with pytest.raises(LimitExceededError):
        account.change(PASSWORD)

    with pytest.raises(AttemptsExceededError):
        house.tries.begin(account.pool, "ana", HOME.address)
    assert account.is_password(PASSWORD)
    house.pass_time(WINDOW)
    account.change(PASSWORD)


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        ("short", None),
        (PASSWORD, PasswordProblem.USED_BEFORE),
    ],
)
def test_the_new_password_is_checked(
    account: Account, new: str, problem: PasswordProblem | None
) -> None:
    """Also whether it was the person's before."""
    with pytest.raises(InvalidPasswordError) as caught:
        account.change(PASSWORD, new)

    assert problem is None or caught.value.problems == (problem,)
    assert account.is_password(PASSWORD)


def test_a_first_password_needs_no_old_one(house: House) -> None:
    """Of somebody who signs in another way; an old one that is not there is wrong."""
    account = Account(house)

    with pytest.raises(NotAuthorizedError):
        account.change("old")
    account.change("")

    assert account.is_password(NEW)
    with pytest.raises(NotAuthorizedError):
        account.change("", PASSWORD)


@pytest.mark.parametrize("status", [each for each in UserStatus if each != "CONFIRMED"])
def test_other_ways_are_for_those_who_stand_elsewhere(
    account: Account, status: UserStatus
) -> None:
    account.stand(status)
    reset = status is UserStatus.RESET_REQUIRED

    with pytest.raises(ResetRequiredError if reset else WrongStateError):
        account.change(PASSWORD)
    assert account.is_password(PASSWORD)


def test_a_code_for_a_forgotten_password_is_good_no_more(
    house: House, account: Account
) -> None:
    """Whoever had it sent would undo the change."""
    key = CodeKey(account.pool.id, account.ana.sub, Purpose.FORGOT_PASSWORD)
    with house.database.writing() as connection:
        UserCodes(connection).keep(key, StoredCode(b"digest", NOON))

    account.change(PASSWORD)

    with house.database.reading() as connection:
        assert UserCodes(connection).find(key) is None


class Meanwhile:
    """Makes passwords, and does something else before they are kept."""

    def __init__(self, house: House, account: Account) -> None:
        self._house = house
        self._account = account

    def check(self, *args: Any, **named: Any) -> None:
        self._house.credentials.check(*args, **named)

    def make(self, *args: Any, **named: Any) -> UserSecrets:
        made = self._house.credentials.make(*args, **named)
        ana = self._account.ana
        with self._house.database.writing() as connection:
            other = UserSecrets(password_hash="other")
            AllSecrets(connection).keep(ana.pool_id, ana.sub, other)
        return made


def test_of_two_changes_at_once_one_is_refused(house: House, account: Account) -> None:
    """What was proven has to be true still when it is kept."""
    tools = replace(
        house.tools,
        credentials=Meanwhile(house, account),  # type: ignore[arg-type]  # stands in
    )
    account.own = OwnPasswords(tools=tools)

    with pytest.raises(NotAuthorizedError):
        account.change(PASSWORD)
    assert house.secrets(account.ana).password_hash == "other"


def test_who_is_gone_changes_nothing(house: House, account: Account) -> None:
    Standings(database=house.database, clock=house.clock).delete(account.pool, "ana")

    with pytest.raises(UserNotFoundError):
        account.change(PASSWORD)
