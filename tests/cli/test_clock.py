"""The clock of the commands."""

from datetime import UTC, datetime, timedelta

from gateway.cli.clock import now


def test_the_time_is_the_machines_in_utc() -> None:
    """Aware, so that it can be compared with what tokens say."""
    assert now().tzinfo is UTC
    assert abs(datetime.now(UTC) - now()) < timedelta(seconds=60)
