"""An identity is known for a moment after it was read, and no longer."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from typing_extensions import override

from gateway.identity.known import MAX_AGE, KnownIdentities, StoredIdentity
from gateway.identity.recent import RecentChanges
from gateway.model.identity import IdentityKind
from gateway.storage.identities import StoredIdentity as Row
from tests.identity.files import NOON

SECOND = timedelta(seconds=1)


def _row(name: str = "ana") -> Row:
    return Row(
        id=name, created_at=NOON, disabled=False, kind=IdentityKind.AUTHENTICATED
    )


def _known(max_entries: int = 100) -> KnownIdentities:
    known = KnownIdentities(max_entries=max_entries)
    known.keep("corp", "ana", _row(), read_at=NOON, epoch=0)
    return known


def test_an_identity_is_found_by_provider_and_subject() -> None:
    """Both count, each byte of them."""
    known = _known()

    found = known.find("corp", "ana", now=NOON)
    assert found is not None
    assert found.id == "ana"
    for name in (("corp", "Ana"), ("cor", "pana"), ("google", "ana"), ("ana", "corp")):
        assert known.find(*name, now=NOON) is None


def test_an_identity_is_read_again_after_a_minute() -> None:
    """So that one that was disabled is noticed; the pair around the age."""
    known = _known()

    assert known.find("corp", "ana", now=NOON + MAX_AGE - SECOND)
    assert known.find("corp", "ana", now=NOON + MAX_AGE) is None
    assert timedelta(minutes=1) >= MAX_AGE


def test_being_found_does_not_make_it_younger() -> None:
    """Else who is busy is never read again."""
    known = _known()
    for seconds in range(60):
        assert known.find("corp", "ana", now=NOON + seconds * SECOND)

    assert known.find("corp", "ana", now=NOON + MAX_AGE) is None


def test_a_clock_that_is_put_back_makes_nothing_young() -> None:
    """Else a disabled identity is let in until the clock has caught up."""
    known = _known()

    assert known.find("corp", "ana", now=NOON - SECOND) is None


def test_a_later_reading_replaces_the_earlier_one() -> None:
    """And counts from its own time."""
    known = _known()
    known.keep("corp", "ana", _row("new"), read_at=NOON + SECOND, epoch=0)

    found = known.find("corp", "ana", now=NOON + MAX_AGE)

    assert found is not None
    assert found.id == "new"
    assert len(known) == 1


def test_the_oldest_go_first() -> None:
    """However many come, no more than the bound are kept."""
    known = _known(max_entries=2)
    known.keep("corp", "bob", _row(), read_at=NOON + SECOND, epoch=0)
    known.keep("corp", "ana", _row(), read_at=NOON + 2 * SECOND, epoch=0)
    for name in ("cem", "dan"):
        known.keep("corp", name, _row(), read_at=NOON + 3 * SECOND, epoch=0)

    kept = [
        n for n in ("ana", "bob", "cem", "dan") if _find(known, n, NOON + 4 * SECOND)
    ]
    assert kept == ["cem", "dan"]
    assert len(known) == 2


def test_the_memory_shrinks_again_after_a_rush() -> None:
    """Each new one sweeps away two that are too old."""
    known = KnownIdentities()
    for number in range(10):
        known.keep("corp", str(number), _row(), read_at=NOON, epoch=0)
    for number in range(10):
        known.keep("corp", f"later-{number}", _row(), read_at=NOON + MAX_AGE, epoch=0)

    assert len(known) == 10


def _find(known: KnownIdentities, subject: str, now: datetime) -> StoredIdentity | None:
    return known.find("corp", subject, now=now)


Entries = OrderedDict[tuple[str, str], tuple[StoredIdentity, datetime, int]]


class Contended(Entries):
    """Another thread empties it as soon as this one has looked at the oldest."""

    @override
    def __iter__(self) -> Iterator[Any]:
        names = list(super().__iter__())
        self.clear()
        return iter(names)


@pytest.mark.parametrize("max_entries", [0, 5])
def test_what_another_thread_has_just_dropped_needs_no_dropping(
    max_entries: int,
) -> None:
    """It is gone, which is what was wanted."""
    known = KnownIdentities(max_entries=max_entries)
    known._entries = Contended()

    known.keep("corp", "ana", _row(), read_at=NOON, epoch=0)

    assert len(known) == 0


def test_many_threads_never_get_somebody_else() -> None:
    """No lock: at worst, somebody is read once too often."""
    known = KnownIdentities(max_entries=40)
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for number in range(2000):
                name = str((number * (seed + 3)) % 120)
                found = _find(known, name, NOON)
                assert found is None or found.id == name
                known.keep("corp", name, _row(name), read_at=NOON, epoch=0)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is a failure
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert len(known) <= 40 + 8


def test_what_was_read_before_a_change_is_read_again() -> None:
    """What is read afterwards is believed at once."""
    changes = RecentChanges()
    known = KnownIdentities(changes=changes)
    for name in ("ana", "bob"):
        known.keep("corp", name, _row(name), read_at=NOON, epoch=known.epoch)

    before = known.epoch
    changes.note(["ana"], NOON)

    assert known.find("corp", "ana", now=NOON) is None
    assert known.find("corp", "bob", now=NOON)
    known.keep("corp", "ana", _row("ana"), read_at=NOON, epoch=before)
    assert known.find("corp", "ana", now=NOON) is None
    known.keep("corp", "ana", _row("ana"), read_at=NOON, epoch=known.epoch)
    assert known.find("corp", "ana", now=NOON)
