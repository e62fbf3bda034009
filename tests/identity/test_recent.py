"""What was remembered before a change does not count, and what came after does."""

from datetime import timedelta

from gateway.identity import cache, known
from gateway.identity.recent import MEMORY, RecentChanges
from tests.identity.files import NOON

SECOND = timedelta(seconds=1)


def test_a_change_outdates_what_was_read_until_then() -> None:
    """Of that identity alone; the pair around the moment."""
    recent = RecentChanges()

    recent.note(["ana"], NOON)

    assert recent.outdate("ana", NOON - SECOND)
    assert recent.outdate("ana", NOON)
    assert not recent.outdate("ana", NOON + SECOND)
    assert not recent.outdate("bob", NOON - SECOND)


def test_the_last_change_counts() -> None:
    """Switched off, on, and off again."""
    recent = RecentChanges()

    recent.note(["ana"], NOON)
    recent.note(["ana"], NOON + SECOND)

    assert recent.outdate("ana", NOON + SECOND)
    assert len(recent) == 1


def test_everything_may_have_changed() -> None:
    """Nothing that was remembered is believed, whoever it is about."""
    recent = RecentChanges()
    recent.note(["ana"], NOON - SECOND)

    recent.note_everything(NOON)

    for name in ("ana", "bob"):
        assert recent.outdate(name, NOON)
        assert not recent.outdate(name, NOON + SECOND)


def test_a_change_is_kept_for_longer_than_anything_is_remembered() -> None:
    """The pair around that time; and those that changed again stay."""
    recent = RecentChanges()
    recent.note(["ana", "bob"], NOON)
    recent.note(["ana"], NOON + SECOND)

    recent.note([], NOON + MEMORY - SECOND)
    assert len(recent) == 2
    recent.note([], NOON + MEMORY)
    assert len(recent) == 1
    recent.note([], NOON + MEMORY + SECOND)
    assert len(recent) == 0
    assert cache.MAX_AGE + known.MAX_AGE < MEMORY


def test_more_changes_than_can_be_kept_are_everything() -> None:
    """Memory is bounded, and nobody who was switched off is believed for it."""
    recent = RecentChanges(max_identities=2)

    recent.note(["ana", "bob"], NOON)
    assert not recent.outdate("eve", NOON)
    recent.note(["cyd"], NOON + SECOND)

    for name in ("ana", "bob", "cyd", "eve"):
        assert recent.outdate(name, NOON + SECOND)
    assert len(recent) == 0
