"""Instants as logs write them: RFC 3339 in UTC, with milliseconds or microseconds."""

from datetime import datetime


class Timestamps:
    """Writes instants; quickly if they fall into the same second.

    For one thread or for many: what is remembered is replaced as a whole.
    """

    def __init__(self) -> None:
        self._latest: tuple[datetime, str] | None = None

    def of(self, at: datetime) -> str:
        """Return an aware UTC instant as `2026-05-04T09:00:00.123Z`."""
        return f"{self._until_second(at)}{at.microsecond // 1000:03}Z"

    def precise(self, at: datetime) -> str:
        """Return an aware UTC instant as `2026-05-04T09:00:00.123456Z`."""
        return f"{self._until_second(at)}{at.microsecond:06}Z"

    def _until_second(self, at: datetime) -> str:
        latest = self._latest
        if latest is not None:
            since = at - latest[0]
            if not since.days and not since.seconds:
                return latest[1]
        second = at.replace(microsecond=0)
        prefix = f"{second.strftime('%Y-%m-%dT%H:%M:%S')}."
        self._latest = (second, prefix)
        return prefix
