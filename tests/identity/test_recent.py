"""What was found out before a change does not count, and what came after does."""

from datetime import timedelta

from gateway.identity import cache, known
from gateway.identity.recent import MEMORY, RecentChanges
from tests.identity.files import NOON

SECOND = timedelta(seconds=1)


def test_a_change_outdates_what_was_found_out_until_then() -> None:
    """Of that identity alone; the pair around the epoch."""
    recent = RecentChanges()
    before = recent.epoch

    recent.note(["ana"], NOON)

    assert recent.outdate("ana", before)
    assert not recent.outdate("ana", recent.epoch)
    assert not recent.outdate("bob", before)


def test_the_last_change_counts() -> None:
    """Switched off, on, and off again; whatever the clock says."""
    recent = RecentChanges()

    recent.note(["ana"], NOON)
    between = recent.epoch
    recent.note(["ana"], NOON - SECOND)

    assert recent.outdate("ana", between)
    assert not recent.outdate("ana", recent.epoch)
    assert len(recent) == 1


def test_no_change_begins_no_epoch() -> None:
    """What is found out now is as good as what was found out before."""
    recent = RecentChanges()
    before = recent.epoch

    recent.note([], NOON)

    assert recent.epoch == before


def test_everything_may_have_changed() -> None:
    """Nothing that was remembered is believed, whoever it is about."""
    recent = RecentChanges()
    recent.note(["ana"], NOON)
    before = recent.epoch

    recent.note_everything(NOON)

    for name in ("ana", "bob"):
        assert recent.outdate(name, before)
        assert not recent.outdate(name, recent.epoch)


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
    before = recent.epoch
    assert not recent.outdate("eve", before)
    recent.note(["cyd"], NOON)

    for name in ("ana", "bob", "cyd", "eve"):
        assert recent.outdate(name, before)
        assert not recent.outdate(name, recent.epoch)
    assert len(recent) == 0
