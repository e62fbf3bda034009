"""Webhooks, as a program receives them that follows the guide."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from gateway.config.settings.references import SecretRef
from gateway.config.settings.webhooks import signing_key
from gateway.net.fetcher import Fetcher, FetchRules
from gateway.pool.errors import TriggerRefusedError, UnexpectedTriggerError
from gateway.pool.messages.senders.hooked import HookedSender
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.remote import RemoteFunction
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import SignUpAnswer, SignUpSource
from gateway.pool.webhook import Webhook
from tests.pool.messages.letters import SMS
from tests.pool.triggers.recorder import ANA, CALLER, pool_with

pytestmark = pytest.mark.peer

GUIDE = Path(__file__).parents[2] / "docs/triggers.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KIND = TriggerKind.PRE_SIGN_UP

AnswerOnce = Callable[[Any, bytes, str, Callable[[Any], object]], object]


class Receiver(ThreadingHTTPServer):
    """A program that checks each request as the guide says, and answers as it was told."""

    daemon_threads = True

    def __init__(self, answer_once: AnswerOnce) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answer_once = answer_once
        self.statuses: list[int] = []
        self.answer: Callable[[Any], object] = lambda event: event
        self.received: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append((headers, body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        answer = b""
        try:
            if status == 200:
                said = self.server.answer_once(
                    headers, body, SECRET, self.server.answer
                )
                answer = json.dumps(said).encode()
        except ValueError:
            status = 401
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def answer_once() -> AnswerOnce:
    """Return the function that the guide shows."""
    (block,) = [
        each
        for each in re.findall(
            r"^```python\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL
        )
        if "def verify" in each
    ]
    found: dict[str, Any] = {}
    exec(block, found)  # noqa: S102 - of our own guide
    answer_once: AnswerOnce = found["answer_once"]
    return answer_once


@pytest.fixture
def receiver(answer_once: AnswerOnce) -> Iterator[Receiver]:
    receiver = Receiver(answer_once)
    serving = threading.Thread(target=receiver.serve_forever, daemon=True)
    serving.start()
    yield receiver
    receiver.shutdown()
    receiver.server_close()
    serving.join(10)


def webhook(receiver: Receiver, secret: str = SECRET) -> Webhook:
    rules = FetchRules(
        allow_hosts=frozenset({"127.0.0.1"}),
        allow_addresses=(ip_network("127.0.0.0/8"),),
        allow_http=True,
    )
    return Webhook(
        url=receiver.url,
        secret=signing_key(SecretRef("env S", secret.encode())),
        poster=Fetcher(rules),
        clock=lambda: datetime.now(UTC),
    )


def ask(receiver: Receiver, secret: str = SECRET) -> SignUpAnswer:
    triggers = Triggers(find={"it": RemoteFunction(webhook(receiver, secret))}.get)
    return triggers.pre_sign_up(pool_with(KIND), ANA, SignUpSource.SIGN_UP, CALLER)


def test_a_program_answers_and_refuses(receiver: Receiver) -> None:
    """After a failure it is asked again; what it says comes out in its own words."""
    receiver.statuses = [503, 500]
    receiver.answer = lambda event: {**event, "response": {"autoConfirmUser": True}}
    assert ask(receiver) == SignUpAnswer(confirm=True)
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1

    receiver.answer = lambda _: {"errorMessage": "not today", "errorType": "Exception"}
    with pytest.raises(TriggerRefusedError) as caught:
        ask(receiver)
    assert caught.value.message == "not today"


def test_another_secret_is_not_accepted(receiver: Receiver) -> None:
    """Nor a request that was changed, or is old; one that comes again does nothing."""
    with pytest.raises(UnexpectedTriggerError):
        ask(receiver, "x" * 32)
    asked: list[object] = []

    def answer(event: Any) -> object:
        asked.append(event)
        return event

    receiver.answer = answer

    ask(receiver)

    headers, body = receiver.received[-1]
    receiver.answer_once(headers, body, SECRET, receiver.answer)
    assert len(asked) == 1
    for odd, changed in (
        (headers, body + b" "),
        ({**headers, "webhook-timestamp": "1614265330"}, body),
        ({**headers, "webhook-id": "msg_1"}, body),
    ):
        with pytest.raises(ValueError, match=r"signed|old"):
            receiver.answer_once(odd, changed, SECRET, receiver.answer)


def test_a_text_message_is_handed_over(receiver: Receiver) -> None:
    """Signed like the others."""
    HookedSender(webhook(receiver), sender="Shop").send(SMS)

    ((headers, body),) = receiver.received
    assert headers["webhook-id"] == SMS.id
    assert json.loads(body)["to"] == "+14155550100"
