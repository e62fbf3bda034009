"""The outbox, as an operator reads it: what became of each message, and why.

What a message says is shown where it is read here and nowhere else: codes that went to people
are nobody else's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.pool.messages.content import Worded, read_worded
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.pools.message_tables import POOL_MESSAGE
from gateway.storage.pools.messages import (
    MessageLists,
    MessageState,
    StoredMessage,
)
from gateway.storage.sealed import Seal, SealedColumn

PAGE = 50


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message, and what it says if that may be read.

    Attributes:
        message: As it is kept, without its sealed content.
        worded: What it says; `None` if it was sent elsewhere, or waits.
    """

    message: StoredMessage
    worded: Worded | None


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Some messages, the latest first.

    Attributes:
        messages: In order.
        next: Where the next page begins; `None` if there is none.
    """

    messages: Sequence[ReadMessage]
    next: str | None


class OutboxReader:
    """Reads the outbox."""

    def __init__(self, *, database: Database, seal: Seal, cursors: Cursors) -> None:
        self._database = database
        self._content = SealedColumn(POOL_MESSAGE.c.content, seal=seal)
        self._lists = MessageLists(cursors=cursors)

    def page(
        self,
        *,
        to: str | None = None,
        state: MessageState | None = None,
        cursor: str | None = None,
    ) -> ReadPage:
        """Return a page.

        Args:
            to: An address, character by character; `None` for all.
            state: What became of them; `None` for anything.
            cursor: What the page before said.

        Raises:
            CursorError: The cursor was not handed out for this list.
            StorageError: The database cannot be read.
            UnavailableError: A message was sealed with another key.
        """
        with self._database.reading() as connection:
            page = self._lists.page(
                connection, to=to, state=state, cursor=cursor, limit=PAGE
            )
        return ReadPage([self._read(each) for each in page.messages], page.next)

    def _read(self, message: StoredMessage) -> ReadMessage:
        shown = replace(message, content=None)
        if message.state is not MessageState.DELIVERED or message.content is None:
            return ReadMessage(shown, None)
        opened = self._content.open(message.content, message.id)
        return ReadMessage(shown, read_worded(opened))
