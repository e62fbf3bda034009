"""What was shown once is not let in again while it could be believed."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.authentication.seen import Seen
from gateway.model.errors import RateLimitedError

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LIFETIME = timedelta(minutes=2)


def _first(seen: Seen, name: str, after: float) -> bool:
    """Ask when so many seconds have passed."""
    now = NOON + timedelta(seconds=after)
    return seen.is_first(name, now + LIFETIME)


def test_each_name_is_first_once() -> None:
    """Half of a surrogate pair too."""
    seen = Seen(lifetime=LIFETIME)

    for name in ("a", "b", "\ud800"):
        assert _first(seen, name, 0)
        assert not _first(seen, name, 1)


@pytest.mark.parametrize("begun", [0, 1, 60, 119, 120, 121, 239])
def test_a_name_is_remembered_for_as_long_as_it_is_believed(begun: float) -> None:
    """Wherever the halves turn meanwhile; what is old is forgotten some time after."""
    seen = Seen(lifetime=LIFETIME)
    _first(seen, "first", 0)
    assert _first(seen, "name", begun)

    for after in range(0, 120, 10):
        assert not _first(seen, "name", begun + after)
        _first(seen, f"other {after}", begun + after)
    assert _first(seen, "name", begun + 3 * 120)
    assert len(seen) < 14


def test_what_was_idle_for_long_is_forgotten_at_once() -> None:
    """Both halves."""
    seen = Seen(lifetime=LIFETIME)
    _first(seen, "a", 0)

    assert _first(seen, "a", 240)
    assert len(seen) == 1


def test_full_is_full() -> None:
    """To forget one that is still believed would let it in twice."""
    seen = Seen(lifetime=LIFETIME, max_seen=2)
    assert _first(seen, "a", 0)
    assert _first(seen, "b", 0)

    with pytest.raises(RateLimitedError):
        _first(seen, "c", 1)
    assert not _first(seen, "a", 1)
    assert _first(seen, "c", 240)


def test_a_clock_that_is_put_back_forgets_nothing() -> None:
    """Nor does it let anything in again."""
    seen = Seen(lifetime=LIFETIME)
    _first(seen, "a", 0)

    assert not _first(seen, "a", -3600)
