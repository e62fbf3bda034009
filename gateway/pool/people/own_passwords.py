"""Passwords, as people change their own.

The old one is asked for, and guesses at it count like those at a sign-in: a token alone, from
a device that was left open, changes nothing. Whoever has none yet may choose a first one.
Nothing that was issued ends by it; the person is told.

Reference: Amazon Cognito, ChangePassword.
"""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.codes import Purpose
from gateway.pool.credentials import with_password
from gateway.pool.errors import NotAuthorizedError, ResetRequiredError, WrongStateError
from gateway.pool.limits import Limited
from gateway.pool.messenger import told_at
from gateway.pool.people.telling import notice_of
from gateway.pool.pool import Pool
from gateway.pool.profiles import get_person, keep_profile
from gateway.pool.settings import NoticeKind
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_in.values import Context
from gateway.pool.tools import PoolTools
from gateway.storage.pools.codes import CodeKey, UserCodes
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.sessions import SignInSessions


class OwnPasswords:
    """Changes passwords for the people whose they are. Burns a core; call it in a thread."""

    def __init__(self, *, tools: PoolTools) -> None:
        self._tools = tools
        self._proof = PasswordProof(
            database=tools.database,
            credentials=tools.credentials,
            passwords=tools.passwords,
            tries=tools.tries,
            clock=tools.clock,
        )

    def change(
        self,
        pool: Pool,
        client: Client,
        user: User,
        passwords: tuple[str, str],
        context: Context,
    ) -> User:
        """Replace the password of the person who asks.

        Args:
            pool: The pool.
            client: Through which client.
            user: Who asks.
            passwords: The old one, empty if there is none; and the new one.
            context: What is known of the request.

        Raises:
            LimitExceededError: There were too many changes.
            AttemptsExceededError: There were too many wrong passwords.
            NotAuthorizedError: The old password is not right.
            InvalidPasswordError: The new one is not taken, or was the person's before.
            ResetRequiredError: It has to be replaced by way of a code.
            WrongStateError: The person has not come as far as to have a password.
            UserNotFoundError: The person is gone.
            BusyHashingError: Too many passwords are being worked on.
        """
        tools, (old, new) = self._tools, passwords
        tools.limits.spend(
            pool, Limited.CHANGE_PASSWORD, user.sub, address=context.address
        )
        known = self._prove(pool, user, old, context)
        tools.credentials.check(pool, new, about=known)
        before = self._secrets(known)
        now = tools.clock()
        made = tools.credentials.make(pool, known, new, before=before, now=now)

        def work(connection: Connection) -> User:
            found = get_person(connection, pool, known.sub)
            _check_standing(found)
            kept = AllSecrets(connection)
            secrets = kept.find(pool.id, found.sub)
            if secrets.password_hash != before.password_hash:
                raise NotAuthorizedError("the password was changed meanwhile")
            kept.keep(pool.id, found.sub, with_password(secrets, made))
            code = CodeKey(pool.id, found.sub, Purpose.FORGOT_PASSWORD)
            UserCodes(connection).remove(code)
            SignInSessions(connection).remove_of(pool.id, found.sub)
            changed = replace(found, updated_at=now)
            keep_profile(connection, pool, found, changed)
            self._tell(connection, pool, client, changed, context)
            return changed

        return tools.database.write(work)

    def _prove(self, pool: Pool, user: User, old: str, context: Context) -> User:
        """Return the person, whose old password was right, or who never had one."""
        with self._tools.database.reading() as connection:
            known = get_person(connection, pool, user.sub)
        _check_standing(known)
        if self._secrets(known).password_hash is None and not old:
            return known
        return self._proof.prove(pool, known.username, old, address=context.address)

    def _secrets(self, user: User) -> UserSecrets:
        with self._tools.database.reading() as connection:
            return AllSecrets(connection).find(user.pool_id, user.sub)

    def _tell(
        self,
        connection: Connection,
        pool: Pool,
        client: Client,
        user: User,
        context: Context,
    ) -> None:
        to = told_at(pool, user)
        if to is not None:
            notice = notice_of(NoticeKind.PASSWORD_CHANGED, to, client, context)
            notice = replace(notice, details={"address": context.address})
            self._tools.messenger.put(connection, pool, user, notice)


def _check_standing(user: User) -> None:
    if user.status is UserStatus.RESET_REQUIRED:
        raise ResetRequiredError("the password has to be reset")
    if user.status is not UserStatus.CONFIRMED:
        raise WrongStateError(f"the person is {user.status}")
