"""Wherever a new password is taken, none from a leak is."""

from collections.abc import Callable

import pytest
from typing_extensions import override

from gateway.model.user import UserStatus
from gateway.pool.errors import InvalidPasswordError
from gateway.pool.passwords.leaks import LeaksUnknownError
from gateway.pool.passwords.policy import (
    LeakFailure,
    LeakPolicy,
    PasswordPolicy,
    PasswordProblem,
)
from gateway.pool.people.creation import Creations, NewPerson
from gateway.pool.people.given_passwords import GivenPasswords
from gateway.pool.people.own_passwords import OwnPasswords
from gateway.pool.recovery import Recovery
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.values import NewPassword
from gateway.pool.sign_up import SignUp, SignUps
from tests.pool.house import PASSWORD, House
from tests.pool.leaks import KnownLeaks
from tests.pool.sign_in.desk import EMAIL, HOME, Desk

LEAKED = "Another horse 2!"
SETTINGS = PoolSettings(
    name="people",
    password=PasswordPolicy(leaked=LeakPolicy(on_failure=LeakFailure.REFUSE)),
)


class OutsideTransactions(KnownLeaks):
    """Refuses to be asked while a connection to the database is held."""

    def __init__(self, house: House) -> None:
        super().__init__(seen={LEAKED: 1})
        self.house = house

    @override
    def times_seen(self, password: str) -> int:
        held = self.house.database._engine.pool.checkedout()  # type: ignore[attr-defined]  # of the pool that we use
        assert held == 0, "others wait for this connection meanwhile"
        return super().times_seen(password)


class Ways:
    """Every way to have a new password, with Ana who goes it."""

    def __init__(self, house: House) -> None:
        house.leaks = OutsideTransactions(house)
        house.use(house.passwords)
        self.house = house
        self.desk = Desk(house, SETTINGS)
        self.pool = self.desk.pool
        self.recovery = Recovery(tools=house.tools)
        self.given = GivenPasswords(tools=house.tools, recovery=self.recovery)
        self.ana = self.desk.person(**EMAIL)

    def sign_up(self) -> None:
        asked = SignUp("bea", LEAKED, {"email": "bea@example.com"})
        SignUps(tools=self.house.tools).sign_up(self.pool, asked)

    def change(self) -> None:
        own = OwnPasswords(tools=self.house.tools)
        own.change(self.pool, self.desk.client, self.ana, (PASSWORD, LEAKED), HOME)

    def forgotten(self) -> None:
        self.recovery.begin(self.pool, self.desk.client, "ana", HOME)
        self.confirm(self.house.mailbox.code)

    def confirm(self, code: str, name: str = "ana") -> None:
        self.recovery.confirm(
            self.pool,
            self.desk.client,
            name,
            code=code,
            password=LEAKED,
            context=HOME,
        )

    def nobodys(self) -> None:
        self.confirm("123456", "nobody")

    def forced(self) -> None:
        self.desk.change(self.ana, status=UserStatus.FORCE_CHANGE_PASSWORD)
        self.desk.answer(self.desk.asked(), NewPassword(LEAKED))

    def permanent(self) -> None:
        self.given.set_permanent(self.pool, "ana", LEAKED)

    def temporary(self) -> None:
        self.given.set_temporary(self.pool, "ana", LEAKED)

    def created(self) -> None:
        tools = self.house.tools
        Creations(
            database=tools.database,
            credentials=tools.credentials,
            messenger=tools.messenger,
            triggers=tools.triggers,
            clock=tools.clock,
        ).create(self.pool, NewPerson("bea", EMAIL, temporary_password=LEAKED))


@pytest.fixture
def ways(house: House) -> Ways:
    return Ways(house)


ALL = (
    Ways.sign_up,
    Ways.change,
    Ways.forgotten,
    Ways.nobodys,
    Ways.forced,
    Ways.permanent,
    Ways.temporary,
    Ways.created,
)


@pytest.mark.parametrize("go", ALL, ids=lambda way: way.__name__)
def test_no_way_leads_to_a_password_from_a_leak(
    ways: Ways, go: Callable[[Ways], None]
) -> None:
    """It is looked up before a transaction, and for nobody as for anybody."""
    with pytest.raises(InvalidPasswordError) as caught:
        go(ways)

    assert caught.value.problems == (PasswordProblem.LEAKED,)
    assert ways.house.leaks.asked == [LEAKED]


@pytest.mark.parametrize("go", ALL, ids=lambda way: way.__name__)
def test_no_way_leads_around_a_service_that_is_down(
    ways: Ways, go: Callable[[Ways], None]
) -> None:
    """Where the pool would rather wait."""
    ways.house.leaks.is_down = True

    with pytest.raises(LeaksUnknownError):
        go(ways)

    kept = ways.house.secrets(ways.ana)
    assert ways.house.passwords.verify(kept.password_hash, PASSWORD).matches


def test_who_has_such_a_password_already_signs_in(ways: Ways) -> None:
    """And a password that the gateway makes up is nobody's."""
    ways.house.leaks = OutsideTransactions(ways.house)
    ways.house.leaks.seen = {PASSWORD: 10**6}
    ways.house.use(ways.house.passwords)
    ways.desk.open()

    ways.desk.begin()

    assert ways.house.leaks.asked == []
