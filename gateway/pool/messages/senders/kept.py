"""Messages that go nowhere: for work on one's own machine, where they are read in the outbox."""

from gateway.pool.messages.letter import Letter


class KeptSender:
    """Sends nothing, and is always done."""

    is_read_here = True

    def send(self, letter: Letter) -> None:
        """Leave a message to be read where it is."""
