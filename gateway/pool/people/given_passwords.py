"""Passwords that an administrator gives to somebody who is there.

A permanent one confirms whoever gets it, also somebody who came from another provider: they
can sign in with it. Nothing that was issued ends by it; signing out is another operation.

Reference: Amazon Cognito, AdminSetUserPassword, AdminResetUserPassword.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from gateway.model.user import User, UserStatus
from gateway.pool.codes import Purpose
from gateway.pool.credentials import with_password
from gateway.pool.errors import WrongStateError
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.pool import Pool
from gateway.pool.profiles import get_person, keep_profile
from gateway.pool.recovery import Recovery, reset_destination
from gateway.pool.settings import NoticeKind
from gateway.pool.tools import PoolTools
from gateway.storage.pools.codes import CodeKey, UserCodes
from gateway.storage.pools.secrets import AllSecrets, UserSecrets

# What a code could still do to the password, or to whoever has one now.
_OVER = (Purpose.SIGN_UP, Purpose.FORGOT_PASSWORD)


class MakePassword(Protocol):
    """Makes what is kept of a password, as `Credentials` does."""

    def __call__(
        self,
        pool: Pool,
        user: User,
        password: str,
        *,
        before: UserSecrets,
        now: datetime,
    ) -> UserSecrets:
        """Return what is to be kept."""


class GivenPasswords:
    """Gives people passwords. Burns a core; call it in a thread."""

    def __init__(self, *, tools: PoolTools, recovery: Recovery) -> None:
        """Take the tools.

        Args:
            tools: What all operations of a pool have in common.
            recovery: Sends the codes of forgotten passwords.
        """
        self._database = tools.database
        self._credentials = tools.credentials
        self._clock = tools.clock
        self._recovery = recovery

    def set_permanent(self, pool: Pool, name: str, password: str) -> User:
        """Give somebody a password that they may keep.

        Args:
            pool: The pool.
            name: `sub`, or what the person signs in with.
            password: The password.

        Raises:
            UserNotFoundError: There is no such person.
            InvalidPasswordError: The password is not taken, or was theirs before.
            BusyHashingError: Too many passwords are being worked on.
        """
        return self._set(
            pool, name, password, self._credentials.make, UserStatus.CONFIRMED
        )

    def set_temporary(self, pool: Pool, name: str, password: str) -> User:
        """Give somebody a password that they have to replace at the next sign-in.

        Args:
            pool: The pool.
            name: `sub`, or what the person signs in with.
            password: The password.

        Raises:
            UserNotFoundError: There is no such person.
            InvalidPasswordError: The password is not taken.
            BusyHashingError: Too many passwords are being worked on.
        """
        status = UserStatus.FORCE_CHANGE_PASSWORD
        make = self._credentials.make_temporary
        return self._set(pool, name, password, make, status)

    def reset(
        self, pool: Pool, name: str, metadata: Mapping[str, str] | None = None
    ) -> tuple[User, SentCode]:
        """Let a password be good no more, and send a code to replace it with.

        Args:
            pool: The pool.
            name: `sub`, or what the person signs in with.
            metadata: What the caller hands through to triggers.

        Returns:
            The person, and where the code went.

        Raises:
            UserNotFoundError: There is no such person.
            WrongStateError: The person has no password of their own, or no proven address
                that the pool recovers passwords by.
        """
        now = self._clock()

        def work(connection: Connection) -> tuple[User, SentCode]:
            found = get_person(connection, pool, name)
            to = reset_destination(pool, found)
            if to is None or found.status is UserStatus.UNCONFIRMED:
                raise WrongStateError("no password to reset, or no proven address")
            status = UserStatus.RESET_REQUIRED
            changed = replace(found, status=status, updated_at=now)
            keep_profile(connection, pool, found, changed)
            kind = NoticeKind.FORGOT_PASSWORD
            notice = Notice(kind, to, metadata=dict(metadata or {}))
            self._recovery.put_code(connection, pool, changed, notice)
            return changed, to

        return self._database.write(work)

    def _set(
        self,
        pool: Pool,
        name: str,
        password: str,
        make: MakePassword,
        status: UserStatus,
    ) -> User:
        now = self._clock()
        with self._database.reading() as connection:
            user = get_person(connection, pool, name)
            before = AllSecrets(connection).find(pool.id, user.sub)
        self._credentials.check(pool, password, about=user)
        made = make(pool, user, password, before=before, now=now)

        def work(connection: Connection) -> User:
            found = get_person(connection, pool, user.sub)
            kept = AllSecrets(connection)
            secrets = with_password(kept.find(pool.id, found.sub), made)
            kept.keep(pool.id, found.sub, secrets)
            for purpose in _OVER:
                UserCodes(connection).remove(CodeKey(pool.id, found.sub, purpose))
            changed = replace(found, status=status, updated_at=now)
            keep_profile(connection, pool, found, changed)
            return changed

        return self._database.write(work)
