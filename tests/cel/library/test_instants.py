"""Timestamps and durations; the language's own cases stand in `tests/conformance/cel`."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import ValueFault
from gateway.cel.library import instants
from gateway.cel.library.declaration import UNKNOWN
from gateway.cel.library.instants import INSTANT_METHODS
from gateway.cel.types import DURATION, INT, STRING, TIMESTAMP, CelType

ZONES = st.timezones() | st.just(UTC)
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 - hypothesis wants naive bounds


def call(name: str, kinds: tuple[CelType, ...], *values: Any) -> Any:
    (overload,) = (one for one in INSTANT_METHODS[name] if one.parameters == kinds)
    return overload.apply(*values)


@given(MOMENTS)
def test_a_timestamp_is_read_as_it_is_written(moment: datetime) -> None:
    """To the nanosecond, and the same moment in every zone."""
    written = instants.timestamp_text(moment)

    # Python calls no two moments equal if one is in the hour that a zone repeats.
    assert instants.timestamp(written) == moment.astimezone(UTC)
    assert written.endswith("Z")


@given(st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)))
def test_a_duration_is_read_as_it_is_written(length: timedelta) -> None:
    """In seconds, with a fraction where there is one."""
    assert instants.duration(instants.duration_text(length)) == length


@given(st.text("0123456789-+:.TZ hmsµnu", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but `ValueFault` comes out."""
    for read in (instants.timestamp, instants.duration, instants.time_zone):
        try:
            assert read(text) is not None
        except ValueFault:
            continue


@pytest.mark.parametrize("year", ["0000", "10000"])
def test_years_outside_are_refused(year: str) -> None:
    """The years 1 to 9999."""
    with pytest.raises(ValueFault):
        instants.timestamp(f"{year}-01-01T00:00:00Z")


def test_seconds_since_1970() -> None:
    """Rounded down, also before."""
    half = timedelta(milliseconds=500)

    assert instants.from_seconds(0) == instants.EPOCH
    assert instants.to_seconds(instants.EPOCH + half) == 0
    assert instants.to_seconds(instants.EPOCH - half) == -1
    with pytest.raises(ValueFault):
        instants.from_seconds(2**62)


def test_a_zone_has_a_name_or_an_offset() -> None:
    """UTC is both."""
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)

    assert instants.time_zone("UTC") is UTC
    for name, hours in (
        ("Europe/Paris", 2),
        ("+02:00", 2),
        ("02:00", 2),
        ("-03:00", -3),
    ):
        zone = instants.time_zone(name)
        assert moment.astimezone(zone).utcoffset() == timedelta(hours=hours)
    for name in ("", "utc+2", "+24:00", "+01:60", "../x", "Europe", "\x00", "+1:00"):
        with pytest.raises(ValueFault):
            instants.time_zone(name)


@given(MOMENTS)
def test_parts_are_those_of_utc(moment: datetime) -> None:
    """Whatever zone the value came in."""
    utc = moment.astimezone(UTC)

    assert call("getFullYear", (TIMESTAMP,), moment) == utc.year
    assert call("getMonth", (TIMESTAMP,), moment) == utc.month - 1
    assert call("getDate", (TIMESTAMP,), moment) == utc.day
    assert call("getDayOfMonth", (TIMESTAMP,), moment) == utc.day - 1
    assert call("getDayOfYear", (TIMESTAMP,), moment) == utc.timetuple().tm_yday - 1
    assert call("getDayOfWeek", (TIMESTAMP,), moment) == utc.isoweekday() % 7
    assert call("getHours", (TIMESTAMP,), moment) == utc.hour
    assert call("getMinutes", (TIMESTAMP,), moment) == utc.minute
    assert call("getSeconds", (TIMESTAMP,), moment) == utc.second
    assert call("getMilliseconds", (TIMESTAMP,), moment) == utc.microsecond // 1_000


def test_parts_in_a_zone() -> None:
    """Known at load, or only now."""
    moment = datetime(2026, 1, 1, 23, tzinfo=UTC)
    overload = INSTANT_METHODS["getDate"][1]
    assert overload.prepare is not None

    assert overload.apply(moment, "Europe/Paris") == 2
    assert overload.prepare([UNKNOWN, UNKNOWN], INT)(moment, "Europe/Paris") == 2
    assert overload.prepare([UNKNOWN, "Europe/Paris"], INT)(moment, "ignored") == 2
    with pytest.raises(ValueFault):
        overload.prepare([UNKNOWN, "Mars"], INT)


def test_a_zone_may_lead_out_of_time() -> None:
    """The year 10000 has no value."""
    last = datetime(9999, 12, 31, 23, tzinfo=UTC)

    with pytest.raises(ValueFault):
        call("getFullYear", (TIMESTAMP, STRING), last, "+02:00")
    east = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert call("getHours", (TIMESTAMP,), east) == 22


@pytest.mark.parametrize("sign", [1, -1])
def test_parts_of_a_duration(sign: int) -> None:
    """Cut off towards zero."""
    length = sign * timedelta(
        hours=1, minutes=2, seconds=3, milliseconds=4, microseconds=5
    )
    parts = ["getHours", "getMinutes", "getSeconds", "getMilliseconds"]

    values = [call(name, (DURATION,), length) for name in parts]

    assert values == [sign * part for part in (1, 62, 3723, 4)]


def test_a_duration_has_a_largest_length() -> None:
    """Ten thousand years, in either direction."""
    assert instants.duration("-315576000000s") == -timedelta(seconds=315_576_000_000)
    assert instants.duration("-0") == timedelta(0)
    with pytest.raises(ValueFault):
        instants.duration("-315576000001s")


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04T12:00:00Z",
        "2026-05-04T12:00:00.500Z",
        "2026-05-04T12:00:00.000001Z",
        "2026-05-04T12:00:00.000000001Z",
        "2026-05-04T12:00:00.999999999Z",
    ],
)
def test_a_timestamp_is_written_with_as_many_digits_as_it_needs(text: str) -> None:
    """None, three, six or nine; and read again as the same."""
    assert instants.timestamp_text(instants.timestamp(text)) == text


@pytest.mark.parametrize("text", ["0s", "-0.000000001s", "1.000002s", "-1.500s"])
def test_a_duration_is_written_likewise(text: str) -> None:
    """In seconds."""
    assert instants.duration_text(instants.duration(text)) == text
