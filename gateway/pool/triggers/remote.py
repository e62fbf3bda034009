"""Functions behind a signed webhook.

The request's body is the event, and the answer's the event with its `response` filled in. A
failure is what a Lambda function's is: an object with `errorMessage`, whatever the status.

Reference: AWS Lambda, "Lambda function errors" (what the runtime answers).
"""

import json
from http import HTTPStatus
from typing import Any, Final

from gateway.net.errors import (
    FetchError,
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
from gateway.pool.triggers.functions import TRIES, Event, shown
from gateway.pool.webhook import Webhook, new_request_id

# Of those who could answer something else the next time.
_PASSING: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class RemoteFunction:
    """A function behind a webhook. Its time limit is that of the webhook's fetcher."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook

    def call(self, kind: TriggerKind, event: Event) -> object:
        """Return what the function answers; try three times to get an answer.

        Raises:
            TriggerRefusedError: It says no.
            UnexpectedTriggerError: Nobody answers, or not as a function does.
            BadTriggerAnswerError: The answer is no JSON, or too large.
        """
        body = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
        return _read(kind, event, self._post(kind, body))

    def _post(self, kind: TriggerKind, body: bytes) -> Fetched:
        id_ = new_request_id()
        failure = ""
        for _ in range(TRIES):
            try:
                answer = self._webhook.post(body, id_=id_)
            except ForbiddenTargetError as error:
                raise UnexpectedTriggerError(f"{kind}: {error.detail}") from error
            except OversizedAnswerError as error:
                raise BadTriggerAnswerError(f"{kind}: {error.detail}") from error
            except FetchError as error:
                failure = error.detail
            else:
                if answer.status not in _PASSING or _error_of(answer) is not None:
                    return answer
                failure = f"it answers {answer.status}"
        raise UnexpectedTriggerError(f"{kind}: {failure}, {TRIES} times")


def _read(kind: TriggerKind, event: Event, answer: Fetched) -> object:
    message = _error_of(answer)
    if message is not None:
        raise TriggerRefusedError(trigger=kind, message=message)
    if answer.status not in range(200, 300):
        raise UnexpectedTriggerError(f"{kind}: it answers {answer.status}")
    if not answer.body:
        # Nothing to say: the event as it came.
        return event
    try:
        return _parsed(answer.body)
    except ValueError as error:
        raise BadTriggerAnswerError(f"{kind}: the answer is no JSON") from error


def _error_of(answer: Fetched) -> str | None:
    """Return what a function says that failed; `None` if it did not."""
    try:
        said = _parsed(answer.body)
    except ValueError:
        return None
    if not isinstance(said, dict) or "response" in said:
        return None
    message = said.get("errorMessage")
    return shown(message) if isinstance(message, str) else None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
