"""Values with a unit or a grammar of their own: lengths of time, sizes, rates, addresses.

Each type here is an annotation for a pydantic field and a parser that raises a flaw with
an example of how to write it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator

from gateway.config.settings.section import Called, flaw

IPNetwork = IPv4Network | IPv6Network

_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")

_BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_SIZE = re.compile(r"([0-9]{1,12}) ?(B|KiB|MiB|GiB|TiB)")

_UNIT = re.compile(r"1[a-z]+")
_RATE = re.compile(r"([0-9]{1,9})/([0-9]{1,9})?(ms|s|m|h|d)")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of something in a length of time.

    Attributes:
        count: How many; at least 1.
        per: In what time; more than zero.
    """

    count: int
    per: timedelta


def parse_duration(value: Any) -> Any:
    """Return a length of time written with its unit: `"250ms"`, `"15m"`, `"30d"`."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise flaw(
            "E105",
            "a length of time is a number with its unit",
            hint='write "250ms", "30s", "15m", "1h" or "30d"',
        )
    return timedelta(milliseconds=int(match[1]) * _MILLISECONDS[match[2]])


def parse_size(value: Any) -> Any:
    """Return a number of bytes, written with its unit: `"10MiB"`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise flaw(
            "E105",
            "a size is a number with its unit",
            hint='write "512B", "64KiB", "10MiB" or "1GiB"',
        )
    return int(match[1]) * _BYTES[match[2]]


def parse_rate(value: Any) -> Any:
    """Return a rate written as a count in a time: `"30/h"`, `"1/30s"`."""
    if isinstance(value, Rate):
        return value
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise flaw(
            "E105",
            "a rate is a count in a length of time",
            hint='write "30/h", "20/m" or "1/30s"',
        )
    count, length = int(match[1]), int(match[2] or 1)
    if count == 0 or length == 0:
        raise flaw("E106", "a rate must be more than zero")
    return Rate(count, timedelta(milliseconds=length * _MILLISECONDS[match[3]]))


def parse_network(value: Any) -> Any:
    """Return an address range: `"10.0.0.0/8"`, `"2001:db8::/32"`, or one address."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        raise flaw("E105", "a network is text", hint='write "10.0.0.0/8"')
    try:
        return ip_network(value)
    except ValueError:
        pass
    try:
        nearest = ip_network(value, strict=False)
    except ValueError:
        raise flaw(
            "E105", "this is no address and no network", hint='write "10.0.0.0/8"'
        ) from None
    raise flaw(
        "E105",
        "the address has bits behind the network's prefix",
        hint=f'write "{nearest}" for the network, or the address without "/"',
    )


def parse_instant(value: Any) -> Any:
    """Return a moment with its offset from UTC, as UTC: `2026-05-04T09:00:00Z`."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise flaw(
            "E105",
            "a moment is a date and a time with an offset",
            hint="write 2026-05-04T09:00:00Z",
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        message = "in UTC, the moment is outside the years 1 to 9999"
        raise flaw("E105", message) from None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself: loopback address or `localhost`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def private_address_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, if it is one that the internet does not have."""
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return None
    return None if address.is_global else address


Duration = Annotated[
    timedelta, BeforeValidator(parse_duration), Called("length of time")
]
Size = Annotated[int, BeforeValidator(parse_size), Called("size")]
RateOf = Annotated[Rate, PlainValidator(parse_rate), Called("rate")]
Network = Annotated[IPNetwork, PlainValidator(parse_network), Called("network")]
Instant = Annotated[datetime, PlainValidator(parse_instant), Called("date and time")]


def duration_text(duration: timedelta) -> str:
    """Return a length of time as it is written in a file."""
    milliseconds = duration // timedelta(milliseconds=1)
    for unit, length in reversed(_MILLISECONDS.items()):
        if milliseconds and milliseconds % length == 0:
            return f"{milliseconds // length}{unit}"
    return "0s"


def size_text(size: int) -> str:
    """Return a number of bytes as it is written in a file."""
    for unit, length in reversed(_BYTES.items()):
        if size and size % length == 0:
            return f"{size // length}{unit}"
    return "0B"


def rate_text(rate: Rate) -> str:
    """Return a rate as it is written in a file."""
    length = duration_text(rate.per)
    # A single unit is written without its number.
    return f"{rate.count}/{length[1:] if _UNIT.fullmatch(length) else length}"
