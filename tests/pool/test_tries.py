"""The price of guessing, as it is kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from gateway.pool.errors import AttemptsExceededError
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings, SignInSettings
from gateway.pool.throttling import FREE_TRIES, FREE_TRIES_EVERYWHERE, MEMORY
from gateway.pool.tries import Tries
from gateway.storage.database import Database
from gateway.storage.pools.failures import UserFailures
from tests.pool.house import House

HOME, AWAY = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def tries(house: House) -> Tries:
    return Tries(database=house.database, clock=house.clock)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def elsewhere(number: int) -> str:
    """Return an address of another network each."""
    return f"203.0.{number // 250}.{number % 250}"


def test_five_tries_are_free_and_then_each_has_to_wait(
    house: House, tries: Tries, pool: Pool
) -> None:
    """The wait is told in whole seconds; the same name is another one elsewhere."""
    for _ in range(FREE_TRIES):
        tries.begin(pool, "Ana", HOME)

    with pytest.raises(AttemptsExceededError) as caught:
        tries.begin(pool, "ana", HOME)
    assert caught.value.retry_after == 1
    tries.begin(pool, "ana", AWAY)
    tries.begin(pool, "bob", HOME)

    house.pass_time(timedelta(seconds=1))
    tries.begin(pool, "ana", HOME)
    with pytest.raises(AttemptsExceededError) as caught:
        tries.begin(pool, "ana", HOME)
    assert caught.value.retry_after == 2


def test_a_success_takes_back_what_was_counted(tries: Tries, pool: Pool) -> None:
    for _ in range(3):
        for _ in range(FREE_TRIES - 1):
            tries.begin(pool, "ana", HOME)
        tries.succeed(tries.begin(pool, "ana", HOME))

    tries.begin(pool, "ana", HOME)


class Asked:
    """A database that remembers whether the disk was to be waited for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.lasting: list[bool] = []

    def write(self, work: Callable[[Connection], Any], *, lasting: bool = True) -> Any:
        self.lasting.append(lasting)
        return self.database.write(work, lasting=lasting)


def test_nobody_waits_for_the_disk(house: House, pool: Pool) -> None:
    """A power cut forgets the last tries; each sign-in would wait twice for it."""
    asked = Asked(house.database)
    tries = Tries(database=cast("Database", asked), clock=house.clock)

    tries.succeed(tries.begin(pool, "ana", HOME))

    assert asked.lasting == [False, False]


def test_guessing_from_everywhere_is_slow_and_home_stays_open(
    tries: Tries, pool: Pool
) -> None:
    """A new network for each guess does not help; where the person was before, it is free."""
    tries.succeed(tries.begin(pool, "ana", HOME))
    for number in range(FREE_TRIES_EVERYWHERE):
        tries.begin(pool, "ana", elsewhere(number))

    for number in (FREE_TRIES_EVERYWHERE, 0):
        with pytest.raises(AttemptsExceededError):
            tries.begin(pool, "ana", elsewhere(number))
    tries.succeed(tries.begin(pool, "ana", HOME))
    with pytest.raises(AttemptsExceededError):
        tries.begin(pool, "ana", AWAY)


def test_home_is_closed_to_whoever_guesses_there(tries: Tries, pool: Pool) -> None:
    """A network that is known is no free pass."""
    tries.succeed(tries.begin(pool, "ana", HOME))
    for _ in range(FREE_TRIES):
        tries.begin(pool, "ana", HOME)

    with pytest.raises(AttemptsExceededError):
        tries.begin(pool, "ana", HOME)


def test_a_day_without_a_failure_is_a_new_beginning(
    house: House, tries: Tries, pool: Pool
) -> None:
    for _ in range(FREE_TRIES):
        tries.begin(pool, "ana", HOME)
    house.pass_time(MEMORY)

    for _ in range(FREE_TRIES):
        tries.begin(pool, "ana", HOME)


def test_many_at_once_are_counted_one_by_one(tries: Tries, pool: Pool) -> None:
    """Before any of them is over."""

    def attempt(_: int) -> bool:
        try:
            tries.begin(pool, "ana", HOME)
        except AttemptsExceededError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        allowed = sum(threads.map(attempt, range(24)))

    assert allowed == FREE_TRIES


@pytest.mark.parametrize("name", ["", "x" * 10_000, "\ud800", "\0"])
def test_whatever_is_typed_can_be_counted(tries: Tries, pool: Pool, name: str) -> None:
    """No name is too odd to be guessed with."""
    for _ in range(FREE_TRIES):
        tries.begin(pool, name, HOME)

    with pytest.raises(AttemptsExceededError):
        tries.begin(pool, name, HOME)


def test_a_success_may_come_after_all_was_forgotten(
    house: House, tries: Tries, pool: Pool
) -> None:
    """What is old is swept out at any time."""
    attempt = tries.begin(pool, "ana", HOME)
    with house.database.writing() as connection:
        UserFailures(connection).remove_before(house.now + timedelta(days=1))

    tries.succeed(attempt)

    tries.begin(pool, "ana", HOME)


@pytest.mark.parametrize("case_sensitive", [True, False])
def test_a_factor_is_counted_apart_from_every_name(
    house: House, tries: Tries, *, case_sensitive: bool
) -> None:
    """Whoever has the password gets no new tries by it; nobody types them away either."""
    settings = SignInSettings(case_sensitive=case_sensitive)
    pool = house.pool(PoolSettings(name="people", sign_in=settings))
    ana, bob = house.person(pool, "ana"), house.person(pool, "bob")
    for _ in range(FREE_TRIES):
        attempt = tries.begin_factor(pool, ana, "totp", HOME)
        tries.succeed(tries.begin(pool, "ana", HOME))
        tries.begin(pool, attempt.here.name, HOME)

    with pytest.raises(AttemptsExceededError):
        tries.begin_factor(pool, ana, "totp", HOME)
    tries.begin_factor(pool, ana, "code", HOME)
    tries.begin_factor(pool, bob, "totp", HOME)


def test_whoever_proves_otherwise_who_they_are_need_not_wait(
    tries: Tries, pool: Pool
) -> None:
    """Where they are; what strangers elsewhere have to wait stays."""
    for _ in range(FREE_TRIES):
        tries.begin(pool, "ana", HOME)
        tries.begin(pool, "ana", AWAY)

    tries.forgive(pool, "ANA", HOME)

    tries.begin(pool, "ana", HOME)
    with pytest.raises(AttemptsExceededError):
        tries.begin(pool, "ana", AWAY)
