"""Functions behind a webhook: what they answer, and what becomes of it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from gateway.net.errors import (
    FetchError,
    FetchTimeoutError,
    ForbiddenTargetError,
    OversizedAnswerError,
)
from gateway.net.fetcher import Fetched
from gateway.pool.errors import (
    BadTriggerAnswerError,
    TriggerRefusedError,
    UnexpectedTriggerError,
)
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.remote import RemoteFunction
from gateway.pool.webhook import Webhook

KIND = TriggerKind.PRE_SIGN_UP
EVENT = {"userName": "ana \ud800", "response": {}}


class Net:
    """Answers one after the other; remembers what it was sent."""

    def __init__(self, *answers: Fetched | FetchError) -> None:
        self._answers = list(answers)
        self.bodies: list[bytes] = []
        self.ids: list[str] = []

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        self.bodies.append(body)
        self.ids.append(headers["webhook-id"])
        answer = self._answers.pop(0)
        if isinstance(answer, FetchError):
            raise answer
        return answer


def call(net: Net) -> object:
    webhook = Webhook(
        url="https://shop.example/hook",
        secret=bytes(32),
        poster=net,
        clock=lambda: datetime(2026, 5, 4, tzinfo=UTC),
    )
    return RemoteFunction(webhook).call(KIND, EVENT)


def ok(body: bytes = b'{"response": {}}', status: int = 200) -> Fetched:
    return Fetched(status, "application/json", body)


def test_the_answer_is_the_event_with_its_response() -> None:
    """Sent as JSON, whatever stands in it."""
    net = Net(ok(b'{"response": {"autoConfirmUser": true}}'))

    assert call(net) == {"response": {"autoConfirmUser": True}}
    assert json.loads(net.bodies[0]) == {"userName": "ana ?", "response": {}}


def test_nothing_to_say_is_the_event_as_it_came() -> None:
    """A function that is only told something need not repeat it."""
    assert call(Net(ok(b"", 204))) == EVENT


@pytest.mark.parametrize(
    "failure",
    [FetchError("no"), FetchTimeoutError("slow"), ok(b"", 503), ok(b"no", 429)],
)
def test_whoever_may_answer_the_next_time_is_asked_three_times(
    failure: Fetched | FetchError,
) -> None:
    """Under one id, so that what was done once need not be done again."""
    net = Net(failure, failure, ok())

    assert call(net) == {"response": {}}

    assert len(net.bodies) == 3
    assert len(set(net.ids)) == 1
    with pytest.raises(UnexpectedTriggerError):
        call(Net(failure, failure, failure, ok()))


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_function_says_no_in_its_own_words(status: int) -> None:
    """As Lambda's runtime answers for a function that raised; it is not asked again."""
    said = b'{"errorType": "Exception", "errorMessage": "not\\r\\ntoday"}'

    with pytest.raises(TriggerRefusedError) as caught:
        call(Net(ok(said, status)))

    assert caught.value.message == "not today"
    assert caught.value.detail == "PreSignUp failed with error not today."


@pytest.mark.parametrize("status", [400, 401, 404])
def test_another_status_is_no_answer_of_a_function(status: int) -> None:
    """It is set up wrongly, and asking again does not help."""
    with pytest.raises(UnexpectedTriggerError) as caught:
        call(Net(ok(b"not found", status)))

    assert str(status) in caught.value.detail


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[NaN]", b"[" * 100_000])
def test_what_is_no_json_is_a_bad_answer(body: bytes) -> None:
    """Not half of one, and not Python's own."""
    with pytest.raises(BadTriggerAnswerError):
        call(Net(ok(body)))


@pytest.mark.parametrize("said", [b"[]", b'{"errorMessage": 7}'])
def test_what_is_json_is_for_others_to_read(said: bytes) -> None:
    """`gateway.pool.triggers.answers` finds out what it means."""
    assert call(Net(ok(said))) == json.loads(said)


def test_where_requests_may_not_go_nobody_is_asked_again() -> None:
    """Nor where the answer is too large."""
    with pytest.raises(UnexpectedTriggerError):
        call(Net(ForbiddenTargetError("no")))
    with pytest.raises(BadTriggerAnswerError):
        call(Net(OversizedAnswerError("no")))
