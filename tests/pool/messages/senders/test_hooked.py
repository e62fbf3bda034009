"""Messages handed to a webhook."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetched
from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.senders.hooked import HookedSender
from gateway.pool.webhook import Webhook
from tests.pool.messages.letters import MAIL, SMS


class Net:
    def __init__(self, status: int = 202) -> None:
        self.status = status
        self.body = b""
        self.headers: Mapping[str, str] = {}

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        if self.status == 0:
            raise FetchError("nobody is there")
        self.body, self.headers = body, headers
        return Fetched(self.status, "", b"")


def sender(net: Net) -> HookedSender:
    webhook = Webhook(
        url="https://sms.example",
        secret=bytes(32),
        poster=net,
        clock=lambda: datetime(2026, 5, 4, tzinfo=UTC),
    )
    return HookedSender(webhook, sender="+49301234")


def test_a_message_is_handed_over_whole() -> None:
    """Under its own id, so that a second try is told from a second message."""
    net = Net()

    sender(net).send(SMS)

    assert json.loads(net.body) == {
        "id": SMS.id,
        "pool": SMS.pool_id,
        "kind": "second_factor",
        "medium": "sms",
        "to": "+14155550100",
        "from": "+49301234",
        "language": "de",
        "subject": "",
        "text": "Ihr Code ist 123456.",
        "html": "",
    }
    assert net.headers["webhook-id"] == SMS.id
    assert not sender(net).is_read_here


def test_an_e_mail_is_one_too_and_a_pool_has_its_sender() -> None:
    """With both of its forms."""
    net = Net()

    sender(net).send(replace(MAIL, sender="Shop <a@shop.example>"))

    body = json.loads(net.body)
    assert body["medium"] == "email"
    assert body["from"] == "Shop <a@shop.example>"
    assert (body["subject"], body["html"]) == ("Your code", "<p>123456</p>")


@pytest.mark.parametrize("status", [0, 401, 403, 404, 408, 429, 500, 503])
def test_what_says_nothing_of_the_message_is_tried_again(status: int) -> None:
    """It is about who asks, or nobody is there."""
    with pytest.raises(PostponedError):
        sender(Net(status)).send(SMS)


@pytest.mark.parametrize("status", [400, 410, 413, 422])
def test_a_message_that_is_refused_is_not(status: int) -> None:
    """There is no such number."""
    with pytest.raises(RefusedError, match=str(status)):
        sender(Net(status)).send(SMS)


@pytest.mark.parametrize("status", [200, 299])
def test_any_success_is_one(status: int) -> None:
    """Whatever its name."""
    sender(Net(status)).send(SMS)
