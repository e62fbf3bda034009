"""Messages handed to a program of somebody else: text messages above all.

The request is signed like those of triggers. Its body is

    {"id": ..., "pool": ..., "kind": "sign_up", "medium": "sms", "to": "+14155550100",
     "from": ..., "language": "en", "subject": ..., "text": ..., "html": ...}

and the answer's status says all.
"""

import json
from http import HTTPStatus
from typing import Final

from gateway.net.errors import FetchError
from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.letter import Letter
from gateway.pool.settings import Address
from gateway.pool.webhook import Webhook

_MEDIA: Final = {Address.EMAIL: "email", Address.PHONE: "sms"}

# Not about the message: who asks, too often, or where nobody is.
_PASSING: Final = frozenset(
    {
        *(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
        *(HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY),
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


class HookedSender:
    """Hands messages to a webhook."""

    is_read_here = False

    def __init__(self, webhook: Webhook, *, sender: str) -> None:
        """Take the webhook.

        Args:
            webhook: Where messages go.
            sender: `from`, where a pool has none of its own; may be empty.
        """
        self._webhook = webhook
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Hand a message over.

        Raises:
            PostponedError: Nobody answers, or not for this message alone.
            RefusedError: The answer is that this message cannot be sent.
        """
        worded = letter.worded
        body = {
            "id": letter.id,
            "pool": letter.pool_id,
            "kind": letter.kind,
            "medium": _MEDIA[letter.address],
            "to": letter.to,
            "from": letter.sender or self._sender,
            "language": worded.language,
            "subject": worded.subject,
            "text": worded.text,
            "html": worded.html,
        }
        written = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            answer = self._webhook.post(written, id_=letter.id)
        except FetchError as error:
            raise PostponedError(error.detail) from error
        if answer.status in range(200, 300):
            return
        told = f"the webhook answers {answer.status}"
        if answer.status in range(400, 500) and answer.status not in _PASSING:
            raise RefusedError(told)
        raise PostponedError(told)
