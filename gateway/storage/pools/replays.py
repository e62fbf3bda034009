"""What was presented and may not be presented again, as digests.

Works inside a transaction of somebody else's, so that of two who present it at once one wins.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete

from gateway.storage.pools.oauth_tables import OAUTH_REPLAY
from gateway.storage.upserts import insert_unless_there

# SQLAlchemy forgets how many rows an INSERT made, unless it is told not to.
_ADD: Final = insert_unless_there(OAUTH_REPLAY).execution_options(
    preserve_rowcount=True
)


class Replays:
    """What was presented, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_first(self, digest: bytes, *, until: datetime) -> bool:
        """Return whether something is presented for the first time, and remember it.

        Args:
            digest: Of what is presented.
            until: How long it would be good for.
        """
        done = self._connection.execute(_ADD, {"digest": digest, "expires_at": until})
        return done.rowcount > 0

    def remove_expired(self, now: datetime) -> int:
        """Forget what is good for nothing any more; return how much there was."""
        done = self._connection.execute(
            delete(OAUTH_REPLAY).where(OAUTH_REPLAY.c.expires_at <= now)
        )
        return done.rowcount
