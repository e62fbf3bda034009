"""On the event loop, keys are given from memory, or not at all.

The rest of `gateway.authentication.jwks` is tested in `test_jwks.py`.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, NoReturn

import pytest

from gateway.authentication.errors import UnknownKeyError
from gateway.authentication.jwks import KeySource
from gateway.model.waiting import WouldWaitError
from tests.authentication.issuer import jwk
from tests.authentication.provider import (
    Clock,
    FakeProvider,
    key_source,
    unavailable,
)

OLD, NEW = "ES256-0", "ES256-1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def source(provider: FakeProvider, clock: Clock) -> KeySource:
    return key_source(provider, clock)


class Untouchable:
    """A lock, or a way to the issuer, that fails the test if anybody uses it."""

    def __init__(self, *, locked: bool = False) -> None:
        self._locked = locked

    def locked(self) -> bool:
        return self._locked

    def __enter__(self) -> NoReturn:
        raise AssertionError

    def __exit__(self, *_: object) -> NoReturn:
        raise AssertionError

    def acquire(self, *, blocking: bool = True) -> NoReturn:
        raise AssertionError

    def get(self, url: str) -> NoReturn:
        raise AssertionError


def nail_down(source: KeySource, *, fetching: bool = False) -> None:
    """From now on, whatever could wait fails the test."""
    hands: Any = source
    hands._fetching = Untouchable(locked=fetching)
    hands._waiting = Untouchable()
    hands._fetcher = Untouchable()


def would_wait(source: KeySource, key_id: str | None = OLD) -> bool:
    try:
        source.get(key_id, "ES256", may_wait=False)
    except WouldWaitError:
        return True
    except UnknownKeyError:
        return False
    return False


def test_young_keys_are_given_without_waiting(source: KeySource, clock: Clock) -> None:
    """The pair around `refresh`."""
    source.get(OLD, "ES256")
    nail_down(source)

    assert source.get(OLD, "ES256", may_wait=False).key_id == OLD
    assert source.get(None, "ES256", may_wait=False).key_id == OLD
    clock.advance(minutes=14, seconds=59)
    assert not would_wait(source)
    clock.advance(seconds=1)
    assert would_wait(source)


def test_without_keys_one_would_wait(source: KeySource) -> None:
    """Also if the last attempt to fetch them failed just now."""
    nail_down(source)

    assert would_wait(source)


def test_an_unknown_key_is_refused_without_waiting_if_nobody_may_ask(
    source: KeySource, clock: Clock
) -> None:
    """Tokens with made-up keys must not cost a thread each."""
    source.get(OLD, "ES256")
    nail_down(source)

    with pytest.raises(UnknownKeyError):
        source.get("random", "ES256", may_wait=False)
    clock.advance(seconds=29.999)
    assert not would_wait(source, "random")
    clock.advance(seconds=0.001)
    assert would_wait(source, "random")


def test_an_unknown_key_is_not_refused_while_somebody_asks(source: KeySource) -> None:
    """The answer that is on its way may hold it."""
    source.get(OLD, "ES256")
    nail_down(source, fetching=True)

    assert would_wait(source, "random")
    assert not would_wait(source)


def test_an_unknown_key_of_a_provider_that_is_down_is_not_refused_at_once(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """It is no bad token but an outage, which the thread finds out."""
    source.get(OLD, "ES256")
    provider.down = True
    clock.advance(seconds=30)
    assert unavailable(source, NEW)
    nail_down(source)

    assert would_wait(source, NEW)
    assert not would_wait(source, OLD)


def test_what_has_been_fetched_meanwhile_counts(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """Between the first look at the keys and the question who is asking."""
    source.get(OLD, "ES256")
    clock.advance(seconds=30)
    provider.publish(jwk("ES256", number=1))

    may_ask = source._may_ask

    def fetch_meanwhile(now: Any) -> bool:
        source._fetch(now)
        return may_ask(now)

    hands: Any = source
    hands._may_ask = fetch_meanwhile

    assert source.get(NEW, "ES256", may_wait=False).key_id == NEW


def test_old_keys_are_given_without_waiting_if_nobody_can_get_younger_ones(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """While the provider is down, or somebody fetches already; within `stale`."""
    source.get(OLD, "ES256")
    provider.down = True
    clock.advance(minutes=15)
    assert would_wait(source)
    source.get(OLD, "ES256")
    nail_down(source)

    assert not would_wait(source)
    clock.advance(seconds=1)
    assert would_wait(source)
    nail_down(source, fetching=True)
    assert not would_wait(source)
    clock.advance(hours=24)
    assert would_wait(source)


def test_nobody_waits_for_a_slow_provider_on_the_event_loop(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """With the real locks, held by a thread whose fetch takes for ever."""
    source.get(OLD, "ES256")
    clock.advance(seconds=30)
    began, finish = Event(), Event()

    def stall() -> None:
        began.set()
        finish.wait(10)

    provider.before = stall
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(unavailable, source, "random")
        assert began.wait(10)
        try:
            assert would_wait(source, "random")
            assert not would_wait(source)
        finally:
            finish.set()
        assert slow.result(10) is False
