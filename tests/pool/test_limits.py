"""How much there is for one person in an hour."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gateway.pool.errors import LimitExceededError
from gateway.pool.limits import (
    EVERYWHERE_FACTOR,
    IN_AN_HOUR,
    WINDOW,
    Limited,
    whose,
)
from gateway.pool.pool import Pool
from tests.pool.house import House

HOME = "192.0.2.7"
MOST = IN_AN_HOUR[Limited.FORGOT_PASSWORD]


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def spend(
    house: House,
    pool: Pool,
    whom: str = "ana",
    address: str = HOME,
    what: Limited = Limited.FORGOT_PASSWORD,
) -> bool:
    """Whether there was any left."""
    try:
        house.limits.spend(pool, what, whom, address=address)
    except LimitExceededError:
        return False
    return True


def test_everything_has_its_limit() -> None:
    assert set(IN_AN_HOUR) == set(Limited)


def test_there_is_so_much_in_an_hour(house: House, pool: Pool) -> None:
    """From the first on; then it begins anew."""
    for _ in range(MOST):
        assert spend(house, pool)
        house.pass_time(timedelta(minutes=1))

    with pytest.raises(LimitExceededError) as caught:
        house.limits.spend(pool, Limited.FORGOT_PASSWORD, "ana", address=HOME)
    left = WINDOW - timedelta(minutes=MOST)
    assert caught.value.retry_after == left.total_seconds()
    house.pass_time(left - timedelta(seconds=1))
    assert not spend(house, pool)
    house.pass_time(timedelta(seconds=1))
    assert spend(house, pool)


def test_others_and_other_things_are_counted_apart(house: House, pool: Pool) -> None:
    """And so are other networks: nobody uses up what somebody has at home."""
    for _ in range(MOST):
        spend(house, pool)

    assert not spend(house, pool)
    assert spend(house, pool, whom="bob")
    assert spend(house, pool, what=Limited.RESEND_CODE)
    assert spend(house, pool, address="198.51.100.7")


def test_many_networks_together_have_their_limit(house: House, pool: Pool) -> None:
    """Else a thousand machines would send a thousand times as many messages."""
    allowed = sum(
        spend(house, pool, address=f"198.51.100.{number}")
        for number in range(MOST * EVERYWHERE_FACTOR + 3)
    )

    assert allowed == MOST * EVERYWHERE_FACTOR


def test_many_at_once_are_counted_one_by_one(house: House, pool: Pool) -> None:
    with ThreadPoolExecutor(8) as threads:
        allowed = sum(threads.map(lambda _: spend(house, pool), range(16)))

    assert allowed == MOST


def test_a_person_is_one_under_all_names(house: House, pool: Pool) -> None:
    """And nobody's name is one in all spellings, whatever is typed."""
    ana = house.person(pool, "ana")

    assert whose(pool, "ana@example.com", ana) == ana.sub
    assert whose(pool, "BOB", None) == whose(pool, "bob", None)
    for odd in ("", "\ud800", "\0", "x" * 10_000):
        assert spend(house, pool, whom=whose(pool, odd, None))
