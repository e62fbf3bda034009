"""Timestamps and durations: how they are written, and their parts.

A timestamp is an aware `datetime`, a duration a `timedelta`; what is finer than a
microsecond is in `gateway.cel.library.nanoseconds`.

Reference: CEL language definition, "Timezones"; RFC 3339 section 5.6.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.cel.errors import ValueFault
from gateway.cel.library.declaration import (
    UNKNOWN,
    Implementation,
    Overload,
    Overloads,
)
from gateway.cel.library.nanoseconds import in_nanos, moment, nanos_of, span
from gateway.cel.library.operators import MAX_DURATION
from gateway.cel.types import DURATION, INT, STRING, TIMESTAMP, CelType

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TIMESTAMP: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)
_DURATION: Final = re.compile(
    r"([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+", re.ASCII
)
_COMPONENT: Final = re.compile(r"(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|μs|ns)", re.ASCII)
_NANOSECONDS: Final = {
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ns": 1,
}
_LAST_MINUTE: Final = 59
_MAX_SPELLING: Final = 64
_OFFSET: Final = re.compile(r"([+-]?)(\d{2}):(\d{2})", re.ASCII)
_ONE_MICROSECOND: Final = timedelta(microseconds=1)
_ONE_SECOND: Final = timedelta(seconds=1)


def timestamp(spelling: str) -> datetime:
    """Return the moment that an RFC 3339 string names.

    Raises:
        ValueFault: It names none, or one outside the years 1 to 9999.
    """
    parts = _TIMESTAMP.fullmatch(spelling)
    if parts is None:
        raise ValueFault("this is no timestamp (RFC 3339)")
    date, clock, fraction, zone = parts.groups()
    digits = (fraction or "").ljust(9, "0")
    micros, nanos = digits[:6], int(digits[6:])
    offset = "+00:00" if zone in {"Z", "z"} else zone
    try:
        whole = datetime.fromisoformat(f"{date}T{clock}.{micros}{offset}")
        return moment(whole, nanos)
    except (ValueError, OverflowError):
        raise ValueFault("this is no timestamp (RFC 3339)") from None


def from_seconds(seconds: int) -> datetime:
    """Return the moment so many seconds after 1970 began."""
    try:
        return EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise ValueFault("the result does not fit a timestamp") from None


def to_seconds(moment: datetime) -> int:
    """Return the whole seconds since 1970 began, rounded down."""
    return (moment - EPOCH) // _ONE_SECOND


def duration(spelling: str) -> timedelta:
    """Return the length of time that a string such as `1h30m` names.

    Raises:
        ValueFault: It names none, or more than ten thousand years.
    """
    sign = -1 if spelling.startswith("-") else 1
    if spelling in {"0", "+0", "-0"}:
        return timedelta(0)
    if len(spelling) > _MAX_SPELLING or _DURATION.fullmatch(spelling) is None:
        raise ValueFault("this is no duration (such as 1h30m or 2.5s)")
    nanoseconds = 0
    for whole, fraction, unit in _COMPONENT.findall(spelling):
        scale = _NANOSECONDS[unit]
        nanoseconds += int(whole or "0") * scale
        if fraction:
            nanoseconds += int(fraction) * scale // 10 ** len(fraction)
    if nanoseconds // 1_000 > MAX_DURATION // _ONE_MICROSECOND:
        raise ValueFault("the result does not fit a duration")
    return span(sign * nanoseconds)


def timestamp_text(value: datetime) -> str:
    """Return a moment as RFC 3339 writes it, in UTC, with as many digits as needed."""
    nanos = value.microsecond * 1_000 + nanos_of(value)
    whole = value.astimezone(UTC)
    text = whole.replace(microsecond=0, tzinfo=None).isoformat()
    return f"{text}{_fraction(nanos)}Z"


def duration_text(length: timedelta) -> str:
    """Return a length of time in seconds, such as `5400s` or `-0.500s`."""
    nanoseconds = in_nanos(length)
    whole, rest = divmod(abs(nanoseconds), 1_000_000_000)
    sign = "-" if nanoseconds < 0 else ""
    return f"{sign}{whole}{_fraction(rest)}s"


def _fraction(nanos: int) -> str:
    # No digits, three, six or nine, as protobuf's JSON has it.
    if nanos % 1_000_000 == 0:
        return f".{nanos // 1_000_000:03d}" if nanos else ""
    if nanos % 1_000 == 0:
        return f".{nanos // 1_000:06d}"
    return f".{nanos:09d}"


def time_zone(name: str) -> tzinfo:
    """Return a time zone: an IANA name, or an offset such as `-08:30`.

    Raises:
        ValueFault: There is none of that name.
    """
    if name == "UTC":
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        hours, minutes = int(offset[2]), int(offset[3])
        length = timedelta(hours=hours, minutes=minutes)
        if length < timedelta(days=1) and minutes <= _LAST_MINUTE:
            return timezone(-length if offset[1] == "-" else length)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueFault("there is no such time zone") from None


def _weekday(moment: datetime) -> int:
    return moment.isoweekday() % 7


def _day_of_year(moment: datetime) -> int:
    return moment.timetuple().tm_yday - 1


_ACCESSORS: Final[dict[str, Callable[[datetime], int]]] = {
    "getFullYear": lambda moment: moment.year,
    "getMonth": lambda moment: moment.month - 1,
    "getDate": lambda moment: moment.day,
    "getDayOfMonth": lambda moment: moment.day - 1,
    "getDayOfWeek": _weekday,
    "getDayOfYear": _day_of_year,
    "getHours": lambda moment: moment.hour,
    "getMinutes": lambda moment: moment.minute,
    "getSeconds": lambda moment: moment.second,
    "getMilliseconds": lambda moment: moment.microsecond // 1_000,
}


def _towards_zero(length: timedelta, unit: str) -> int:
    nanoseconds = in_nanos(length)
    whole = abs(nanoseconds) // _NANOSECONDS[unit]
    return whole if nanoseconds >= 0 else -whole


def _milliseconds(length: timedelta) -> int:
    nanoseconds = in_nanos(length)
    rest = abs(nanoseconds) % _NANOSECONDS["s"] // _NANOSECONDS["ms"]
    return rest if nanoseconds >= 0 else -rest


_LENGTHS: Final[dict[str, Callable[[timedelta], int]]] = {
    "getHours": lambda length: _towards_zero(length, "h"),
    "getMinutes": lambda length: _towards_zero(length, "m"),
    "getSeconds": lambda length: _towards_zero(length, "s"),
    "getMilliseconds": _milliseconds,
}


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise ValueFault("the result does not fit a timestamp") from None


def _overloads(name: str) -> tuple[Overload, ...]:
    part = _ACCESSORS[name]

    def in_utc(moment: datetime) -> int:
        return part(moment.astimezone(UTC))

    def in_zone(moment: datetime, zone: str) -> int:
        return part(_in_zone(moment, time_zone(zone)))

    def prepare(arguments: Sequence[Any], _: CelType) -> Implementation:
        if arguments[1] is UNKNOWN:
            return in_zone
        zone = time_zone(arguments[1])
        return lambda moment, _: part(_in_zone(moment, zone))

    overloads = (
        Overload((TIMESTAMP,), INT, in_utc),
        Overload((TIMESTAMP, STRING), INT, in_zone, prepare=prepare),
    )
    if name not in _LENGTHS:
        return overloads
    return (*overloads, Overload((DURATION,), INT, _LENGTHS[name]))


INSTANT_METHODS: Final[Overloads] = {name: _overloads(name) for name in _ACCESSORS}
