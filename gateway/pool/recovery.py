"""A forgotten password: a code to an address that was proven before, and then a new one.

Whoever is not known is told the same as others, with a made-up address, and their codes are
missed as often. What can be said of known people who cannot be helped like that (no proven
address, a state of their own) is said to nobody whom it could tell that they are known.

Reference: Amazon Cognito, ForgotPassword, ConfirmForgotPassword.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.codes import LIFETIMES, KeptCode, Outcome, Purpose
from gateway.pool.credentials import with_password
from gateway.pool.decoys import DecoyCodes
from gateway.pool.errors import (
    CodeMismatchError,
    ExpiredCodeError,
    NameTakenError,
    NotAllowedError,
    UnknownUserError,
    WrongStateError,
)
from gateway.pool.limits import Limited, whose
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.migration import Migration
from gateway.pool.names import comparable
from gateway.pool.pool import Pool
from gateway.pool.profiles import keep_profile
from gateway.pool.settings import Address, FirstFactor, NoticeKind
from gateway.pool.sign_in.values import Context
from gateway.pool.tools import PoolTools
from gateway.pool.triggers.values import (
    ConfirmationSource,
    MigrationRequest,
    MigrationSource,
)
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.sessions import SignInSessions
from gateway.storage.pools.users import Users

_PURPOSE: Final = Purpose.FORGOT_PASSWORD

# Who was given a password by an administrator, or has none here, has forgotten none.
_RECOVERABLE: Final = frozenset(
    {UserStatus.CONFIRMED, UserStatus.UNCONFIRMED, UserStatus.RESET_REQUIRED}
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A new password that waits for its code to be right.

    Attributes:
        pool: The pool.
        sub: Whose it is; empty for nobody's.
        counted: For whom tries are counted.
        code: As typed.
        made: What is to be kept of the password.
        now: The time.
    """

    pool: Pool
    sub: str
    counted: str
    code: str = field(repr=False)
    made: UserSecrets
    now: datetime


class Recovery:
    """Lets people have a new password. Burns a core; call it in a thread."""

    def __init__(self, *, tools: PoolTools) -> None:
        self._tools = tools
        self._migration = Migration(tools)

    def begin(
        self, pool: Pool, client: Client, name: str, context: Context
    ) -> SentCode:
        """Send a code; return where it went, to be shown masked.

        Args:
            pool: The pool.
            client: Through which client.
            name: What was typed.
            context: What is known of the request.

        Raises:
            NotAllowedError: Administrators alone may help in this pool.
            LimitExceededError: There were too many.
            UnknownUserError: Nobody has that name, and the client may know.
            WrongStateError: The person cannot be helped like that, and the client may know.
            TriggerError: Another directory did not answer.
            StorageError: Nothing was kept or sent.
        """
        _check_pool(pool)
        user = self._find(pool, name)
        self._tools.limits.spend(
            pool,
            Limited.FORGOT_PASSWORD,
            whose(pool, name, user),
            address=context.address,
        )
        if user is None and self._migration.is_on(pool):
            asked = MigrationRequest(MigrationSource.FORGOT_PASSWORD, name)
            user = self._migration.bring(pool, asked, context.caller(client))
        counted = whose(pool, name, user)
        now = self._tools.clock()

        def work(connection: Connection) -> SentCode | None:
            known = _find(connection, pool, name)
            to = None if known is None else reset_destination(pool, known)
            if known is None or to is None:
                DecoyCodes(connection, _PURPOSE).send(pool, counted, now)
                return None
            notice = Notice(
                NoticeKind.FORGOT_PASSWORD,
                to,
                client_id=client.id,
                language=context.language,
                metadata=context.metadata,
            )
            self.put_code(connection, pool, known, notice)
            return to

        sent = self._tools.database.write(work)
        if sent is not None:
            return sent
        if client.hides_users:
            address = pool.settings.recovery[0]
            return self._tools.decoys.destination(pool, name, address)
        if user is None:
            raise UnknownUserError("nobody has that name")
        raise WrongStateError("the person has no proven address, or no password here")

    def put_code(
        self, connection: Connection, pool: Pool, user: User, notice: Notice
    ) -> None:
        """Keep a new code, and hand it over; the one before is good for nothing.

        Also for administrators who reset somebody's password.

        Args:
            connection: One that may write.
            pool: The pool.
            user: Who is to have a new password.
            notice: What is to be told, without the code.
        """
        to = notice.to
        code, kept = self._tools.codes.make(
            _PURPOSE, _owner(user, to.destination), now=self._tools.clock()
        )
        UserCodes(connection).keep(
            _key(pool, user.sub),
            StoredCode(kept.digest, kept.expires_at, kept.tries, to.address),
        )
        notice = replace(notice, code=code)
        self._tools.messenger.put(connection, pool, user, notice)

    def confirm(
        self,
        pool: Pool,
        client: Client,
        name: str,
        *,
        code: str,
        password: str,
        context: Context,
    ) -> User:
        """Return the person, whose password is the new one from now on.

        It confirms the account and proves the address as well, and ends whatever sign-ins
        are under way. Browsers and applications that are signed in stay so.

        Args:
            pool: The pool.
            client: Through which client.
            name: What was typed.
            code: As typed.
            password: The new one.
            context: What is known of the request.

        Raises:
            NotAllowedError: Administrators alone may help in this pool.
            LimitExceededError: There were too many tries.
            InvalidPasswordError: The password is not taken, or was the person's before; the
                code stays good.
            CodeMismatchError: It is not the code.
            ExpiredCodeError: There is none.
            TriggerError: What is told of it could not be told; the password is new.
            NameTakenError: The address leads to somebody else; the code stays good.
            BusyHashingError: Too many passwords are being worked on.
            StorageError: Nothing was kept.
        """
        _check_pool(pool)
        tools = self._tools
        known = self._find(pool, name)
        counted = whose(pool, name, known)
        tools.limits.spend(
            pool, Limited.CONFIRM_PASSWORD, counted, address=context.address
        )
        now = tools.clock()
        about = known or self._nobody(pool, name, now)
        tools.credentials.check(pool, password, about=about)
        before = self._before(pool, known, code, now)
        # For nobody as well: it takes as long.
        made = tools.credentials.make(pool, about, password, before=before, now=now)
        wanted = _Wanted(pool, about.sub, counted, code, made, now)
        try:
            outcome, user = tools.database.write(lambda c: self._recover(c, wanted))
        except DuplicateError as error:
            raise NameTakenError("the address leads to somebody else") from error
        # Raised out here: what was counted in there is to be kept.
        if outcome is Outcome.WRONG:
            raise CodeMismatchError
        if user is None:
            raise ExpiredCodeError
        tools.tries.forgive(pool, name, context.address)
        tools.triggers.post_confirmation(
            pool, user, ConfirmationSource.FORGOT_PASSWORD, context.caller(client)
        )
        return user

    def _before(
        self, pool: Pool, user: User | None, code: str, now: datetime
    ) -> UserSecrets:
        """Return what proved a person so far: for whoever has the code, and nobody else.

        Else strangers could ask whether a password had been somebody's.
        """
        if not pool.settings.password.history:
            return UserSecrets()
        sub = "" if user is None else user.sub
        with self._tools.database.reading() as connection:
            stored = UserCodes(connection).find(_key(pool, sub))
            before = AllSecrets(connection).find(pool.id, sub)
        outcome, _ = self._check(user, stored, code, now)
        return before if outcome is Outcome.RIGHT else UserSecrets()

    def _recover(
        self, connection: Connection, wanted: "_Wanted"
    ) -> tuple[Outcome, User | None]:
        """Keep the new password, if the code is right."""
        pool, now = wanted.pool, wanted.now
        user = Users(connection).find(pool.id, wanted.sub)
        outcome, stored = self._try(connection, wanted, user)
        decoys = DecoyCodes(connection, _PURPOSE)
        if user is None or stored is None:
            lifetime = LIFETIMES[_PURPOSE]
            return decoys.try_one(pool, wanted.counted, now, lifetime), None
        decoys.look(pool, wanted.counted)
        if outcome is not Outcome.RIGHT or not _is_recoverable(user):
            return outcome, None
        after = _recovered(user, Address(stored.value), now)
        keep_profile(connection, pool, user, after)
        kept = AllSecrets(connection)
        before = kept.find(pool.id, user.sub)
        kept.keep(pool.id, user.sub, with_password(before, wanted.made))
        SignInSessions(connection).remove_of(pool.id, user.sub)
        return outcome, after

    def _try(
        self, connection: Connection, wanted: "_Wanted", user: User | None
    ) -> tuple[Outcome, StoredCode | None]:
        """Return what came of a code, and what was kept of it until now."""
        kept, key = UserCodes(connection), _key(wanted.pool, wanted.sub)
        # Looked for either way: it takes as long for somebody whom nobody knows.
        stored = kept.find(key)
        outcome, left = self._check(user, stored, wanted.code, wanted.now)
        if stored is None:
            return outcome, None
        if left is not None:
            kept.keep(key, replace(stored, tries=left.tries))
        else:
            kept.remove(key)
        return outcome, stored

    def _check(
        self, user: User | None, stored: StoredCode | None, code: str, now: datetime
    ) -> tuple[Outcome, KeptCode | None]:
        """Return what comes of a code, and what is to be kept of it then."""
        if user is None or stored is None:
            return self._tools.codes.check(None, _PURPOSE, "", code, now)
        destination = user.attributes.get(stored.value, "")
        return self._tools.codes.check(
            KeptCode(stored.digest, stored.expires_at, stored.tries),
            _PURPOSE,
            _owner(user, destination),
            code,
            now,
        )

    def _find(self, pool: Pool, name: str) -> User | None:
        with self._tools.database.reading() as connection:
            return _find(connection, pool, name)

    def _nobody(self, pool: Pool, name: str, now: datetime) -> User:
        return User(
            pool_id=pool.id,
            sub="",
            username=self._tools.decoys.user_id(pool, name),
            status=UserStatus.CONFIRMED,
            enabled=True,
            attributes={},
            created_at=now,
            updated_at=now,
        )


def _check_pool(pool: Pool) -> None:
    settings = pool.settings
    if not settings.recovery:
        raise NotAllowedError("administrators alone reset passwords in this pool")
    if FirstFactor.PASSWORD not in settings.sign_in.first_factors:
        raise NotAllowedError("nobody has a password in this pool")


def _find(connection: Connection, pool: Pool, name: str) -> User | None:
    sensitive = pool.settings.sign_in.case_sensitive
    form = comparable(name, case_sensitive=sensitive)
    return Users(connection).find_named(pool.id, form)


def reset_destination(pool: Pool, user: User) -> SentCode | None:
    """Return where a code goes: the first proven address, in the pool's order.

    `None` if there is none, or if the person cannot have a new password like that.
    """
    if not _is_recoverable(user):
        return None
    for address in pool.settings.recovery:
        destination = user.attributes.get(address, "")
        if destination and user.attributes.get(VERIFIED[address]) == "true":
            return SentCode(address, destination)
    return None


def _is_recoverable(user: User) -> bool:
    return user.enabled and user.status in _RECOVERABLE


def _recovered(user: User, address: Address, now: datetime) -> User:
    proof = {VERIFIED[address]: "true"}
    return replace(
        user,
        status=UserStatus.CONFIRMED,
        attributes={**user.attributes, **proof},
        updated_at=now,
    )


def _owner(user: User, destination: str) -> str:
    # With the address: a code proves the one that it went to, and not what came after.
    return f"{user.pool_id}/{user.sub}/{destination}"


def _key(pool: Pool, sub: str) -> CodeKey:
    return CodeKey(pool.id, sub, _PURPOSE)
