"""People whom an administrator makes, and invites.

They begin with a password that is good for a few days and has to be replaced at the first
sign-in. Where people may sign in without a password, they begin without one.

Reference: Amazon Cognito, AdminCreateUser.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection

from gateway.model.user import User, UserStatus
from gateway.pool.credentials import Credentials, with_password
from gateway.pool.errors import NameTakenError, WrongStateError
from gateway.pool.messenger import Messenger, Notice, SentCode
from gateway.pool.new_users import as_answered, new_user
from gateway.pool.passwords.generation import new_password
from gateway.pool.pool import Pool
from gateway.pool.profiles import add_profile, get_person
from gateway.pool.settings import Address, FirstFactor, NoticeKind
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import NOBODY, Caller, SignUpSource
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.secrets import AllSecrets, UserSecrets


@dataclass(frozen=True, slots=True)
class Invitation:
    """How somebody is told that there is an account for them.

    Attributes:
        is_sent: Whether they are told at all.
        by: Where to, if they can be reached there; by default the e-mail address, or else
            the phone.
    """

    is_sent: bool = True
    by: frozenset[Address] | None = None


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What an administrator says of somebody new.

    Attributes:
        username: A name; an address, where addresses stand in for names.
        attributes: By name; also whether an address counts as proven.
        temporary_password: What to begin with; empty for one that is made up.
        take_over: Whether an address that somebody else has proven as well leads to this
            person from now on.
        invitation: How they are told.
    """

    username: str
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    temporary_password: str = field(default="", repr=False)
    take_over: bool = False
    invitation: Invitation = field(default_factory=Invitation)


@dataclass(frozen=True, slots=True)
class Created:
    """What came of it.

    Attributes:
        user: Who is there now.
        sent: Where the invitation went.
    """

    user: User
    sent: tuple[SentCode, ...]


class Creations:
    """Makes people, and invites them. Burns a core; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        credentials: Credentials,
        messenger: Messenger,
        triggers: Triggers,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._messenger = messenger
        self._triggers = triggers
        self._clock = clock

    def create(self, pool: Pool, asked: NewPerson, caller: Caller = NOBODY) -> Created:
        """Make somebody who has to choose a password at the first sign-in.

        Raises:
            InvalidParameterError: The name or an attribute is none, or one is missing.
            InvalidPasswordError: The temporary password is not taken.
            NameTakenError: A name is somebody's.
            TriggerRefusedError: The pool's function says no.
            TriggerError: It did not answer as it must.
            BusyHashingError: Too many passwords are being worked on.
        """
        now = self._clock()
        password = asked.temporary_password or _begins_with(pool)
        status = UserStatus.FORCE_CHANGE_PASSWORD if password else UserStatus.CONFIRMED
        user = new_user(pool, asked.username, asked.attributes, status=status, now=now)
        if asked.temporary_password:
            self._credentials.check(pool, password, about=user)
        source = SignUpSource.ADMINISTRATOR
        answer = self._triggers.pre_sign_up(pool, user, source, caller)
        user = as_answered(user, replace(answer, confirm=False))
        secrets = self._secrets(pool, user, password, UserSecrets(), now)
        sent = _destinations(user, asked.invitation) if password else ()

        def work(connection: Connection) -> None:
            add_profile(connection, pool, user, take_over=asked.take_over)
            AllSecrets(connection).keep(pool.id, user.sub, secrets)
            self._invite(connection, pool, user, sent, (password, caller))

        try:
            self._database.write(work)
        except DuplicateError as error:
            raise NameTakenError("a name is somebody's") from error
        return Created(user, sent)

    def invite_again(
        self,
        pool: Pool,
        name: str,
        invitation: Invitation | None = None,
        *,
        temporary_password: str = "",
        caller: Caller = NOBODY,
    ) -> Created:
        """Give somebody who never came another temporary password, and more time.

        Args:
            pool: The pool.
            name: `sub`, or what the person signs in with.
            invitation: How they are told.
            temporary_password: What to begin with; empty for one that is made up.
            caller: Who asks.

        Raises:
            UserNotFoundError: There is no such person.
            WrongStateError: They need no invitation.
            InvalidPasswordError: The temporary password is not taken.
            BusyHashingError: Too many passwords are being worked on.
        """
        now = self._clock()
        with self._database.reading() as connection:
            user = get_person(connection, pool, name)
            before = AllSecrets(connection).find(pool.id, user.sub)
        _check_invited(user)
        if temporary_password:
            self._credentials.check(pool, temporary_password, about=user)
        password = temporary_password or new_password(pool.settings.password)
        made = self._secrets(pool, user, password, before, now)
        wanted = invitation or Invitation()

        def work(connection: Connection) -> Created:
            found = get_person(connection, pool, user.sub)
            _check_invited(found)
            kept = AllSecrets(connection)
            secrets = with_password(kept.find(pool.id, found.sub), made)
            kept.keep(pool.id, found.sub, secrets)
            sent = _destinations(found, wanted)
            self._invite(connection, pool, found, sent, (password, caller))
            return Created(found, sent)

        return self._database.write(work)

    def _secrets(
        self, pool: Pool, user: User, password: str, before: UserSecrets, now: datetime
    ) -> UserSecrets:
        if not password:
            return before
        return self._credentials.make_temporary(
            pool, user, password, before=before, now=now
        )

    def _invite(
        self,
        connection: Connection,
        pool: Pool,
        user: User,
        sent: tuple[SentCode, ...],
        told: tuple[str, Caller],
    ) -> None:
        password, caller = told
        for to in sent:
            notice = Notice(
                NoticeKind.INVITATION, to, code=password, metadata=caller.metadata
            )
            self._messenger.put(connection, pool, user, notice)


def _begins_with(pool: Pool) -> str:
    """Return a new temporary password; none where people may do without."""
    if pool.settings.sign_in.first_factors - {FirstFactor.PASSWORD}:
        return ""
    return new_password(pool.settings.password)


def _destinations(user: User, invitation: Invitation) -> tuple[SentCode, ...]:
    if not invitation.is_sent:
        return ()
    reached = tuple(
        SentCode(address, user.attributes[address])
        for address in (Address.EMAIL, Address.PHONE)
        if user.attributes.get(address)
        and (invitation.by is None or address in invitation.by)
    )
    return reached[:1] if invitation.by is None else reached


def _check_invited(user: User) -> None:
    if user.status is not UserStatus.FORCE_CHANGE_PASSWORD:
        raise WrongStateError(f"the person is {user.status}")
