"""How often one address may do something."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.settings.values import Rate
from gateway.model.errors import RateLimitedError
from gateway.oauth.address_limit import AddressLimit

HALF_HOURLY = Rate(30, timedelta(hours=1))


class Clock:
    def __init__(self, now: int = 1000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now * 1_000_000_000


def limited(clock: Clock, *, rate: Rate = HALF_HOURLY, most: int = 100) -> AddressLimit:
    return AddressLimit(rate=rate, monotonic_ns=clock, max_addresses=most)


def taken(limit: AddressLimit, ip: str, tries: int) -> int:
    """Return how many of the tries were allowed."""
    allowed = 0
    for _ in range(tries):
        try:
            limit.take(ip)
        except RateLimitedError:
            continue
        allowed += 1
    return allowed


def test_the_thirtieth_passes_and_the_thirty_first_does_not() -> None:
    """`30/h`, all at once."""
    limit = limited(Clock())

    assert taken(limit, "192.0.2.1", 30) == 30
    with pytest.raises(RateLimitedError) as refused:
        limit.take("192.0.2.1")
    assert refused.value.retry_after == 120


def test_one_more_is_allowed_when_retry_after_says() -> None:
    """Not a second earlier: the answer is exact."""
    clock = Clock()
    limit = limited(clock)
    taken(limit, "192.0.2.1", 30)

    clock.now += 119
    assert taken(limit, "192.0.2.1", 2) == 0
    clock.now += 1
    assert taken(limit, "192.0.2.1", 2) == 1


def test_a_quiet_hour_fills_the_bucket_and_no_more() -> None:
    """Nobody saves up for a day."""
    clock = Clock()
    limit = limited(clock)
    taken(limit, "192.0.2.1", 30)

    clock.now += 24 * 3600

    assert taken(limit, "192.0.2.1", 100) == 30


def test_refusals_cost_nothing() -> None:
    """Somebody who keeps trying is not locked out for longer."""
    clock = Clock()
    limit = limited(clock)
    taken(limit, "192.0.2.1", 1000)

    clock.now += 120

    assert taken(limit, "192.0.2.1", 1) == 1


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("", "no address", True),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_who_shares_a_bucket(first: str, second: str, *, shared: bool) -> None:
    """One IPv6 subscriber has a whole /64, and must not have as many buckets."""
    limit = limited(Clock())
    taken(limit, first, 30)

    assert taken(limit, second, 30) == (0 if shared else 30)


def test_memory_is_bounded_and_the_quietest_goes_first() -> None:
    """An attacker with many addresses must not fill the memory."""
    limit = limited(Clock(), most=3)
    for ip in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        taken(limit, ip, 29)
    limit.take("192.0.2.1")

    limit.take("192.0.2.4")

    assert len(limit._full_at) == 3
    assert taken(limit, "192.0.2.1", 1) == 0
    assert taken(limit, "192.0.2.3", 2) == 1
    assert taken(limit, "192.0.2.2", 30) == 30


@given(
    count=st.integers(1, 1000),
    seconds=st.integers(1, 100_000),
    start=st.integers(0, 10**9),
)
def test_a_burst_is_exactly_the_count(count: int, seconds: int, start: int) -> None:
    """Also where the count does not divide the time."""
    rate = Rate(count, timedelta(seconds=seconds))
    limit = limited(Clock(start), rate=rate)

    assert taken(limit, "192.0.2.1", count + 5) == count


def test_threads_share_one_count() -> None:
    """The token endpoint runs in worker threads."""
    limit = limited(Clock(), rate=Rate(100, timedelta(hours=1)))
    allowed: list[int] = []

    def ask() -> None:
        allowed.append(taken(limit, "192.0.2.1", 50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(allowed) == 100
