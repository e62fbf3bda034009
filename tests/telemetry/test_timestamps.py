"""Instants in logs."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.telemetry.timestamps import Timestamps

NOON = datetime(2026, 5, 4, 12, 0, 0, 123_999, tzinfo=UTC)


def test_an_instant_is_written_as_rfc_3339_with_milliseconds() -> None:
    """Cut, not rounded: a line never says that it is later than it was."""
    assert Timestamps().of(NOON) == "2026-05-04T12:00:00.123Z"


def test_an_instant_may_be_written_to_the_microsecond() -> None:
    """For records that are put into an order."""
    timestamps = Timestamps()

    assert timestamps.precise(NOON) == "2026-05-04T12:00:00.123999Z"
    assert timestamps.precise(NOON.replace(microsecond=7)).endswith(":00.000007Z")


@pytest.mark.parametrize(
    ("later", "written"),
    [
        (timedelta(0), "2026-05-04T12:00:00.123Z"),
        (timedelta(microseconds=876_000), "2026-05-04T12:00:00.999Z"),
        (timedelta(microseconds=876_001), "2026-05-04T12:00:01.000Z"),
        (timedelta(microseconds=-123_999), "2026-05-04T12:00:00.000Z"),
        (timedelta(microseconds=-124_000), "2026-05-04T11:59:59.999Z"),
        (timedelta(days=1), "2026-05-05T12:00:00.123Z"),
        (timedelta(days=-1), "2026-05-03T12:00:00.123Z"),
    ],
)
def test_what_is_remembered_is_never_wrong(later: timedelta, written: str) -> None:
    """Clocks are set back, and threads overtake each other."""
    timestamps = Timestamps()
    timestamps.of(NOON)

    assert timestamps.of(NOON + later) == written
