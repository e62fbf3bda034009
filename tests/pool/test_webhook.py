"""Requests that the receiver can check."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from gateway.net.fetcher import Fetched
from gateway.pool.webhook import Webhook, new_request_id

# The example of the standard's own libraries.
KEY = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
AT = datetime.fromtimestamp(1614265330, UTC)


class Post:
    def __init__(self) -> None:
        self.headers: Mapping[str, str] = {}
        self.body = b""

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        self.headers, self.body = headers, body
        return Fetched(202, "", url.encode())


def webhook(post: Post) -> Webhook:
    return Webhook(
        url="https://shop.example/hook",
        secret=KEY,
        poster=post,
        clock=lambda: AT,
    )


def test_a_request_is_signed_as_the_standard_has_it() -> None:
    """With the standard's example; any library for it accepts what we send."""
    post = Post()

    answer = webhook(post).post(
        b'{"test": 2432232314}', id_="msg_p5jXN8AQM9LWM0D4loKWxJek"
    )

    assert answer.body == b"https://shop.example/hook"
    assert post.headers == {
        "content-type": "application/json",
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_signature_covers_id_time_and_body() -> None:
    """Whoever has seen one cannot use it for another, or later."""
    post = Post()
    webhook(post).post(b"{}", id_="msg_1")

    said = b"msg_1.1614265330.{}"
    digest = hmac.new(KEY, said, hashlib.sha256).digest()
    signed = base64.b64encode(digest).decode()

    assert post.headers["webhook-signature"] == f"v1,{signed}"


def test_each_request_has_its_id() -> None:
    """So that a receiver knows which it has seen."""
    assert new_request_id() != new_request_id()
