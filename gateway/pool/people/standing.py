"""Whether people are let in: what administrators decide about them.

Whoever may do less afterwards is refused everywhere within two seconds: all gateways hear of
it (`gateway.pool.profiles`).

Reference: Amazon Cognito, AdminConfirmSignUp, AdminDisableUser, AdminEnableUser,
AdminUserGlobalSignOut, AdminDeleteUser.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from gateway.model.user import User, UserStatus
from gateway.pool.codes import Purpose
from gateway.pool.errors import WrongStateError
from gateway.pool.pool import Pool
from gateway.pool.profiles import get_person, keep_profile, remove_profile
from gateway.pool.triggers.triggers import NO_TRIGGERS, Triggers
from gateway.pool.triggers.values import NOBODY, Caller, ConfirmationSource
from gateway.storage.database import Database
from gateway.storage.pools.codes import CodeKey, UserCodes


class Standings:
    """Lets people in and keeps them out. Blocks; call it in a thread.

    Everywhere, a person is named by `sub` or by what they sign in with.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Callable[[], datetime],
        triggers: Triggers = NO_TRIGGERS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._triggers = triggers

    def disable(self, pool: Pool, name: str) -> User:
        """Let somebody in no more, and end everything that was issued to them.

        Raises:
            UserNotFoundError: There is no such person.
        """
        now = self._clock()
        return self._change(
            pool,
            name,
            lambda user: (
                replace(user, enabled=False, signed_out_at=now, updated_at=now)
                if user.enabled
                else user
            ),
        )

    def enable(self, pool: Pool, name: str) -> User:
        """Let somebody in again, who then has to sign in anew.

        Raises:
            UserNotFoundError: There is no such person.
        """
        now = self._clock()
        return self._change(
            pool,
            name,
            lambda user: (
                user if user.enabled else replace(user, enabled=True, updated_at=now)
            ),
        )

    def sign_out(self, pool: Pool, name: str) -> User:
        """End everything that was issued to somebody until now.

        Raises:
            UserNotFoundError: There is no such person.
        """
        now = self._clock()
        return self._change(pool, name, lambda user: replace(user, signed_out_at=now))

    def confirm(self, pool: Pool, name: str, caller: Caller = NOBODY) -> User:
        """Confirm a sign-up in the person's place. No address is proven by that.

        Raises:
            UserNotFoundError: There is no such person.
            WrongStateError: The person is confirmed.
            TriggerError: What is told of it could not be told; the person is confirmed.
        """
        now = self._clock()

        def work(connection: Connection) -> User:
            user = get_person(connection, pool, name)
            if user.status is not UserStatus.UNCONFIRMED:
                raise WrongStateError(f"the person is {user.status}")
            changed = replace(user, status=UserStatus.CONFIRMED, updated_at=now)
            keep_profile(connection, pool, user, changed)
            UserCodes(connection).remove(CodeKey(pool.id, user.sub, Purpose.SIGN_UP))
            return changed

        confirmed = self._database.write(work)
        source = ConfirmationSource.SIGN_UP
        self._triggers.post_confirmation(pool, confirmed, source, caller)
        return confirmed

    def delete(self, pool: Pool, name: str) -> User:
        """Remove somebody with all that is theirs; return who it was.

        Raises:
            UserNotFoundError: There is no such person.
        """

        def work(connection: Connection) -> User:
            user = get_person(connection, pool, name)
            remove_profile(connection, user)
            return user

        return self._database.write(work)

    def _change(self, pool: Pool, name: str, change: Callable[[User], User]) -> User:
        def work(connection: Connection) -> User:
            user = get_person(connection, pool, name)
            changed = change(user)
            if changed is not user:
                keep_profile(connection, pool, user, changed)
            return changed

        return self._database.write(work)
