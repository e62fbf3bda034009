"""People who come from another directory, one by one, when they first sign in.

Whom the pool does not know, it asks a function about; whoever that one finds becomes a member
of the pool, with what they have there.

Reference: Amazon Cognito, "Importing users with a user migration Lambda trigger". Unlike
there, nobody is sent an invitation: it would hold a password that is the person's own.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection

from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.errors import BadTriggerAnswerError
from gateway.pool.names import is_username, looks_like_alias, typed_address
from gateway.pool.pool import Pool
from gateway.pool.profiles import add_profile, keep_profile
from gateway.pool.settings import TriggerKind
from gateway.pool.tools import PoolTools
from gateway.pool.triggers.values import Caller, MigratedUser, MigrationRequest
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.secrets import AllSecrets, UserSecrets

# Functions say these beside the attributes.
_USERNAME: Final = "username"
_SUB: Final = "sub"


class Migration:
    """Brings people over. Burns a core; call it in a thread."""

    def __init__(self, tools: PoolTools) -> None:
        self._tools = tools

    def is_on(self, pool: Pool) -> bool:
        """Whether a pool asks about people whom it does not know."""
        return self._tools.triggers.has(pool, TriggerKind.MIGRATE_USER)

    def bring(self, pool: Pool, asked: MigrationRequest, caller: Caller) -> User | None:
        """Return somebody who was found elsewhere, and is a member from now on.

        Returns:
            The person; `None` if nobody was found, or if others here have their names.

        Raises:
            TriggerError: The function did not answer as it must.
            BusyHashingError: Too many passwords are being worked on.
            StorageError: Nothing was kept.
        """
        found = self._tools.triggers.migrate_user(pool, asked, caller)
        if found is None:
            return None
        now = self._tools.clock()
        user = _member(pool, asked, found, now)
        secrets = UserSecrets()
        if asked.password and found.confirmed:
            # Taken as it is: it was good enough there, and policies are for new ones.
            secrets = self._tools.credentials.make(
                pool, user, asked.password, before=secrets, now=now
            )

        def work(connection: Connection) -> None:
            # First without proofs, so that addresses can be taken over from others.
            unproven = dict.fromkeys(set(VERIFIED.values()) & user.attributes.keys())
            bare = {k: v for k, v in user.attributes.items() if k not in unproven}
            beginner = replace(user, attributes=bare)
            add_profile(connection, pool, beginner)
            keep_profile(connection, pool, beginner, user, take_over=found.takes_over)
            AllSecrets(connection).keep(pool.id, user.sub, secrets)

        try:
            self._tools.database.write(work)
        except DuplicateError:
            return None
        return user


def _member(
    pool: Pool, asked: MigrationRequest, found: MigratedUser, now: datetime
) -> User:
    settings = pool.settings.sign_in
    attributes = {name: value for name, value in found.attributes.items() if value}
    attributes.pop(_SUB, None)
    sub = str(uuid4())
    username = attributes.pop(_USERNAME, asked.username)
    if settings.addresses:
        address = typed_address(asked.username, settings)
        if address is not None:
            attributes.setdefault(address, asked.username)
        username = sub
    elif not is_username(username) or looks_like_alias(username, settings):
        raise BadTriggerAnswerError("the person found has no user name")
    problems = dict(pool.settings.schema.problems(attributes, by_administrator=True))
    if problems:
        told = ", ".join(f"{name}: {why}" for name, why in problems.items())
        raise BadTriggerAnswerError(f"the person found does not fit: {told}")
    return User(
        pool_id=pool.id,
        sub=sub,
        username=username,
        status=UserStatus.CONFIRMED if found.confirmed else UserStatus.RESET_REQUIRED,
        enabled=True,
        attributes=attributes,
        created_at=now,
        updated_at=now,
    )
