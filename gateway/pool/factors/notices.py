"""What people are told of changes to how they sign in.

In the transaction of the change, so that neither is there without the other; not by whom or
from where: whoever reads it knows whether it was them.
"""

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.messenger import Messenger, Notice, told_at
from gateway.pool.pool import Pool
from gateway.pool.settings import NoticeKind
from gateway.storage.pools.users import Users


class FactorNotices:
    """Tells people."""

    def __init__(self, *, messenger: Messenger | None) -> None:
        """Take what hands messages over; with `None` nobody is told."""
        self._messenger = messenger

    def changed(
        self, connection: Connection, pool: Pool, user: User, *, device: str = ""
    ) -> None:
        """Tell somebody that a factor of theirs is there, is another one, or is gone.

        Args:
            connection: That of the change.
            pool: The pool.
            user: Whose it is; told at the address that is theirs now.
            device: What the person calls it; empty if it has no name.
        """
        now = Users(connection).find(pool.id, user.sub)
        to = None if now is None else told_at(pool, now)
        if self._messenger is None or now is None or to is None:
            return
        details = {"device": device} if device else {}
        notice = Notice(NoticeKind.FACTOR_CHANGED, to, details=details)
        self._messenger.put(connection, pool, now, notice)


NO_NOTICES = FactorNotices(messenger=None)
