"""Messages that stay."""

from gateway.pool.messages.senders.kept import KeptSender
from tests.pool.messages.letters import MAIL


def test_what_is_sent_nowhere_is_read_here() -> None:
    """That is all there is to it."""
    sender = KeptSender()

    sender.send(MAIL)

    assert sender.is_read_here
