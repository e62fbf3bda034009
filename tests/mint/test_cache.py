"""The cache is bounded, forgets the oldest, and stands up to many threads."""

import threading
from datetime import timedelta

from gateway.mint.cache import Entry, MintCache
from gateway.model.minted import MintedCredential
from tests.mint.conftest import NOON

LATER = NOON + timedelta(seconds=30)


def _entry(name: str) -> Entry:
    minted = MintedCredential(b"authorization", name.encode(), name, "kid", LATER)
    return minted, LATER


def test_what_was_kept_is_found() -> None:
    """And nothing else."""
    cache = MintCache()
    cache.keep("a", _entry("a"), now=NOON)

    assert cache.find("a") == _entry("a")
    assert cache.find("b") is None


def test_the_oldest_goes_when_there_is_no_room() -> None:
    """Not the one that was renewed."""
    cache = MintCache(max_entries=2)
    for name in ("a", "b", "a", "c"):
        cache.keep(name, _entry(name), now=NOON)

    assert cache.find("a")
    assert cache.find("c")
    assert cache.find("b") is None
    assert len(cache) == 2


def test_the_cache_shrinks_when_what_it_holds_is_stale() -> None:
    """Each new entry sweeps two, so that a rush does not stay in memory."""
    cache = MintCache()
    for number in range(10):
        cache.keep(number, _entry("x"), now=NOON)

    cache.keep("new", _entry("x"), now=LATER - timedelta(seconds=1))
    assert len(cache) == 11
    fresh = (_entry("x")[0], LATER + timedelta(seconds=9))
    for number in range(5):
        cache.keep(("new", number), fresh, now=LATER)

    assert len(cache) == 11 + 5 - 10


def test_a_cache_without_room_keeps_nothing() -> None:
    """Zero is a bound too."""
    cache = MintCache(max_entries=0)
    cache.keep("a", _entry("a"), now=NOON)

    assert cache.find("a") is None


def test_many_threads_never_break_the_bound_for_good_nor_each_other() -> None:
    """No lock: at worst, one token too many is minted."""
    cache = MintCache(max_entries=50)
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for number in range(3000):
                name = str((number * (seed + 7)) % 200)
                found = cache.find(name)
                assert found is None or found[0].token_id == name
                cache.keep(name, _entry(name), now=NOON)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is a failure
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    cache.keep("last", _entry("last"), now=NOON)
    assert len(cache) <= 50 + 8
