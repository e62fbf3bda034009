"""Links between people of a pool and their logins at providers.

Each change is one transaction: the login, the identity, and what everybody else remembers of
the person change together or not at all. Who may ask for it is seen to by whoever calls.

Reference: Amazon Cognito, AdminLinkProviderForUser, AdminDisableProviderForUser.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.federation.errors import (
    LastLoginError,
    LoginTakenError,
    UnknownLoginError,
)
from gateway.federation.linking.identities import Key, SameIdentity
from gateway.model.user import User, UserStatus
from gateway.pool.pool import Pool
from gateway.pool.profiles import keep_profile, note_user, remove_profile
from gateway.storage.database import Database
from gateway.storage.errors import TooManyLoginsError
from gateway.storage.pools.federated_logins import FederatedLogins, Login
from gateway.storage.pools.link_proofs import StoredLinkProofs
from gateway.storage.pools.users import Users

# Of one person (Cognito's own limit).
MAX_LINKS: Final = 5

_ATTRIBUTE: Final = "identities"

# Returns the attribute `identities` of somebody with these logins.
Describe = Callable[[User, Sequence[Login]], str]


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody of a provider.

    Attributes:
        provider: The provider's id.
        subject: Its name for them.
    """

    provider: str
    subject: str


class Links:
    """Makes and ends links. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        same: SameIdentity,
        describe: Describe,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it works with.

        Args:
            database: Where everything is kept.
            same: Keeps identities together.
            describe: Says in Cognito's words what somebody's logins are.
            clock: The time.
        """
        self._database = database
        self._same = same
        self._describe = describe
        self._clock = clock

    def of(self, user: User) -> Sequence[Login]:
        """Return the logins that lead to somebody, in the order of providers.

        Raises:
            StorageError: Nobody knows.
        """
        with self._database.reading() as connection:
            return FederatedLogins(connection).of_person(user.pool_id, user.sub)

    def add(self, connection: Connection, pool: Pool, user: User, login: Login) -> User:
        """Let a login lead to somebody from now on; return them as they are then.

        Args:
            connection: One that may write.
            pool: The pool.
            user: Who, as this transaction has found them.
            login: One that leads to nobody.

        Raises:
            LoginTakenError: It leads to somebody else. (Of the transaction nothing is kept.)
            TooManyLoginsError: They have as many as one may.
        """
        logins = FederatedLogins(connection)
        if logins.find(pool.id, login.provider, login.subject) is not None:
            raise LoginTakenError("the login leads to somebody already")
        if len(logins.of_person(pool.id, user.sub)) >= MAX_LINKS:
            raise TooManyLoginsError(f"{user.sub} has {MAX_LINKS} logins")
        logins.add(login)
        self.tie(connection, login)
        return self._described(connection, pool, user)

    def tie(self, connection: Connection, login: Login) -> None:
        """Let a login and its person be one identity.

        Raises:
            TooManyLoginsError: They have as many logins as one may.
        """
        self._same.tie(
            connection,
            Key(login.pool_id, login.sub),
            Key(login.provider, login.subject),
            self._clock(),
        )

    def link(self, pool: Pool, sub: str, source: Source) -> User:
        """Let somebody of a provider be a person of the pool, on an administrator's word.

        Args:
            pool: The pool.
            sub: The person.
            source: Whoever has not signed in with that login yet.

        Raises:
            UnknownLoginError: There is no such person.
            LoginTakenError: The login leads to somebody already.
            TooManyLoginsError: The person has as many as one may.
            StorageError: Nothing was kept.
        """

        def work(connection: Connection) -> User:
            user = _get(connection, pool, sub)
            now = self._clock()
            login = Login(pool.id, source.provider, source.subject, sub, now)
            return self.add(connection, pool, user, login)

        return self._database.write(work)

    def unlink(self, pool: Pool, sub: str, source: Source) -> User:
        """Let a login lead to somebody no more; whatever waits to be linked is over.

        Raises:
            UnknownLoginError: It does not lead to them.
            LastLoginError: It is their only way in.
            StorageError: Nothing has changed.
        """

        def work(connection: Connection) -> User:
            user = _get(connection, pool, sub)
            logins = FederatedLogins(connection)
            login = logins.find(pool.id, source.provider, source.subject)
            if login is None or login.sub != sub:
                raise UnknownLoginError("the login does not lead to the person")
            is_last = len(logins.of_person(pool.id, sub)) == 1
            if is_last and user.status is UserStatus.EXTERNAL_PROVIDER:
                raise LastLoginError("nothing else lets them in")
            logins.remove(pool.id, source.provider, source.subject)
            self._same.untie(
                connection, Key(pool.id, sub), Key(source.provider, source.subject)
            )
            StoredLinkProofs(connection).remove_of(pool.id, sub)
            note_user(connection, user)
            return self._described(connection, pool, user)

        return self._database.write(work)

    def merge(
        self, connection: Connection, pool: Pool, keep: User, other: User
    ) -> User:
        """Make two people one, who has proven to be both; return the one that stays.

        What leads to the other one leads to the first. Their profile is gone, and with it
        everything that was signed in as them.

        Args:
            connection: One that may write.
            pool: The pool of both.
            keep: Who stays.
            other: Somebody who has no way in but providers.

        Raises:
            LoginTakenError: The other one has a way in of their own.
            TooManyLoginsError: Together they have more logins than one may.
        """
        if other.status is not UserStatus.EXTERNAL_PROVIDER:
            raise LoginTakenError("the other person has a password of their own")
        logins = FederatedLogins(connection)
        moved = logins.of_person(pool.id, other.sub)
        kept = logins.of_person(pool.id, keep.sub)
        if len(moved) + len(kept) > MAX_LINKS:
            raise TooManyLoginsError("together they have too many logins")
        for login in moved:
            logins.remove(pool.id, login.provider, login.subject)
            logins.add(replace(login, sub=keep.sub))
        self._same.unite(connection, Key(pool.id, keep.sub), Key(pool.id, other.sub))
        StoredLinkProofs(connection).remove_of(pool.id, keep.sub)
        remove_profile(connection, other)
        return self._described(connection, pool, keep)

    def described(self, user: User, logins: Sequence[Login]) -> User:
        """Return somebody with the attribute that tells of these logins."""
        attributes = dict(user.attributes)
        attributes.pop(_ATTRIBUTE, None)
        if logins:
            attributes[_ATTRIBUTE] = self._describe(user, logins)
        return replace(user, attributes=attributes)

    def _described(self, connection: Connection, pool: Pool, user: User) -> User:
        logins = FederatedLogins(connection).of_person(pool.id, user.sub)
        after = replace(self.described(user, logins), updated_at=self._clock())
        keep_profile(connection, pool, user, after)
        return after


def _get(connection: Connection, pool: Pool, sub: str) -> User:
    user = Users(connection).find(pool.id, sub)
    if user is None:
        raise UnknownLoginError("there is no such person")
    return user
