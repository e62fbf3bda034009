"""Codes on paper, each good once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.model.user import User
from gateway.pool.errors import (
    AttemptsExceededError,
    CodeMismatchError,
    UserNotFoundError,
)
from gateway.pool.factors.recovery_codes import COUNT, RecoveryCodes
from gateway.pool.pool import Pool
from gateway.pool.throttling import FREE_TRIES
from gateway.pool.tries import Tries
from gateway.storage.pools.factor_tables import POOL_RECOVERY_CODE
from gateway.storage.pools.users import Users
from tests.pool.house import House

HOME = "192.0.2.7"
SECRET = bytes(range(32))


def codes_of(house: House, secret: bytes = SECRET) -> RecoveryCodes:
    tries = Tries(database=house.database, clock=house.clock)
    return RecoveryCodes(database=house.database, secret=secret, tries=tries)


@pytest.fixture
def recovery(house: House) -> RecoveryCodes:
    return codes_of(house)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    return house.person(pool, "ana")


def test_each_code_is_good_once(recovery: RecoveryCodes, pool: Pool, ana: User) -> None:
    """And how many are left is told."""
    assert recovery.left(pool, ana) == 0
    codes = recovery.make(pool, ana)

    assert len(set(codes)) == COUNT
    assert all(
        re.fullmatch(r"[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}", code)
        for code in codes
    )
    for number, code in enumerate(codes, 1):
        assert recovery.use(pool, ana, code, address=HOME) == COUNT - number
        assert recovery.left(pool, ana) == COUNT - number
    with pytest.raises(CodeMismatchError):
        recovery.use(pool, ana, codes[0], address=HOME)


def test_what_is_kept_lets_nobody_in(
    house: House, recovery: RecoveryCodes, pool: Pool, ana: User
) -> None:
    """Digests, which no other secret makes of the same codes."""
    codes = recovery.make(pool, ana)

    rows = house.read(lambda c: c.execute(select(POOL_RECOVERY_CODE)).all())
    assert {len(row.digest) for row in rows} == {32}
    with pytest.raises(CodeMismatchError):
        codes_of(house, bytes(32)).use(pool, ana, codes[0], address=HOME)


def test_new_ones_take_the_place_of_all(
    recovery: RecoveryCodes, pool: Pool, ana: User
) -> None:
    old = recovery.make(pool, ana)
    new = recovery.make(pool, ana)

    assert recovery.left(pool, ana) == COUNT
    with pytest.raises(CodeMismatchError):
        recovery.use(pool, ana, old[0], address=HOME)
    recovery.use(pool, ana, new[0], address=HOME)
    recovery.remove(pool, ana)
    with pytest.raises(CodeMismatchError):
        recovery.use(pool, ana, new[1], address=HOME)


def test_they_are_read_from_paper(
    recovery: RecoveryCodes, pool: Pool, ana: User
) -> None:
    """In capitals, without the stroke, with letters that look like digits."""
    codes = recovery.make(pool, ana)
    written = [
        codes[0].upper(),
        codes[1].replace("-", ""),
        f" {codes[2].replace('-', ' ')} ",
        codes[3].replace("0", "O").replace("1", "l"),
        codes[4].replace("0", "o").replace("1", "I"),
    ]

    for code in written:
        recovery.use(pool, ana, code, address=HOME)


@pytest.mark.parametrize(
    "form", ["", "-", "{0}0", "{0:.10}", "\ud800", "\0", "0" * 9999]
)
def test_what_is_no_code_is_a_wrong_one(
    recovery: RecoveryCodes, pool: Pool, ana: User, form: str
) -> None:
    code = recovery.make(pool, ana)[0]

    with pytest.raises(CodeMismatchError):
        recovery.use(pool, ana, form.format(code), address=HOME)
    assert recovery.left(pool, ana) == COUNT


def test_of_many_who_use_one_code_one_is_let_in(
    recovery: RecoveryCodes, pool: Pool, ana: User
) -> None:
    code = recovery.make(pool, ana)[0]

    def attempt(number: int) -> bool:
        try:
            recovery.use(pool, ana, code, address=f"192.0.2.{number}")
        except CodeMismatchError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, range(4))) == [False, False, False, True]


def test_guessing_is_slow(
    house: House, recovery: RecoveryCodes, pool: Pool, ana: User
) -> None:
    """The right one waits as well."""
    code = recovery.make(pool, ana)[0]
    for _ in range(FREE_TRIES):
        with pytest.raises(CodeMismatchError):
            recovery.use(pool, ana, "00000-00000", address=HOME)

    with pytest.raises(AttemptsExceededError):
        recovery.use(pool, ana, code, address=HOME)
    house.pass_time(timedelta(minutes=1))
    recovery.use(pool, ana, code, address=HOME)


def test_a_code_is_one_persons_in_one_pool(
    house: House, recovery: RecoveryCodes, pool: Pool, ana: User
) -> None:
    bob = house.person(pool, "bob")
    elsewhere = house.pool(pool_id="us-east-1_Others999")
    code = recovery.make(pool, ana)[0]

    for where, who in ((pool, bob), (elsewhere, ana)):
        with pytest.raises(CodeMismatchError):
            recovery.use(where, who, code, address=HOME)
    recovery.remove(pool, bob)
    assert recovery.left(pool, ana) == COUNT


def test_nobody_who_is_gone_gets_any(
    house: House, recovery: RecoveryCodes, pool: Pool, ana: User
) -> None:
    """Deleted while the request was on its way."""
    with house.database.writing() as connection:
        Users(connection).remove(pool.id, ana.sub)

    with pytest.raises(UserNotFoundError):
        recovery.make(pool, ana)
    with pytest.raises(CodeMismatchError):
        recovery.use(pool, ana, "00000-00000", address=HOME)
