"""A subject is remembered for as long as its credential may be believed, no longer."""

import threading
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from typing_extensions import override

from gateway.identity import known
from gateway.identity.cache import MAX_AGE, SubjectCache
from gateway.identity.recent import RecentChanges
from gateway.model.identity import Identity, IdentityKind, Subject
from tests.identity.files import NOON

SECOND = timedelta(seconds=1)


def _subject(name: str = "ana", ends: datetime | None = None) -> Subject:
    identity = Identity(
        id=name,
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
    )
    return Subject(identity, expires_at=ends or NOON + timedelta(hours=1))


def test_a_subject_is_recalled_by_its_token_alone() -> None:
    """Each byte of the token counts."""
    cache = SubjectCache()
    subject = _subject()
    cache.remember("token", subject, NOON, epoch=0)

    assert cache.recall("token", NOON) is subject
    for other in ("toke", "token ", "Token", "", "tokeN", "token\n"):
        assert cache.recall(other, NOON) is None


def test_a_subject_is_forgotten_with_its_credential() -> None:
    """The pair around `exp`."""
    cache = SubjectCache()
    ends = NOON + timedelta(minutes=1)
    cache.remember("token", _subject(ends=ends), NOON, epoch=0)

    assert cache.recall("token", ends - SECOND)
    assert cache.recall("token", ends) is None
    assert len(cache) == 0


def test_a_subject_is_looked_up_again_after_some_minutes() -> None:
    """So that an identity that was disabled is noticed."""
    cache = SubjectCache()
    cache.remember("token", _subject(), NOON, epoch=0)

    assert cache.recall("token", NOON + MAX_AGE - SECOND)
    assert cache.recall("token", NOON + MAX_AGE) is None
    assert timedelta(minutes=5) >= MAX_AGE + known.MAX_AGE


def test_being_recalled_does_not_make_it_younger() -> None:
    """Else who is busy is never looked up again."""
    cache = SubjectCache()
    cache.remember("token", _subject(), NOON, epoch=0)
    for minutes in range(4):
        assert cache.recall("token", NOON + timedelta(minutes=minutes))

    assert cache.recall("token", NOON + MAX_AGE) is None


@pytest.mark.parametrize("ends", [NOON, NOON - SECOND])
def test_a_credential_that_has_ended_is_not_remembered(ends: datetime) -> None:
    """It was let in by the leeway of clocks, once."""
    cache = SubjectCache()
    cache.remember("token", _subject(ends=ends), NOON, epoch=0)

    assert len(cache) == 0


def test_a_subject_without_an_end_is_kept_for_some_minutes() -> None:
    """`None` is no end, not the beginning of time."""
    cache = SubjectCache()
    cache.remember("token", Subject(_subject().identity), NOON, epoch=0)

    assert cache.recall("token", NOON + MAX_AGE - SECOND)
    assert cache.recall("token", NOON + MAX_AGE) is None


def test_who_was_away_for_longest_goes_first() -> None:
    """The cache is bounded; being recalled counts as being here."""
    cache = SubjectCache(max_entries=2)
    cache.remember("a", _subject(), NOON, epoch=0)
    cache.remember("b", _subject(), NOON, epoch=0)
    assert cache.recall("a", NOON)
    cache.remember("c", _subject(), NOON, epoch=0)

    assert cache.recall("b", NOON) is None
    assert cache.recall("a", NOON)
    assert cache.recall("c", NOON)
    assert len(cache) == 2


def test_a_forgotten_credential_is_looked_up_again() -> None:
    """And forgetting one that is unknown is no fault."""
    cache = SubjectCache()
    cache.remember("a", _subject(), NOON, epoch=0)
    cache.forget("a")
    cache.forget("never seen")

    assert cache.recall("a", NOON) is None


def test_a_later_answer_replaces_the_earlier_one() -> None:
    """Two requests with one token, verified side by side."""
    cache = SubjectCache()
    cache.remember("a", _subject("first"), NOON, epoch=0)
    cache.remember("a", _subject("second"), NOON, epoch=0)

    found = cache.recall("a", NOON)
    assert found is not None
    assert found.identity.id == "second"


def test_texts_that_no_credential_can_be_are_still_told_apart() -> None:
    """Replacing what cannot be encoded would make two of them one."""
    cache = SubjectCache()
    cache.remember("a\ud800", _subject(), NOON, epoch=0)

    assert cache.recall("a\ud801", NOON) is None
    assert cache.recall("a?", NOON) is None
    assert cache.recall("a\ud800", NOON)


def test_no_credential_is_kept_in_memory() -> None:
    """A dump of it must not be a list of passwords."""
    cache = SubjectCache()
    cache.remember("a-credential", _subject(), NOON, epoch=0)

    assert b"a-credential" not in repr(vars(cache)).encode()


Entries = OrderedDict[bytes, tuple[Subject, datetime, int]]


class Contended(Entries):
    """Another thread empties it between any two steps of this one."""

    @override
    def get(self, key: Any, default: Any = None) -> Any:
        found = super().get(key, default)
        self.clear()
        return found

    @override
    def __len__(self) -> int:
        length = super().__len__()
        self.clear()
        return length


def test_what_another_thread_has_just_dropped_is_still_true() -> None:
    """It was there when it was looked for."""
    cache = SubjectCache()
    cache.remember("a", _subject(), NOON, epoch=0)
    cache._entries = Contended(cache._entries)

    assert cache.recall("a", NOON)
    assert cache.recall("a", NOON) is None


def test_a_cache_that_another_thread_has_just_emptied_needs_no_room() -> None:
    """There is nothing left to drop, which is no fault."""
    cache = SubjectCache(max_entries=0)
    cache._entries = Contended()

    cache.remember("a", _subject(), NOON, epoch=0)

    assert cache.recall("a", NOON) is None


def test_many_threads_never_get_somebody_else() -> None:
    """No lock: at worst, somebody is verified once too often."""
    cache = SubjectCache(max_entries=40)
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for number in range(2000):
                name = str((number * (seed + 3)) % 120)
                found = cache.recall(name, NOON)
                assert found is None or found.identity.id == name
                cache.remember(name, _subject(name), NOON, epoch=0)
                if number % 7 == 0:
                    cache.forget(name)
                if number % 11 == 0:
                    cache.recall(name, NOON + MAX_AGE)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is a failure
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(cache) <= 40 + 8


def test_what_was_found_out_before_a_change_is_not_believed() -> None:
    """Somebody was switched off; whoever is looked up afterwards is believed again."""
    changes = RecentChanges()
    cache = SubjectCache(changes=changes)
    cache.remember("token", _subject("ana"), NOON, epoch=cache.epoch)
    cache.remember("other", _subject("bob"), NOON, epoch=cache.epoch)

    before = cache.epoch
    changes.note(["ana"], NOON)
    # Found out before, and remembered late: a thread that had to wait.
    cache.remember("late", _subject("ana"), NOON, epoch=before)
    cache.remember("new", _subject("ana"), NOON, epoch=cache.epoch)

    # Whatever the clock says meanwhile.
    for now in (NOON - MAX_AGE, NOON, NOON + SECOND):
        assert cache.recall("token", now) is None
        assert cache.recall("late", now) is None
        assert cache.recall("new", now)
        assert cache.recall("other", now)
    assert len(cache) == 2


def test_what_a_subject_depends_on_ends_it_too() -> None:
    """A person of a pool, say; and nobody else's change does."""
    changes = RecentChanges()
    cache = SubjectCache(changes=changes)
    subject = replace(_subject(), depends_on="pool_user/pool/ana")
    for changed, remains in (("pool_user/pool/bob", True), (subject.depends_on, False)):
        cache.remember("token", subject, NOON, epoch=cache.epoch)
        changes.note([changed], NOON)
        assert (cache.recall("token", NOON) is subject) is remains
