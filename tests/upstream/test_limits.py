"""How often the clock is looked at."""

import pytest

from gateway.upstream.limits import Timeouts


@pytest.mark.parametrize(
    ("timeouts", "tick"),
    [
        (Timeouts(), 0.5),
        (Timeouts(first_byte=1, idle=2, total=3), 0.1),
        (Timeouts(first_byte=3, idle=1, total=2), 0.1),
        (Timeouts(first_byte=3, idle=2, total=1), 0.1),
        (Timeouts(first_byte=0.001), 0.005),
        (Timeouts(connect=0.001), 0.5),
    ],
)
def test_the_clock_is_looked_at_ten_times_in_the_shortest_wait(
    timeouts: Timeouts, tick: float
) -> None:
    """Connecting has a timer of its own."""
    assert timeouts.tick == pytest.approx(tick)
