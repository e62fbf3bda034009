"""Messages on their way out: claimed, worded, sent, and what became of them.

Several gateways may do this at once. A message whose sending failed for now is tried again,
after a pause that grows; one that failed for good, or whose code is good no more, stays as a
failed one until an operator has seen it. Of a message that was sent nothing is kept but
that it was, unless it is read in the gateway itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from gateway.model.errors import UnavailableError
from gateway.model.user import User
from gateway.pool.errors import (
    BadTriggerAnswerError,
    TriggerRefusedError,
    UnexpectedTriggerError,
)
from gateway.pool.messages.content import Worded, read_notice, write_worded
from gateway.pool.messages.errors import PostponedError, RefusedError
from gateway.pool.messages.letter import Letter, Sender
from gateway.pool.messages.wording import Words
from gateway.pool.messenger import Notice
from gateway.pool.pool import Pool
from gateway.pool.settings import Address
from gateway.pool.triggers.triggers import Triggers
from gateway.storage.database import Database
from gateway.storage.pools.message_tables import POOL_MESSAGE
from gateway.storage.pools.messages import Messages, MessageState, StoredMessage
from gateway.storage.pools.users import Users
from gateway.storage.sealed import Seal, SealedColumn

# Longer than a trigger and a sender may take together.
LEASE: Final = timedelta(minutes=2)

# How long a message is tried that an operator lets be tried again.
RETRIED: Final = timedelta(hours=1)

_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=15)

Senders = Mapping[Address, Sender]


class PoolFinder(Protocol):
    """Knows the pools."""

    def find(self, pool_id: str) -> Pool | None:
        """Return a pool."""


class Count(Protocol):
    """Counts what became of messages."""

    def add(self, name: str, amount: int = 1) -> None:
        """Count one more."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long what is over is kept.

    Attributes:
        content: Of messages that are read here, and of failed ones.
        record: That there was a message, and what became of it.
    """

    content: timedelta = timedelta(days=1)
    record: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What messages are made of.

    Attributes:
        database: Where they are.
        seal: Opens them.
        pools: Whose they are.
        triggers: May word or send them.
        words: Words them otherwise.
        count: Counts what became of them.
        clock: The time.
    """

    database: Database
    seal: Seal
    pools: PoolFinder
    triggers: Triggers
    words: Words
    count: Count
    clock: Callable[[], datetime]


class Deliveries:
    """Delivers messages. Blocks; call it in threads, for several messages at a time."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._database = surroundings.database
        self._content = SealedColumn(POOL_MESSAGE.c.content, seal=surroundings.seal)
        self._pools = surroundings.pools
        self._triggers = surroundings.triggers
        self._words = surroundings.words
        self._count = surroundings.count
        self._clock = surroundings.clock

    def claim(self, limit: int) -> Sequence[StoredMessage]:
        """Return messages that are due, for this gateway to deliver.

        Raises:
            StorageError: The database cannot be written.
        """
        now = self._clock()
        with self._database.reading() as connection:
            if not Messages(connection).is_any_due(now):
                return []
        return self._database.write(
            lambda connection: Messages(connection).claim(
                now=now, until=now + LEASE, limit=limit
            )
        )

    def deliver(
        self, message: StoredMessage, *, senders: Senders, keeping: Keeping
    ) -> StoredMessage:
        """Deliver a message that was claimed, and return what became of it.

        Args:
            message: As it was claimed.
            senders: By the kind of address.
            keeping: How long what is over is kept.

        Raises:
            StorageError: The database cannot be used; the message is tried again.
        """
        if self._clock() >= message.give_up_at:
            why = message.error or "it was not sent in time"
            return self._fail(message, why, keeping)
        try:
            worded = self._send(message, senders)
        except (PostponedError, UnexpectedTriggerError) as error:
            return self._postpone(message, str(error))
        except (RefusedError, TriggerRefusedError, BadTriggerAnswerError) as error:
            return self._fail(message, str(error), keeping)
        return self._finish(message, worded, keeping)

    def retry(self, id_: str) -> bool:
        """Let a message that failed be tried again; return whether there was one.

        Raises:
            StorageError: The database cannot be written.
        """
        now = self._clock()
        return self._database.write(
            lambda connection: Messages(connection).retry(
                id_, now=now, give_up_at=now + RETRIED
            )
        )

    def purge(self, keeping: Keeping) -> int:
        """Remove what was kept long enough; return of how many messages.

        Raises:
            StorageError: The database cannot be written.
        """
        now = self._clock()
        return self._database.write(
            lambda connection: Messages(connection).purge(
                now, keep_until=now + keeping.record
            )
        )

    def _send(self, message: StoredMessage, senders: Senders) -> Worded | None:
        """Send a message; return what is to be read here, if anything is.

        Raises:
            PostponedError, RefusedError, TriggerError, TriggerRefusedError: It was not sent.
            StorageError: The database cannot be read.
        """
        notice = self._notice(message)
        pool, user = self._whose(message)
        if self._triggers.custom_sender(pool, user, notice):
            return None
        asked = self._triggers.custom_message(pool, user, notice)
        worded = self._words.word(pool, user, notice, asked)
        sender = senders[notice.to.address]
        sender.send(
            Letter(
                id=message.id,
                pool_id=pool.id,
                kind=notice.kind,
                address=notice.to.address,
                to=notice.to.destination,
                sender=pool.settings.messages.sender,
                worded=worded,
            )
        )
        return worded if sender.is_read_here else None

    def _notice(self, message: StoredMessage) -> Notice:
        if message.content is None:
            raise RefusedError("what was to be told is gone")
        try:
            return read_notice(self._content.open(message.content, message.id))
        except UnavailableError as error:
            # Another gateway may have the key, or this one once it is given back.
            raise PostponedError(f"it cannot be opened: {error.detail}") from error

    def _whose(self, message: StoredMessage) -> tuple[Pool, User]:
        pool = self._pools.find(message.pool_id)
        with self._database.reading() as connection:
            user = Users(connection).find(message.pool_id, message.sub)
        if pool is None or user is None:
            raise RefusedError("there is no such person any more")
        return pool, user

    def _finish(
        self, message: StoredMessage, worded: Worded | None, keeping: Keeping
    ) -> StoredMessage:
        now = self._clock()
        content = None
        if worded is not None:
            content = self._content.seal(write_worded(worded), message.id)
        kept = keeping.record if content is None else keeping.content
        self._count.add("messages_delivered")
        return self._settle(
            replace(
                message,
                state=MessageState.DELIVERED,
                content=content,
                error="",
                finished_at=now,
                purge_at=now + kept,
            )
        )

    def _postpone(self, message: StoredMessage, why: str) -> StoredMessage:
        pause = min(_FIRST_PAUSE * 2 ** min(message.tries - 1, 20), _LONGEST_PAUSE)
        due = min(self._clock() + pause, message.give_up_at)
        self._count.add("messages_postponed")
        return self._settle(replace(message, due_at=due, error=why))

    def _fail(
        self, message: StoredMessage, why: str, keeping: Keeping
    ) -> StoredMessage:
        now = self._clock()
        self._count.add("messages_failed")
        return self._settle(
            replace(
                message,
                state=MessageState.FAILED,
                error=why,
                finished_at=now,
                purge_at=now + keeping.content,
            )
        )

    def _settle(self, message: StoredMessage) -> StoredMessage:
        self._database.write(lambda connection: Messages(connection).settle(message))
        return message
