"""Whatever statement fails, a step of a sign-in is kept whole or not at all.

And the person can do it again.
"""

from sqlalchemy import Table, func, select

from gateway.model.user import UserStatus
from gateway.pool.attributes.schema import Schema
from gateway.pool.factors.preferences import Preferences
from gateway.pool.recovery import Recovery
from gateway.pool.settings import (
    FirstFactor,
    MfaMode,
    PoolSettings,
    SignInSettings,
)
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Choice,
    GivenAttributes,
    NewPassword,
    SendAgain,
    SetUpEmail,
    TypedCode,
)
from gateway.pool.sign_up import SignUp, SignUps
from gateway.storage.digests import digest_of
from gateway.storage.pools.session_table import POOL_SESSION
from gateway.storage.pools.sessions import SignInSessions
from gateway.storage.pools.tables import POOL_CODE
from gateway.storage.pools.users import Users
from tests.pool.broken import break_at_each
from tests.pool.house import PASSWORD, House
from tests.pool.sign_in.desk import EMAIL, HOME, MAIL, TOTP, Desk, with_mfa

NEW = "Another horse 2!"


def is_used(house: House, asked: Asked) -> bool:
    digest = digest_of(asked.session, purpose="pool session")
    return house.read(lambda c: SignInSessions(c).find(digest)) is None


def count(house: House, table: Table) -> int:
    found = house.read(lambda c: c.scalar(select(func.count()).select_from(table)))
    assert isinstance(found, int)
    return found


def has_password(house: House, desk: Desk, sub: str, password: str) -> bool:
    kept = house.secrets(house.user(desk.pool, sub))
    return house.passwords.verify(kept.password_hash, password).matches


def test_a_new_password(house: House) -> None:
    desk = Desk(house)
    ana = desk.change(desk.person(), status=UserStatus.FORCE_CHANGE_PASSWORD)
    asked = desk.asked()

    def signs() -> tuple[bool, ...]:
        user = house.user(desk.pool, ana.sub)
        return (
            user.status is UserStatus.CONFIRMED,
            user.attributes == {"name": "Ana"},
            has_password(house, desk, ana.sub, NEW),
            is_used(house, asked),
        )

    answer = NewPassword(NEW, {"name": "Ana"})
    failed = break_at_each(house.database, lambda: desk.answer(asked, answer), signs)
    assert failed >= 3


def test_an_address_that_becomes_a_factor(house: House) -> None:
    desk = Desk(house, with_mfa(MfaMode.ON, TOTP, MAIL))
    ana = desk.person()
    asked = desk.asked_then(desk.asked(), SetUpEmail("ana@example.com"))
    code = TypedCode(house.mailbox.code)

    def signs() -> tuple[bool, ...]:
        return (
            house.user(desk.pool, ana.sub).attributes == EMAIL,
            Preferences.of(house.secrets(ana)).on == {MAIL},
            is_used(house, asked),
        )

    assert break_at_each(house.database, lambda: desk.answer(asked, code), signs) >= 5


def test_one_question_after_the_other(house: House) -> None:
    """The old session goes with the new one's coming."""
    factors = SignInSettings(first_factors=frozenset(FirstFactor))
    desk = Desk(house, with_mfa(MfaMode.ON, TOTP, sign_in=factors))
    desk.person(**EMAIL)
    first = desk.asked(Choice(ChallengeName.EMAIL_CODE))
    answered: list[Asked] = []

    def again() -> None:
        answered.append(desk.asked_then(first, SendAgain()))

    def signs() -> tuple[bool, ...]:
        return (is_used(house, first), bool(answered))

    assert break_at_each(house.database, again, signs) >= 4
    assert count(house, POOL_SESSION) == 1
    (asked,) = answered
    code = TypedCode(house.mailbox.code)

    def is_over() -> tuple[bool, ...]:
        # There is one at any time: the one that was asked, or the one that comes next.
        assert count(house, POOL_SESSION) == 1
        return (is_used(house, asked),)

    break_at_each(house.database, lambda: desk.answer(asked, code), is_over)


def test_what_was_missing(house: House) -> None:
    schema = Schema.of(required=["name"])
    desk = Desk(house, PoolSettings(name="people", schema=schema))
    ana = desk.person()
    asked = desk.asked()

    def signs() -> tuple[bool, ...]:
        user = house.user(desk.pool, ana.sub)
        return (user.attributes == {"name": "Ana"}, is_used(house, asked))

    answer = GivenAttributes({"name": "Ana"})
    assert break_at_each(house.database, lambda: desk.answer(asked, answer), signs) >= 1


def test_a_forgotten_password(house: House) -> None:
    """The code is used when the password is new, and sign-ins under way are over."""
    desk = Desk(house)
    ana = desk.person(**EMAIL)
    asked = desk.asked(Choice(ChallengeName.PASSWORD))
    desk.change(ana, status=UserStatus.RESET_REQUIRED)
    recovery = Recovery(tools=house.tools)

    def begin() -> None:
        recovery.begin(desk.pool, desk.client, "ana", HOME)

    def sent() -> tuple[bool, ...]:
        return (count(house, POOL_CODE) == 1,)

    assert break_at_each(house.database, begin, sent) >= 2

    def confirm() -> None:
        recovery.confirm(
            desk.pool,
            desk.client,
            "ana",
            code=house.mailbox.code,
            password=NEW,
            context=HOME,
        )

    def signs() -> tuple[bool, ...]:
        return (
            count(house, POOL_CODE) == 0,
            house.user(desk.pool, ana.sub).status is UserStatus.CONFIRMED,
            has_password(house, desk, ana.sub, NEW),
            is_used(house, asked),
        )

    assert break_at_each(house.database, confirm, signs) >= 6


def test_a_sign_up_and_its_confirmation(house: House) -> None:
    pool = house.pool()
    sign_ups = SignUps(tools=house.tools)

    def find() -> object:
        return house.read(lambda c: Users(c).find_named(pool.id, "ana"))

    def sign_up() -> None:
        sign_ups.sign_up(pool, SignUp("ana", PASSWORD, {"email": "ana@example.com"}))

    def signs() -> tuple[bool, ...]:
        return (find() is not None, count(house, POOL_CODE) == 1)

    assert break_at_each(house.database, sign_up, signs) >= 4

    def confirm() -> None:
        sign_ups.confirm(pool, "ana", house.mailbox.code)

    def confirmed() -> tuple[bool, ...]:
        user = house.read(lambda c: Users(c).find_named(pool.id, "ana"))
        assert user is not None
        return (user.status is UserStatus.CONFIRMED, count(house, POOL_CODE) == 0)

    assert break_at_each(house.database, confirm, confirmed) >= 3
