"""How far the provider's clock is from ours, from the `Date` of its answers.

Reference: RFC 9110 section 6.6.1.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from gateway.app.doctor.findings import Finding, doubtful, fine, wrong
from gateway.app.doctor.recording import Exchange

_CHECK = "clock"

# `Date` has whole seconds, and an answer takes a while.
_INEXACT = timedelta(seconds=2)


def check_clock(exchanges: Sequence[Exchange], skew: timedelta) -> Finding:
    """Return whether two clocks are as near to each other as tokens need.

    Args:
        exchanges: With the provider.
        skew: How far it may be.
    """
    found = [
        (abs(theirs - each.at), each.host, theirs > each.at)
        for each in exchanges
        if (theirs := _read(each.date)) is not None
    ]
    if not found:
        return doubtful(_CHECK, "no answer says what time it is there")
    distance, host, ahead = max(found)
    seconds = f"{distance.total_seconds():.0f} s"
    if distance > skew + _INEXACT:
        return wrong(
            _CHECK,
            f"the clock of {host} is {seconds} {'ahead of' if ahead else 'behind'} ours",
            "set this machine's clock by NTP; [tokens] skew is the most that is let pass",
        )
    return fine(_CHECK, f"at most {seconds} from ours")


def _read(date: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(date)
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read
