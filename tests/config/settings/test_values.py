"""Values with a unit or a grammar of their own."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from gateway.config.settings.values import (
    Rate,
    duration_text,
    is_loopback,
    parse_duration,
    parse_instant,
    parse_network,
    parse_rate,
    parse_size,
    private_address_of,
    rate_text,
    size_text,
)

PARSERS = [parse_duration, parse_size, parse_rate, parse_network, parse_instant]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0s", timedelta(0)),
        ("250ms", timedelta(milliseconds=250)),
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(days=1)),
        ("30d", timedelta(days=30)),
        ("999999999d", timedelta(days=999999999)),
    ],
)
def test_a_length_of_time_has_a_unit(text: str, length: timedelta) -> None:
    """One number, one unit."""
    assert parse_duration(text) == length
    assert parse_duration(length) == length


@pytest.mark.parametrize(
    "value",
    ["", "15", 15, 1.5, "m", "1h30m", "1.5h", " 1m", "1m ", "-1m", "1M", "\u0661m"],
)
def test_anything_else_is_no_length_of_time(value: object) -> None:
    """A bare number could be seconds or milliseconds."""
    with pytest.raises(PydanticCustomError, match="with its unit"):
        parse_duration(value)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0B", 0),
        ("512B", 512),
        ("64KiB", 65536),
        ("10 MiB", 10 * 2**20),
        ("1GiB", 2**30),
    ],
)
def test_a_size_has_a_unit(text: str, size: int) -> None:
    """Of 1024, and says so."""
    assert parse_size(text) == size
    assert parse_size(size) == size


@pytest.mark.parametrize("value", ["", "10", "10MB", "10M", True, 1.5, "-1B", "1 TB"])
def test_anything_else_is_no_size(value: object) -> None:
    """`MB` means two things."""
    with pytest.raises(PydanticCustomError, match="with its unit"):
        parse_size(value)


def test_a_rate_is_a_count_in_a_time() -> None:
    """The time's number may be left out."""
    assert parse_rate("30/h") == Rate(30, timedelta(hours=1))
    assert parse_rate("1/30s") == Rate(1, timedelta(seconds=30))
    assert parse_rate(Rate(1, timedelta(1))) == Rate(1, timedelta(1))


@pytest.mark.parametrize("value", ["", "30", "h", "30/", "/h", 30, "0/h", "1/0s"])
def test_anything_else_is_no_rate(value: object) -> None:
    """None at all is no rate either: it would be a switch."""
    with pytest.raises(PydanticCustomError, match="rate"):
        parse_rate(value)


def test_a_network_is_a_prefix_or_an_address() -> None:
    """Of either family."""
    assert parse_network("10.0.0.0/8") == ip_network("10.0.0.0/8")
    assert parse_network("::1") == ip_network("::1/128")
    assert parse_network(ip_network("::/8")) == ip_network("::/8")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (5, 'write "10.0.0.0/8"'),
        ("example.com", 'write "10.0.0.0/8"'),
        ("10.0.0.1/8", 'write "10.0.0.0/8" for the network'),
        ("10.0.0.0/33", 'write "10.0.0.0/8"'),
    ],
)
def test_anything_else_is_no_network(value: object, hint: str) -> None:
    """An address with a prefix means one of two things."""
    with pytest.raises(PydanticCustomError) as caught:
        parse_network(value)

    assert str((caught.value.context or {})["hint"]).startswith(hint)


def test_a_moment_has_an_offset() -> None:
    """And is UTC inside."""
    nine = datetime(2026, 5, 4, 9, tzinfo=UTC)

    assert parse_instant("2026-05-04T09:00:00Z") == nine
    assert parse_instant("2026-05-04T11:00:00+02:00").tzinfo is UTC
    assert parse_instant(nine) == nine


@pytest.mark.parametrize(
    "value",
    ["", "today", "2026-05-04T09:00:00", 5, datetime(2026, 5, 4)],  # noqa: DTZ001 - the point
)
def test_anything_else_is_no_moment(value: object) -> None:
    """Nine o'clock where?"""
    with pytest.raises(PydanticCustomError, match="with an offset"):
        parse_instant(value)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-00:01"]
)
def test_a_moment_has_a_year_in_utc(text: str) -> None:
    """Its own offset may lead out of the years that there are."""
    for value in (text, datetime.fromisoformat(text)):
        with pytest.raises(PydanticCustomError, match="years 1 to 9999") as caught:
            parse_instant(value)
        assert caught.value.type == "E105"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.datetimes()))
def test_whatever_is_written_only_a_flaw_comes_out(value: Any) -> None:
    """No exception of a library."""
    for parse in PARSERS:
        try:
            parse(value)
        except PydanticCustomError as error:
            assert error.type.startswith("E1")  # noqa: PT017 - either way is right


@given(st.integers(0, 10**9 - 1))
def test_a_length_of_time_is_written_as_it_is_read(milliseconds: int) -> None:
    """To the millisecond."""
    length = timedelta(milliseconds=milliseconds)

    assert parse_duration(duration_text(length)) == length


@given(st.integers(0, 10**12))
def test_a_size_is_written_as_it_is_read(size: int) -> None:
    """To the byte."""
    assert parse_size(size_text(size)) == size


@pytest.mark.parametrize("text", ["30/h", "1/30s", "5/90m", "2/10m", "7/100ms"])
def test_a_rate_is_written_as_it_is_read(text: str) -> None:
    """A single unit loses its number, ten of them do not."""
    assert parse_rate(rate_text(parse_rate(text))) == parse_rate(text)
    assert rate_text(parse_rate(text)) == text


def test_loopback_is_this_machine() -> None:
    """By address or by the one name that means it."""
    assert is_loopback("127.0.0.1")
    assert is_loopback("127.9.9.9")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("localhost.example.com")
    assert not is_loopback("10.0.0.1")


def test_a_private_address_is_one_that_the_internet_does_not_have() -> None:
    """A name is none: only the resolver knows."""
    assert str(private_address_of("10.0.0.1")) == "10.0.0.1"
    assert str(private_address_of("localhost")) == "127.0.0.1"
    assert str(private_address_of("fe80::1")) == "fe80::1"
    assert private_address_of("8.8.8.8") is None
    assert private_address_of("example.com") is None
