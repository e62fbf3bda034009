"""A provider's endpoints in memory: what they answer is laid out beforehand."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from gateway.model.errors import (
    BadAnswerError,
    GatewayError,
    ProviderUnavailableError,
)
from gateway.net.errors import (
    FetchError,
    FetchTimeoutError,
    ForbiddenTargetError,
    OversizedAnswerError,
    UnusableAnswerError,
)
from gateway.net.fetcher import Fetched

Given = Fetched | FetchError | Callable[[Mapping[str, str]], Fetched]


def json_answer(members: Any, status: int = 200) -> Fetched:
    return Fetched(status, "application/json", json.dumps(members).encode())


class Endpoints:
    """Answers by URL, and remembers what it was asked."""

    def __init__(self, answers: Mapping[str, Given]) -> None:
        self.answers = dict(answers)
        self.asked: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = []

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        return self._answer(url, {}, headers or {})

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        return self._answer(url, dict(parse_qsl(body.decode())), headers)

    def _answer(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> Fetched:
        self.asked.append((url, form, headers))
        answer = self.answers[url]
        if isinstance(answer, FetchError):
            raise answer
        return answer if isinstance(answer, Fetched) else answer(form)


def _page(status: int) -> Fetched:
    return Fetched(status, "text/html", b"<html>please wait</html>")


# What stands behind an address when something has gone wrong there, and what is made of it.
BROKEN: Mapping[str, tuple[Given, type[GatewayError]]] = {
    "a page": (_page(200), BadAnswerError),
    "a page that refuses": (_page(403), BadAnswerError),
    "JSON of another type": (Fetched(200, "text/plain", b"{}"), BadAnswerError),
    "a list": (json_answer([]), BadAnswerError),
    "cut off": (Fetched(200, "application/json", b'{"a": '), BadAnswerError),
    "nothing": (Fetched(200, "application/json", b""), BadAnswerError),
    "a name twice": (
        Fetched(200, "application/json", b'{"a": 1, "a": 2}'),
        BadAnswerError,
    ),
    "too much": (OversizedAnswerError("x"), BadAnswerError),
    "a redirect": (UnusableAnswerError("x"), BadAnswerError),
    "500": (json_answer({}, 500), ProviderUnavailableError),
    "503 page": (_page(503), ProviderUnavailableError),
    "429": (json_answer({"error": "slow_down"}, 429), ProviderUnavailableError),
    "silence": (FetchTimeoutError("x"), ProviderUnavailableError),
    "down": (FetchError("x"), ProviderUnavailableError),
    "not allowed": (ForbiddenTargetError("x"), ProviderUnavailableError),
}
