"""Keys are fetched rarely, kept fresh, and served while their provider is down."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from itertools import islice
from threading import Barrier, Event

import pytest

from gateway.authentication.errors import UnknownKeyError, WrongAlgorithmError
from gateway.authentication.jwks import KeySource
from gateway.config.settings.values import Rate
from gateway.model.errors import ProviderUnavailableError
from gateway.model.waiting import WouldWaitError
from gateway.net.errors import OversizedAnswerError
from tests.authentication.issuer import ISSUER, NOON, jwk, key_set
from tests.authentication.provider import (
    DISCOVERY,
    JWKS,
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


def test_keys_are_fetched_when_they_are_first_needed(
    source: KeySource, provider: FakeProvider
) -> None:
    """By way of the discovery document."""
    key = source.get(OLD, "ES256")

    assert key.key_id == OLD
    assert provider.asked == {DISCOVERY: 1, JWKS: 1}


def test_nothing_is_fetched_where_one_may_not_wait(
    source: KeySource, provider: FakeProvider
) -> None:
    """On the event loop; `test_jwks_at_hand.py` tells the rest."""
    with pytest.raises(WouldWaitError):
        source.get(OLD, "ES256", may_wait=False)

    assert not provider.asked


def test_a_known_place_of_the_keys_needs_no_discovery(
    provider: FakeProvider, clock: Clock
) -> None:
    source = key_source(provider, clock, jwks_url=JWKS)

    source.get(OLD, "ES256")

    assert provider.asked == {JWKS: 1}


def test_an_issuer_is_described_as_its_file_lets_it(
    provider: FakeProvider, clock: Clock
) -> None:
    """Which is how it is spelled there, or one of those."""
    provider.describe(issuer=ISSUER + "/")
    source = key_source(provider, clock, described_as=(ISSUER, ISSUER + "/"))

    assert source.get(OLD, "ES256").key_id == OLD


def test_fresh_keys_cause_no_fetch(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    for _ in range(100):
        source.get(OLD, "ES256")
        clock.advance(seconds=8)

    assert provider.asked[JWKS] == 1


def test_keys_are_fetched_again_when_they_are_old_and_not_before(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    source.get(OLD, "ES256")
    clock.advance(minutes=14, seconds=59)
    source.get(OLD, "ES256")
    assert provider.asked[JWKS] == 1

    clock.advance(seconds=1)
    source.get(OLD, "ES256")

    assert provider.asked[JWKS] == 2


def test_a_withdrawn_key_is_not_accepted_after_the_refresh(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    source.get(OLD, "ES256")
    provider.publish(jwk("ES256", number=1))
    clock.advance(minutes=15)

    with pytest.raises(UnknownKeyError):
        source.get(OLD, "ES256")
    assert source.get(NEW, "ES256").key_id == NEW


def test_a_new_key_is_found_at_once(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """The provider has begun to sign with a key that nobody has fetched yet."""
    source.get(OLD, "ES256")
    provider.publish(jwk("ES256"), jwk("ES256", number=1))
    clock.advance(seconds=30)

    assert source.get(NEW, "ES256").key_id == NEW
    assert source.get(OLD, "ES256").key_id == OLD
    assert provider.asked[JWKS] == 2


def test_ghsa_fhv5_28vv_h8m8_ten_thousand_unknown_keys_cause_one_fetch_in_30_s(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """Anybody can send tokens with made-up keys."""
    source.get(OLD, "ES256")
    clock.advance(seconds=29.999)
    for number in range(5_000):
        with pytest.raises(UnknownKeyError):
            source.get(f"random-{number}", "ES256")
    assert provider.asked[JWKS] == 1

    clock.advance(seconds=0.001)
    for number in range(5_000):
        with pytest.raises(UnknownKeyError):
            source.get(f"random-{number}", "ES256")

    assert provider.asked[JWKS] == 2


def test_the_rate_of_fetches_for_unknown_keys_is_the_files(
    provider: FakeProvider, clock: Clock
) -> None:
    source = key_source(provider, clock, unknown_kid=Rate(3, timedelta(minutes=1)))
    for number in range(10):
        with pytest.raises(UnknownKeyError):
            source.get(f"random-{number}", "ES256")
    assert provider.asked[JWKS] == 3

    clock.advance(minutes=1)
    with pytest.raises(UnknownKeyError):
        source.get("random", "ES256")

    assert provider.asked[JWKS] == 4


def test_a_known_key_with_a_wrong_algorithm_causes_no_fetch(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    source.get(OLD, "ES256")
    clock.advance(seconds=31)

    with pytest.raises(WrongAlgorithmError):
        source.get(OLD, "RS256")
    with pytest.raises(WrongAlgorithmError):
        source.get(None, "RS256")

    assert provider.asked[JWKS] == 1


def test_a_provider_that_is_down_is_not_noticed_within_the_stale_window(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    source.get(OLD, "ES256")
    provider.down = True

    clock.advance(hours=23, minutes=59, seconds=59)
    assert source.get(OLD, "ES256").key_id == OLD

    clock.advance(seconds=1)
    with pytest.raises(ProviderUnavailableError, match="connection refused"):
        source.get(OLD, "ES256")


def test_without_a_stale_window_old_keys_are_not_used(
    provider: FakeProvider, clock: Clock
) -> None:
    source = key_source(provider, clock, stale=timedelta(0))
    source.get(OLD, "ES256")
    provider.down = True

    clock.advance(minutes=14, seconds=59)
    source.get(OLD, "ES256")
    clock.advance(seconds=1)

    assert unavailable(source, OLD)


def test_a_provider_that_was_never_reached_is_unavailable_and_not_a_bad_token(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    provider.down = True

    assert unavailable(source, OLD)
    clock.advance(seconds=1)
    provider.down = False
    assert source.get(OLD, "ES256").key_id == OLD


def test_an_unknown_key_of_a_provider_that_is_down_is_not_called_bad(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """The answer that could tell is missing; it may be the new key."""
    source.get(OLD, "ES256")
    provider.publish(jwk("ES256", number=1))
    provider.down = True
    clock.advance(seconds=30)

    assert unavailable(source, NEW)
    assert unavailable(source, NEW)
    assert provider.asked[DISCOVERY] == 2
    assert source.get(OLD, "ES256").key_id == OLD

    provider.down = False
    clock.advance(seconds=30)
    assert source.get(NEW, "ES256").key_id == NEW


def test_failures_are_followed_by_longer_and_longer_pauses(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    provider.down = True
    attempts: list[int] = []

    for second in range(200):
        assert unavailable(source, OLD)
        if provider.asked[DISCOVERY] > len(attempts):
            attempts.append(second)
        clock.advance(seconds=1)

    assert attempts == [0, 1, 3, 7, 15, 31, 61, 91, 121, 151, 181]


def test_pauses_stay_bounded_after_a_week_of_failures(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    provider.down = True
    for _ in range(2_000):
        assert unavailable(source, OLD)
        clock.advance(seconds=30)

    provider.down = False

    assert not unavailable(source, OLD)


def test_a_clock_that_is_put_back_does_not_freeze_the_keys(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    source.get(OLD, "ES256")
    provider.publish(jwk("ES256", number=1))
    clock.advance(days=-365)

    with pytest.raises(UnknownKeyError):
        source.get(OLD, "ES256")
    assert source.get(NEW, "ES256").key_id == NEW


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: p.describe(issuer="https://other.example"),
        lambda p: p.describe(issuer=ISSUER + "/"),
        lambda p: p.describe(issuer=None),
        lambda p: p.describe(jwks_uri=None),
        lambda p: p.describe(jwks_uri=5),
        lambda p: p.describe(jwks_uri=f"{ISSUER}/nothing-here"),
        lambda p: p.documents.update({DISCOVERY: b"<html>"}),
        lambda p: p.documents.update({DISCOVERY: b"[]"}),
        lambda p: p.documents.update({DISCOVERY: b"{" * 10_000}),
        lambda p: p.documents.update({JWKS: b"<html>"}),
        lambda p: p.documents.update({JWKS: key_set()}),
        lambda p: p.documents.update({JWKS: key_set(jwk("ES256", use="enc"))}),
        lambda p: p.documents.pop(DISCOVERY),
        lambda p: setattr(p, "status", 500),
        lambda p: setattr(p, "status", 204),
    ],
)
def test_a_broken_answer_is_an_outage_and_keeps_the_keys(
    spoil: Callable[[FakeProvider], object],
    source: KeySource,
    provider: FakeProvider,
    clock: Clock,
) -> None:
    """Also a discovery document that speaks for another issuer."""
    source.get(OLD, "ES256")
    spoil(provider)
    clock.advance(minutes=15)

    assert source.get(OLD, "ES256").key_id == OLD
    assert source.status().failures == 1
    clock.advance(hours=24)
    assert unavailable(source, OLD)


def test_the_background_refresh_comes_before_requests_need_it(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    source.refresh_due()
    assert provider.asked[JWKS] == 1
    for _ in range(60):
        clock.advance(minutes=1)
        source.refresh_due()
        before = provider.asked[JWKS]
        source.get(OLD, "ES256")
        assert provider.asked[JWKS] == before

    assert provider.asked[JWKS] == 6


def test_the_background_refresh_never_raises_and_keeps_the_pauses(
    source: KeySource, provider: FakeProvider
) -> None:
    provider.down = True

    source.refresh_due()
    source.refresh_due()

    assert provider.asked[DISCOVERY] == 1


def test_many_threads_that_need_keys_cause_one_fetch(
    source: KeySource, provider: FakeProvider
) -> None:
    """Single flight: nobody asks what somebody else is asking."""
    together = Barrier(9, timeout=10)

    def need(_number: int) -> str | None:
        together.wait()
        return source.get(OLD, "ES256").key_id

    with ThreadPoolExecutor(9) as threads:
        found = list(threads.map(need, range(9)))

    assert found == [OLD] * 9
    assert provider.asked[JWKS] == 1


def test_a_slow_refresh_holds_up_nobody_who_has_a_usable_key(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    source.get(OLD, "ES256")
    clock.advance(minutes=15)
    began, finish = Event(), Event()

    def stall() -> None:
        began.set()
        finish.wait(10)

    provider.before = stall
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(source.get, OLD, "ES256")
        assert began.wait(10)
        quick = source.get(OLD, "ES256")
        source.refresh_due()
        finish.set()

        assert quick.key_id == slow.result(10).key_id == OLD
    assert provider.asked[JWKS] == 2


def test_an_issuer_that_hangs_cannot_occupy_every_thread(
    source: KeySource, provider: FakeProvider
) -> None:
    """Without keys at hand all would wait: one asks, eight wait, the rest are told."""
    began, finish = Event(), Event()

    def stall() -> None:
        began.set()
        finish.wait(10)

    provider.before = stall
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(unavailable, source, OLD)
        assert began.wait(10)
        others = [threads.submit(unavailable, source, OLD) for _ in range(19)]
        told = list(islice(as_completed(others, timeout=10), 11))
        waiting = [each for each in others if each not in told]
        assert not any(each.done() for each in waiting)
        finish.set()

        assert [each.result(10) for each in told] == [True] * 11
        assert [each.result(10) for each in (first, *waiting)] == [False] * 9
    assert provider.asked[JWKS] == 1


def test_who_waited_for_an_issuer_in_vain_does_not_ask_it_again(
    source: KeySource, provider: FakeProvider
) -> None:
    """Nine timeouts one after the other would keep the last one waiting for minutes."""
    provider.down = True
    began, finish = Event(), Event()

    def stall() -> None:
        began.set()
        finish.wait(10)

    provider.before = stall
    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(unavailable, source, OLD)
        assert began.wait(10)
        others = [threads.submit(unavailable, source, OLD) for _ in range(8)]
        finish.set()

        assert [each.result(10) for each in (first, *others)] == [True] * 9
    assert provider.asked[DISCOVERY] == 1


def test_unknown_keys_cannot_occupy_every_thread(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """While the provider is slow, some wait for its answer and the rest are told."""
    source.get(OLD, "ES256")
    clock.advance(seconds=30)
    began, finish = Event(), Event()

    def stall() -> None:
        began.set()
        finish.wait(10)

    provider.before = stall
    with ThreadPoolExecutor(12) as threads:
        first = threads.submit(unavailable, source, "random")
        assert began.wait(10)
        others = [threads.submit(unavailable, source, "random") for _ in range(11)]
        told = list(islice(as_completed(others, timeout=10), 3))
        known = threads.submit(source.get, OLD, "ES256")
        finish.set()

        assert first.result(10) is False
        assert [each.result(10) for each in told] == [True] * 3
        assert known.result(10).key_id == OLD
    assert provider.asked[JWKS] == 2


def test_an_operator_sees_what_there_is_and_what_went_wrong(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    before = source.status()
    assert (before.usable, before.fetched_at, before.key_ids) == (False, None, ())

    provider.publish(jwk("ES256"), jwk("RS256"))
    source.refresh_due()
    good = source.status()
    assert (good.issuer, good.usable, good.fetched_at) == (ISSUER, True, NOON)
    assert good.key_ids == (OLD,)
    assert len(good.ignored) == 1
    assert good.failure == ""

    provider.down = True
    clock.advance(minutes=15)
    source.refresh_due()
    bad = source.status()
    assert (bad.usable, bad.failures, bad.failure) == (True, 1, "connection refused")
    clock.advance(hours=24)
    assert not source.status().usable


def test_the_beginning_and_the_end_of_an_outage_are_logged(
    source: KeySource,
    provider: FakeProvider,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    provider.down = True
    source.refresh_due()
    provider.down = False
    clock.advance(seconds=1)

    source.refresh_due()

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert ISSUER in caplog.text


def test_an_answer_that_is_too_large_is_an_outage(
    source: KeySource, provider: FakeProvider
) -> None:
    def flood() -> None:
        raise OversizedAnswerError("more than 262144 bytes")

    provider.before = flood

    assert unavailable(source, OLD)
    assert "262144" in source.status().failure


def test_what_another_thread_has_just_fetched_is_not_fetched_again(
    source: KeySource, provider: FakeProvider, clock: Clock
) -> None:
    """It looked before the other was done, and comes to the lock after it."""
    seen_before = None
    source.get(OLD, "ES256")

    source._try_to_fetch(seen_before, clock())

    assert provider.asked[JWKS] == 1
