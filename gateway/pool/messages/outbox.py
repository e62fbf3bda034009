"""The queue of messages, as whoever has something to tell sees it.

A message is kept in the transaction that causes it: neither is there without the other, and
a mail server that is down stops nobody from signing up.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.codes import LIFETIMES, Purpose
from gateway.pool.messages.content import write_notice
from gateway.pool.messenger import Notice
from gateway.pool.pool import Pool
from gateway.pool.settings import NoticeKind
from gateway.storage.pools.message_tables import MESSAGE_ID, POOL_MESSAGE
from gateway.storage.pools.messages import Messages, MessageState, StoredMessage
from gateway.storage.sealed import Seal, SealedColumn

# For what is worth telling late.
_PATIENCE: Final = timedelta(days=3)

_PURPOSES: Final[Mapping[NoticeKind, Purpose]] = MappingProxyType(
    {
        NoticeKind.SIGN_UP: Purpose.SIGN_UP,
        NoticeKind.RESENT_CODE: Purpose.SIGN_UP,
        NoticeKind.FORGOT_PASSWORD: Purpose.FORGOT_PASSWORD,
        NoticeKind.VERIFY_ATTRIBUTE: Purpose.VERIFY_ATTRIBUTE,
        NoticeKind.UPDATE_ATTRIBUTE: Purpose.VERIFY_ATTRIBUTE,
        NoticeKind.SIGN_IN: Purpose.SIGN_IN,
        NoticeKind.SECOND_FACTOR: Purpose.SECOND_FACTOR,
    }
)


def patience(kind: NoticeKind) -> timedelta:
    """Return how long a message is tried: a code that is good no more helps nobody."""
    purpose = _PURPOSES.get(kind)
    return _PATIENCE if purpose is None else LIFETIMES[purpose]


class Outbox:
    """Takes messages for delivery; the `Messenger` of `gateway.pool`."""

    def __init__(self, *, seal: Seal, clock: Callable[[], datetime]) -> None:
        self._content = SealedColumn(POOL_MESSAGE.c.content, seal=seal)
        self._clock = clock

    def put(
        self, connection: Connection, pool: Pool, user: User, notice: Notice
    ) -> None:
        """Keep a message for sending, in the caller's transaction. Sends nothing yet.

        Raises:
            StorageError: It cannot be kept, and nothing else of the transaction will be.
        """
        now = self._clock()
        id_ = secrets.token_hex(MESSAGE_ID // 2)
        Messages(connection).add(
            StoredMessage(
                id=id_,
                pool_id=pool.id,
                sub=user.sub,
                kind=notice.kind,
                medium=notice.to.address,
                destination=notice.to.destination,
                state=MessageState.WAITING,
                content=self._content.seal(write_notice(notice), id_),
                created_at=now,
                due_at=now,
                give_up_at=now + patience(notice.kind),
            )
        )
