"""Fetching, with a record of who answered what, when."""

import pytest

from gateway.app.doctor.recording import Recorder, advice
from gateway.net.errors import (
    FetchError,
    FetchTimeoutError,
    ForbiddenTargetError,
    OversizedAnswerError,
    UnusableAnswerError,
)
from gateway.net.fetcher import FetchRules
from tests.app.doctor.house import NOON, OpenId
from tests.peers.stand_ins.wire import TROUBLE, Direct

RULES = FetchRules(allow_hosts=frozenset({"login.corp.example"}))
URL = "https://login.corp.example/.well-known/openid-configuration"


def test_what_was_answered_is_remembered_and_handed_on() -> None:
    peer = OpenId()
    recorder = Recorder(clock=lambda: NOON, fetcher=lambda _: Direct(peer))

    fetcher = recorder(RULES)
    fetcher.get(URL)
    fetcher.post("https://login.corp.example/token", b"", headers={})

    first, second = recorder.exchanges
    assert (first.host, first.answered, first.at) == ("login.corp.example", True, NOON)
    assert first.date == "Mon, 04 May 2026 12:00:00 GMT"
    assert second.date == ""


@pytest.mark.parametrize(
    ("trouble", "answered"), [("a redirect", True), ("nothing in time", False)]
)
def test_what_was_not_is_remembered_too(trouble: str, *, answered: bool) -> None:
    """A redirect cannot be used, and yet somebody is there."""
    peer = OpenId()
    peer.faults["/jwks"] = TROUBLE[trouble]
    recorder = Recorder(clock=lambda: NOON, fetcher=lambda _: Direct(peer))

    with pytest.raises(FetchError):
        recorder(RULES).get("https://login.corp.example/jwks")

    (exchange,) = recorder.exchanges
    assert exchange.failure is not None
    assert exchange.answered is answered


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (ForbiddenTargetError, "allow_hosts"),
        (FetchTimeoutError, "timeout"),
        (OversizedAnswerError, "API"),
        (UnusableAnswerError, "API"),
        (FetchError, "ca"),
    ],
)
def test_each_failure_has_its_advice(failure: type[FetchError], word: str) -> None:
    assert word in advice(failure("x"))


def test_an_address_that_is_none_is_its_own_name() -> None:
    peer = OpenId()
    recorder = Recorder(clock=lambda: NOON, fetcher=lambda _: Direct(peer))
    fetched = recorder.record("https://[", lambda: Direct(peer).get(URL))

    assert fetched.status == 200
    assert recorder.exchanges[0].host == "https://["
