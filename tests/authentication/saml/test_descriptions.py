"""Metadata kept fresh, and a provider that is down."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest

from gateway.authentication.saml.descriptions import (
    FixedDescription,
    MetadataPlace,
    MetadataSource,
)
from gateway.authentication.saml.metadata import Description
from gateway.config.providers.saml_idp import MetadataSettings
from gateway.model.errors import ProviderUnavailableError
from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetched
from tests.authentication.saml.idp import ENTITY, NOON, description, instant, pair
from tests.authentication.saml.test_metadata import entity, key, service

URL = "https://idp.example.com/metadata"


def xml(name: str = "idp", *, ends: str = "") -> bytes:
    return entity(key(pair(name)), service("SingleSignOnService"), ends=ends).encode()


class Provider:
    """What a provider publishes, and the clock by which that is asked for."""

    def __init__(self) -> None:
        self.now = NOON
        self.body = xml()
        self.status = 200
        self.down = False
        self.asked = 0
        self.before: Callable[[], None] = lambda: None

    def get(self, url: str) -> Fetched:
        assert url == URL
        self.asked += 1
        self.before()
        if self.down:
            raise FetchError("down")
        return Fetched(self.status, "application/samlmetadata+xml", self.body)

    def pass_by(self, **length: float) -> None:
        self.now += timedelta(**length)

    def source(self) -> MetadataSource:
        place = MetadataPlace(
            settings=MetadataSettings(
                url=URL, refresh=timedelta(hours=1), stale=timedelta(days=1)
            ),
            entity_id=ENTITY,
            signer=None,
            allow_plain_http=False,
        )
        return MetadataSource(place, fetcher=self, clock=lambda: self.now)


def names(found: Description) -> list[str]:
    known = {pair(name).certificate.fingerprint: name for name in ("idp", "next")}
    return [known[each.fingerprint] for each in found.certificates]


def test_metadata_is_fetched_once_while_it_is_young() -> None:
    provider = Provider()
    source = provider.source()
    for _ in range(3):
        assert names(source.current()) == ["idp"]
        source.refresh_due()
    assert provider.asked == 1


def test_metadata_that_is_old_is_fetched_again() -> None:
    provider = Provider()
    source = provider.source()
    source.current()
    provider.body = xml("next")
    provider.pass_by(hours=1)
    assert names(source.current()) == ["next"]
    provider.pass_by(hours=1)
    source.refresh_due()
    assert provider.asked == 3


@pytest.mark.parametrize("how", ["down", "error", "HTML"])
def test_a_provider_that_is_down_is_not_noticed_for_a_while(how: str) -> None:
    provider = Provider()
    source = provider.source()
    source.current()
    provider.down = how == "down"
    provider.status = 500 if how == "error" else 200
    provider.body = b"<!DOCTYPE html><title>Oops</title>" if how == "HTML" else xml()
    provider.pass_by(hours=23)
    assert names(source.current()) == ["idp"]
    assert names(source.current()) == ["idp"]
    assert provider.asked == 2
    provider.pass_by(hours=1)
    with pytest.raises(ProviderUnavailableError):
        source.current()


def test_who_was_never_reached_is_asked_again_after_a_pause() -> None:
    provider = Provider()
    source = provider.source()
    provider.down = True
    for _ in range(3):
        with pytest.raises(ProviderUnavailableError):
            source.current()
    assert provider.asked == 1
    provider.down = False
    provider.pass_by(seconds=30)
    assert names(source.current()) == ["idp"]


def test_metadata_is_believed_no_longer_than_it_says() -> None:
    provider = Provider()
    provider.body = xml(ends=instant(NOON + timedelta(minutes=5)))
    source = provider.source()
    source.current()
    provider.pass_by(minutes=5)
    with pytest.raises(ProviderUnavailableError, match="out of date"):
        source.current()


def test_newer_metadata_is_looked_for_when_no_key_fits() -> None:
    provider = Provider()
    source = provider.source()
    assert source.newer() is None
    provider.pass_by(seconds=30)
    assert source.newer() is None
    provider.body = xml("next")
    # Just asked: made-up signatures cannot make anybody ask all the time.
    assert source.newer() is None
    assert provider.asked == 2
    provider.pass_by(seconds=30)
    found = source.newer()
    assert found is not None
    assert names(found) == ["next"]


def during_a_fetch(
    provider: Provider, act: Callable[[], None], source: MetadataSource
) -> None:
    """Act while another thread fetches."""
    begun, go_on = Event(), Event()

    def wait() -> None:
        begun.set()
        go_on.wait(10)

    provider.before = wait
    fetching = Thread(target=source.current)
    fetching.start()
    assert begun.wait(10)
    try:
        act()
    finally:
        go_on.set()
        fetching.join()
    provider.before = lambda: None


def test_others_go_on_with_what_is_there_while_one_fetches() -> None:
    provider = Provider()
    source = provider.source()
    source.current()
    provider.pass_by(hours=2)

    def act() -> None:
        assert names(source.current()) == ["idp"]
        source.refresh_due()

    during_a_fetch(provider, act, source)
    assert provider.asked == 2


def test_few_wait_for_a_provider_that_was_never_reached() -> None:
    provider = Provider()
    source = provider.source()
    waiting: list[Thread] = []
    found: list[datetime | None] = []

    def act() -> None:
        for _ in range(8):
            thread = Thread(target=lambda: found.append(source.current().ends_at))
            thread.start()
            waiting.append(thread)
        while source._waiting._value:
            pass
        with pytest.raises(ProviderUnavailableError, match="too many"):
            source.current()
        assert source.newer() is None

    during_a_fetch(provider, act, source)
    for thread in waiting:
        thread.join()
    assert found == [None] * 8
    assert provider.asked == 1


def test_somebody_who_waited_finds_what_another_has_fetched() -> None:
    provider = Provider()
    source = provider.source()
    source.current()
    provider.pass_by(hours=25)
    provider.body = xml("next")
    found: list[Description | None] = []
    asking = Thread(target=lambda: found.append(source.newer()))

    def act() -> None:
        asking.start()
        while source._waiting._value > 7:
            pass

    during_a_fetch(provider, act, source)
    asking.join()
    assert provider.asked == 2
    assert found[0] is not None
    assert names(found[0]) == ["next"]


def test_what_a_file_says_holds_until_it_says_itself() -> None:
    fixed = FixedDescription(description(), lambda: NOON)
    assert fixed.current() is fixed.description
    assert fixed.newer() is None
    old = Description((), {}, ends_at=NOON)
    with pytest.raises(ProviderUnavailableError):
        FixedDescription(old, lambda: NOON).current()
    assert FixedDescription(old, lambda: NOON - timedelta(hours=1)).current() is old
