"""Signed HTTP requests to a program of somebody else.

The receiver proves with the shared secret that a request is ours, is whole and is new: the
signature covers the request's id, its time and its body. A request that is repeated has the
id of the one before, and its own time.

Reference: Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), for whose signatures
there are libraries in most languages.
"""

import base64
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from gateway.net.fetcher import Fetched


class Poster(Protocol):
    """Sends a body somewhere (`gateway.net.fetcher.Fetcher`)."""

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        """Return what is answered, or raise `FetchError`."""


def new_request_id() -> str:
    """Return the id of a request: a receiver that has seen it need not do it again."""
    return f"msg_{secrets.token_hex(16)}"


class Webhook:
    """One place that requests go to."""

    def __init__(
        self,
        *,
        url: str,
        secret: bytes,
        poster: Poster,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the place.

        Args:
            url: Where requests go.
            secret: Signs them (`gateway.config.settings.webhooks` reads it).
            poster: Sends them.
            clock: The time.
        """
        self._url = url
        self._secret = secret
        self._poster = poster
        self._clock = clock

    def post(self, body: bytes, *, id_: str) -> Fetched:
        """Send JSON, and return what is answered, whatever its status.

        Args:
            body: The document.
            id_: The request's; the same for each try.

        Raises:
            FetchError: There is no answer. The request may have arrived all the same.
        """
        timestamp = str(int(self._clock().timestamp()))
        return self._poster.post(
            self._url,
            body,
            headers={
                "content-type": "application/json",
                "webhook-id": id_,
                "webhook-timestamp": timestamp,
                "webhook-signature": self._signature(id_, timestamp, body),
            },
        )

    def _signature(self, id_: str, timestamp: str, body: bytes) -> str:
        said = f"{id_}.{timestamp}.".encode() + body
        digest = hmac.digest(self._secret, said, "sha256")
        return f"v1,{base64.b64encode(digest).decode('ascii')}"
