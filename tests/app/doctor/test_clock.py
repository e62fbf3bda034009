"""How far the provider's clock is from ours."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from gateway.app.doctor.clock import check_clock
from gateway.app.doctor.findings import State
from gateway.app.doctor.recording import Exchange
from tests.app.doctor.house import NOON

SKEW = timedelta(seconds=30)


def exchange(date: str) -> Exchange:
    return Exchange("login.corp.example", None, date, NOON)


def at(seconds: int) -> Exchange:
    return exchange(format_datetime(NOON + timedelta(seconds=seconds), usegmt=True))


@pytest.mark.parametrize(
    ("seconds", "state", "words"),
    [
        (0, State.FINE, "0 s"),
        (32, State.FINE, "32 s"),
        (33, State.WRONG, "33 s ahead of ours"),
        (-32, State.FINE, "32 s"),
        (-33, State.WRONG, "33 s behind ours"),
    ],
)
def test_clocks_may_differ_by_the_skew(seconds: int, state: State, words: str) -> None:
    """And by what `Date` cannot say."""
    finding = check_clock([at(0), at(seconds)], SKEW)

    assert finding.state is state
    assert words in finding.message
    assert ("NTP" in finding.help) is (state is State.WRONG)


@pytest.mark.parametrize("date", ["", "today", "Mon, 99 May 2026 12:00:00 GMT"])
def test_an_answer_without_a_date_says_nothing(date: str) -> None:
    assert check_clock([exchange(date)], SKEW).state is State.DOUBTFUL


def test_a_date_without_a_zone_is_utc() -> None:
    assert check_clock([exchange("Mon, 04 May 2026 12:00:00 -0000")], SKEW).state is (
        State.FINE
    )
