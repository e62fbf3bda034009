"""What a message in the queue holds, as bytes to be sealed.

Before it is delivered, what to tell; afterwards, in an outbox to read from, how it was worded.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from gateway.pool.messenger import Notice, SentCode
from gateway.pool.settings import Address, NoticeKind


@dataclass(frozen=True, slots=True)
class Worded:
    """A message as somebody reads it.

    Attributes:
        language: Of the texts.
        subject: Of an e-mail; empty for a text message.
        text: The plain form, or the whole text message.
        html: The HTML form of an e-mail; may be empty.
        code: What the person types; empty if there is none.
        link: What the person follows instead; empty if there is none.
    """

    language: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    link: str = field(default="", repr=False)


def write_notice(notice: Notice) -> bytes:
    """Return what is kept of a message that waits."""
    return _write(
        {
            "kind": notice.kind,
            "address": notice.to.address,
            "destination": notice.to.destination,
            "code": notice.code,
            "client_id": notice.client_id,
            "language": notice.language,
            "details": dict(notice.details),
            "metadata": dict(notice.metadata),
        }
    )


def read_notice(content: bytes) -> Notice:
    """Return what is to be told."""
    kept: dict[str, Any] = json.loads(content)
    return Notice(
        kind=NoticeKind(kept["kind"]),
        to=SentCode(Address(kept["address"]), kept["destination"]),
        code=kept["code"],
        client_id=kept["client_id"],
        language=kept["language"],
        details=kept["details"],
        metadata=kept["metadata"],
    )


def write_worded(worded: Worded) -> bytes:
    """Return what is kept of a message that can be read."""
    return _write(
        {
            "language": worded.language,
            "subject": worded.subject,
            "text": worded.text,
            "html": worded.html,
            "code": worded.code,
            "link": worded.link,
        }
    )


def read_worded(content: bytes) -> Worded:
    """Return a message as it was worded."""
    return Worded(**json.loads(content))


def _write(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
