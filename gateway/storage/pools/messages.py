"""Messages to people: those that wait for being sent, and what came of the others.

Works inside a transaction of somebody else's. A message is claimed before it is tried, so that
of several gateways one tries: the claim counts the try and moves the time at which others
may, and what came of it is kept only for the claim that is the last. Whoever claims one and
dies leaves it to the next, so a message may arrive twice, but none is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from gateway.storage.cursors import Cursors
from gateway.storage.keyset import Keyset
from gateway.storage.pools.message_tables import MAX_ERROR, POOL_MESSAGE


class MessageState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as it is kept.

    Attributes:
        id: 32 hexadecimal digits.
        pool_id: The pool.
        sub: The person.
        kind: What it is about.
        medium: The kind of address.
        destination: The address.
        state: What became of it.
        content: Sealed; `None` once it is gone.
        created_at: When it was handed over.
        due_at: From when on it may be tried.
        give_up_at: Until when it is tried.
        tries: How often it was.
        error: Why it could not be delivered, the last time.
        finished_at: When it was delivered, or given up.
        purge_at: When its content, or what is left of it, goes.
    """

    id: str
    pool_id: str
    sub: str
    kind: str
    medium: str
    destination: str
    state: MessageState
    content: str | None = field(repr=False)
    created_at: datetime
    due_at: datetime
    give_up_at: datetime
    tries: int = 0
    error: str = ""
    finished_at: datetime | None = None
    purge_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages, the latest first.

    Attributes:
        messages: In order.
        next: Where the next page begins; `None` if there is none.
    """

    messages: Sequence[StoredMessage]
    next: str | None


_OURS: Final = and_(
    POOL_MESSAGE.c.id == bindparam("the_id"),
    POOL_MESSAGE.c.tries == bindparam("the_tries"),
    POOL_MESSAGE.c.state == MessageState.WAITING,
)


class Messages:
    """The messages of all pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, message: StoredMessage) -> None:
        """Keep a message that waits for being sent."""
        self._connection.execute(insert(POOL_MESSAGE), [_columns(message)])

    def find(self, id_: str) -> StoredMessage | None:
        """Return a message."""
        row = self._connection.execute(
            select(POOL_MESSAGE).where(POOL_MESSAGE.c.id == id_)
        ).first()
        return None if row is None else _message(row)

    def is_any_due(self, now: datetime) -> bool:
        """Whether a message may be tried: asked often, and without a writer's turn."""
        due = select(POOL_MESSAGE.c.id).where(
            POOL_MESSAGE.c.state == MessageState.WAITING, POOL_MESSAGE.c.due_at <= now
        )
        return self._connection.execute(due.limit(1)).first() is not None

    def claim(
        self, *, now: datetime, until: datetime, limit: int
    ) -> Sequence[StoredMessage]:
        """Return messages that are due, which nobody else gets before a time.

        Args:
            now: The time.
            until: When others may try them, if nothing was heard of them until then.
            limit: How many at most.
        """
        due = (
            select(POOL_MESSAGE)
            .where(
                POOL_MESSAGE.c.state == MessageState.WAITING,
                POOL_MESSAGE.c.due_at <= now,
            )
            .order_by(POOL_MESSAGE.c.due_at, POOL_MESSAGE.c.id)
            .limit(limit)
            # Another gateway's claim is passed over, and not waited for.
            .with_for_update(skip_locked=True)
        )
        found = [_message(row) for row in self._connection.execute(due)]
        for message in found:
            self._connection.execute(
                update(POOL_MESSAGE).where(POOL_MESSAGE.c.id == message.id),
                {"due_at": until, "tries": message.tries + 1},
            )
        return [self._claimed(message, until) for message in found]

    def _claimed(self, message: StoredMessage, until: datetime) -> StoredMessage:
        columns = {**_columns(message), "due_at": until, "tries": message.tries + 1}
        return StoredMessage(**columns)

    def settle(self, message: StoredMessage) -> bool:
        """Keep what came of a message; return whether the claim was still ours.

        Args:
            message: As it was claimed, but for what has changed since.
        """
        changed = {
            "state": message.state,
            "content": message.content,
            "due_at": message.due_at,
            "error": message.error[:MAX_ERROR],
            "finished_at": message.finished_at,
            "purge_at": message.purge_at,
        }
        done = self._connection.execute(
            update(POOL_MESSAGE).where(_OURS).values(changed),
            {"the_id": message.id, "the_tries": message.tries},
        )
        return done.rowcount == 1

    def retry(self, id_: str, *, now: datetime, give_up_at: datetime) -> bool:
        """Let a message that was given up be tried again; return whether there was one."""
        done = self._connection.execute(
            update(POOL_MESSAGE)
            .where(
                POOL_MESSAGE.c.id == id_,
                POOL_MESSAGE.c.state == MessageState.FAILED,
                POOL_MESSAGE.c.content.is_not(None),
            )
            .values(
                state=MessageState.WAITING,
                due_at=now,
                give_up_at=give_up_at,
                finished_at=None,
                purge_at=None,
            )
        )
        return done.rowcount == 1

    def purge(self, now: datetime, *, keep_until: datetime) -> int:
        """Remove contents whose time is over, and what is left of older messages.

        Args:
            now: The time.
            keep_until: When the rest of those goes whose content goes now.

        Returns:
            How many messages there were of both.
        """
        over = POOL_MESSAGE.c.purge_at <= now
        gone = self._connection.execute(
            delete(POOL_MESSAGE).where(over, POOL_MESSAGE.c.content.is_(None))
        )
        emptied = self._connection.execute(
            update(POOL_MESSAGE).where(over).values(content=None, purge_at=keep_until)
        )
        return gone.rowcount + emptied.rowcount


class MessageLists:
    """Lists of messages, page by page, the latest first."""

    def __init__(self, *, cursors: Cursors) -> None:
        columns = [POOL_MESSAGE.c.created_at, POOL_MESSAGE.c.id]
        self._keyset = Keyset(columns, cursors=cursors, descending=True)

    def page(
        self,
        connection: Connection,
        *,
        to: str | None = None,
        state: MessageState | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> MessagePage:
        """Return a page.

        Args:
            connection: Where to read.
            to: An address, character by character; `None` for all.
            state: What became of them; `None` for anything.
            cursor: What the page before said.
            limit: How many at most.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        statement = select(POOL_MESSAGE)
        if to is not None:
            statement = statement.where(POOL_MESSAGE.c.destination == to)
        if state is not None:
            statement = statement.where(POOL_MESSAGE.c.state == state)
        page = self._keyset.page(
            connection,
            statement,
            of=f"messages {state} {to!r}",
            cursor=cursor,
            limit=limit,
        )
        return MessagePage([_message(row) for row in page.rows], page.next)


_NAMES: Final = tuple(column.name for column in POOL_MESSAGE.columns)


def _columns(message: StoredMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in _NAMES}


def _message(row: Row[Any]) -> StoredMessage:
    columns = {name: getattr(row, name) for name in _NAMES}
    return StoredMessage(**{**columns, "state": MessageState(row.state)})
