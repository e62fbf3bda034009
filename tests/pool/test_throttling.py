"""The price of guessing."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.pool.throttling import (
    FREE_TRIES,
    FREE_TRIES_EVERYWHERE,
    LONGEST_WAIT,
    MEMORY,
    Failures,
    after_failure,
    network_of,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "seconds"),
    [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (10_000, 900)],
)
def test_the_wait_doubles_from_the_fifth_failure_on(count: int, seconds: int) -> None:
    """Up to a quarter of an hour, however many there were."""
    blocked = Failures(count, NOON).blocked_until()

    assert blocked - NOON == timedelta(seconds=seconds)
    assert blocked - NOON <= LONGEST_WAIT


def test_from_everywhere_together_more_is_forgiven() -> None:
    """Or anybody could lock anybody out with five requests."""
    free = FREE_TRIES_EVERYWHERE

    assert Failures(free - 1, NOON).blocked_until(free=free) == NOON
    assert Failures(free, NOON).blocked_until(free=free) > NOON


def test_failures_add_up_until_they_are_forgotten() -> None:
    """A day without one is a new beginning."""
    failures = after_failure(None, NOON)
    assert failures == Failures(1, NOON)

    for number in range(2, FREE_TRIES + 1):
        failures = after_failure(failures, NOON + timedelta(seconds=number))
    assert failures == Failures(FREE_TRIES, NOON + timedelta(seconds=FREE_TRIES))

    almost = failures.last_at + MEMORY - timedelta(seconds=1)
    assert after_failure(failures, almost).count == FREE_TRIES + 1
    assert after_failure(failures, failures.last_at + MEMORY).count == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("/run/gateway.sock", "/run/gateway.sock"),
    ],
)
def test_whoever_has_a_whole_network_is_counted_once(
    address: str, network: str
) -> None:
    """A new address for each try costs nothing in IPv6."""
    assert network_of(address) == network
