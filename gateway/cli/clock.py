"""The clock of the commands."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that others are given
