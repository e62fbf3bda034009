"""A message on its way, and the shape of who sends it."""

from dataclasses import dataclass
from typing import Protocol

from gateway.pool.messages.content import Worded
from gateway.pool.settings import Address, NoticeKind


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is to be sent.

    Attributes:
        id: The same for each try, so that a receiver may tell a second one.
        pool_id: Whose message it is.
        kind: What it is about.
        address: By which kind of address.
        to: The address.
        sender: `From`, as the pool has it; empty for the gateway's.
        worded: What it says.
    """

    id: str
    pool_id: str
    kind: NoticeKind
    address: Address
    to: str
    sender: str
    worded: Worded


class Sender(Protocol):
    """Sends messages of one kind of address."""

    @property
    def is_read_here(self) -> bool:
        """Whether what it sent is read in the gateway itself, and nowhere else."""

    def send(self, letter: Letter) -> None:
        """Send a message. Blocks, for no longer than a bounded time.

        Raises:
            PostponedError: Not now.
            RefusedError: Never.
        """
