"""Signing up: from nobody to a person who has proven an address.

What is checked outside a transaction is settled inside it: that a name is free, that a code is
good once. Messages are handed over in the same transaction that needs them, so that neither
is there without the other.

Reference: Amazon Cognito, SignUp, ConfirmSignUp, ResendConfirmationCode.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.codes import LIFETIMES, KeptCode, Outcome, Purpose
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
from gateway.pool.names import comparable
from gateway.pool.new_users import as_answered, check_rights, new_user
from gateway.pool.pool import Pool
from gateway.pool.profiles import add_profile, keep_profile
from gateway.pool.settings import Address, FirstFactor, NoticeKind
from gateway.pool.tools import PoolTools
from gateway.pool.triggers.values import (
    NOBODY,
    Caller,
    ConfirmationSource,
    SignUpSource,
)
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody says who signs up.

    Attributes:
        username: A name; an address, where addresses stand in for names.
        password: As typed; may be empty where people sign in without one.
        attributes: By name.
        caller: Through whom, for triggers.
        client: Whose rights to write attributes apply; `None` for all rights.
    """

    username: str
    password: str = field(repr=False)
    attributes: Mapping[str, str] = field(default_factory=dict)
    caller: Caller = NOBODY
    client: Client | None = None


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What came of a sign-up.

    Attributes:
        user: Who is there now.
        sent: Where the code went; `None` if an administrator has to confirm.
    """

    user: User
    sent: SentCode | None


class SignUps:
    """Signs people up and confirms them. Blocks; call it in a thread."""

    def __init__(self, *, tools: PoolTools) -> None:
        self._tools = tools

    def sign_up(self, pool: Pool, asked: SignUp) -> SignedUp:
        """Make a person, who still has to confirm unless a trigger says otherwise.

        Raises:
            NotAllowedError: People do not sign up by themselves here.
            TriggerRefusedError: A trigger says no.
            TriggerError: A trigger did not answer. After the sign-up, one that is told of
                a confirmation may not have heard of it.
            InvalidParameterError: The name or an attribute is none, or one is missing, or
                may not be written through the client.
            InvalidPasswordError: The password is not taken.
            NameTakenError: The name is somebody's.
            StorageError: Nothing was kept.
        """
        if not pool.settings.sign_up.is_open:
            raise NotAllowedError("people do not sign up by themselves in this pool")
        if asked.client is not None:
            check_rights(pool, asked.client, asked.attributes)
        now = self._tools.clock()
        user = new_user(
            pool,
            asked.username,
            asked.attributes,
            status=UserStatus.UNCONFIRMED,
            now=now,
        )
        has_password = bool(asked.password) or not _goes_without(pool)
        if has_password:
            self._tools.credentials.check(pool, asked.password, about=user)
        user = self._ask(pool, user, asked.caller)
        secrets = UserSecrets()
        if has_password:
            secrets = self._tools.credentials.make(
                pool, user, asked.password, before=secrets, now=now
            )
        is_confirmed = user.status is UserStatus.CONFIRMED
        sent = None if is_confirmed else _destination(pool, user)

        def work(connection: Connection) -> None:
            add_profile(connection, pool, user)
            AllSecrets(connection).keep(pool.id, user.sub, secrets)
            if sent is not None:
                notice = _notice(NoticeKind.SIGN_UP, sent, asked.caller)
                self._send(connection, pool, user, notice, now)

        try:
            self._tools.database.write(work)
        except DuplicateError as error:
            raise NameTakenError("the name is somebody's") from error
        if is_confirmed:
            self._tell(pool, user, asked.caller)
        return SignedUp(user, sent)

    def resend(
        self,
        pool: Pool,
        name: str,
        *,
        caller: Caller = NOBODY,
        hides_users: bool = True,
    ) -> SentCode:
        """Send a new code; the one before is good for nothing.

        Args:
            pool: The pool.
            name: What the person signs in with.
            caller: Through whom, for triggers.
            hides_users: Whether it is not told that nobody has the name.

        Returns:
            Where it went; made up if nobody has the name.

        Raises:
            UnknownUserError: Nobody has the name, and that may be told.
            WrongStateError: The person is confirmed.
            NotAllowedError: There is no address that a code could go to.
            LimitExceededError: There were too many in this hour.
        """
        now = self._tools.clock()

        def work(connection: Connection) -> SentCode | None:
            user = _find(connection, pool, name)
            counted = self._count(
                connection, pool, Limited.RESEND_CODE, name, user, caller
            )
            if user is not None:
                _check_unconfirmed(user)
            address = _address(pool, user)
            if address is None:
                raise NotAllowedError(
                    "nothing that a code could go to is verified here"
                )
            if user is None:
                DecoyCodes(connection, Purpose.SIGN_UP).send(pool, counted, now)
                return None
            sent = SentCode(address, user.attributes[address])
            notice = _notice(NoticeKind.RESENT_CODE, sent, caller)
            self._send(connection, pool, user, notice, now)
            return sent

        sent = self._tools.database.write(work)
        if sent is not None:
            return sent
        if not hides_users:
            raise UnknownUserError("nobody has that name")
        address = _address(pool, None) or Address.EMAIL
        return self._tools.decoys.destination(pool, name, address)

    def confirm(
        self,
        pool: Pool,
        name: str,
        code: str,
        *,
        take_over: bool = False,
        caller: Caller = NOBODY,
    ) -> User:
        """Return the person, who has proven the address that the code went to.

        Args:
            pool: The pool.
            name: What the person signs in with.
            code: As typed.
            take_over: Whether an address that somebody else has proven as well leads to
                this person from now on.
            caller: Through whom, for triggers.

        Raises:
            CodeMismatchError: It is not the code.
            ExpiredCodeError: There is none, or there is no such person.
            WrongStateError: The person is confirmed.
            LimitExceededError: There were too many tries in this hour.
            NameTakenError: The address leads to somebody else; the code stays good.
            TriggerRefusedError: The person is confirmed, and a trigger that was told of it
                says no.
            TriggerError: The same, but it did not answer.
        """
        now = self._tools.clock()

        def work(connection: Connection) -> tuple[Outcome, User | None]:
            user = _find(connection, pool, name)
            counted = self._count(
                connection, pool, Limited.CONFIRM_SIGN_UP, name, user, caller
            )
            if user is None:
                decoys = DecoyCodes(connection, Purpose.SIGN_UP)
                lifetime = LIFETIMES[Purpose.SIGN_UP]
                self._tools.codes.check(None, Purpose.SIGN_UP, pool.id, code, now)
                return decoys.try_one(pool, counted, now, lifetime), None
            _check_unconfirmed(user)
            outcome, stored = self._try(connection, pool, user, code, now)
            if stored is None or outcome is not Outcome.RIGHT:
                return outcome, None
            proven = _proven(user, Address(stored.value), now)
            keep_profile(connection, pool, user, proven, take_over=take_over)
            return outcome, proven

        try:
            outcome, user = self._tools.database.write(work)
        except DuplicateError as error:
            raise NameTakenError("the address leads to somebody else") from error
        if user is not None:
            self._tell(pool, user, caller)
            return user
        # Raised out here: what was counted in there is to be kept.
        if outcome is Outcome.WRONG:
            raise CodeMismatchError
        raise ExpiredCodeError

    def _count(
        self,
        connection: Connection,
        pool: Pool,
        what: Limited,
        name: str,
        user: User | None,
        caller: Caller,
    ) -> str:
        """Return whom it is counted for; refuse what was done too often in this hour."""
        counted = whose(pool, name, user)
        limits, address = self._tools.limits, caller.address
        limits.count(connection, pool, what, counted, address=address)
        return counted

    def _ask(self, pool: Pool, user: User, caller: Caller) -> User:
        """Return the person as a trigger lets them be."""
        source = SignUpSource.SIGN_UP
        answer = self._tools.triggers.pre_sign_up(pool, user, source, caller)
        return as_answered(user, answer)

    def _tell(self, pool: Pool, user: User, caller: Caller) -> None:
        source = ConfirmationSource.SIGN_UP
        self._tools.triggers.post_confirmation(pool, user, source, caller)

    def _send(
        self,
        connection: Connection,
        pool: Pool,
        user: User,
        notice: Notice,
        now: datetime,
    ) -> None:
        """Make a code, and hand it over with what is to be told."""
        address = notice.to.address
        code, kept = self._tools.codes.make(
            Purpose.SIGN_UP, _owner(pool, user, address), now=now
        )
        UserCodes(connection).keep(
            _key(pool, user),
            StoredCode(kept.digest, kept.expires_at, kept.tries, address),
        )
        self._tools.messenger.put(connection, pool, user, replace(notice, code=code))

    def _try(
        self,
        connection: Connection,
        pool: Pool,
        user: User,
        code: str,
        now: datetime,
    ) -> tuple[Outcome, StoredCode | None]:
        """Return what came of a code, and what was kept of it until now."""
        kept, key = UserCodes(connection), _key(pool, user)
        stored = kept.find(key)
        if stored is None:
            codes, purpose = self._tools.codes, Purpose.SIGN_UP
            return codes.check(None, purpose, pool.id, code, now)[0], None
        outcome, left = self._tools.codes.check(
            KeptCode(stored.digest, stored.expires_at, stored.tries),
            Purpose.SIGN_UP,
            _owner(pool, user, stored.value),
            code,
            now,
        )
        if left is not None:
            kept.keep(key, replace(stored, tries=left.tries))
        else:
            kept.remove(key)
        return outcome, stored


def _goes_without(pool: Pool) -> bool:
    """Whether people of a pool may sign in without a password."""
    return bool(pool.settings.sign_in.first_factors - {FirstFactor.PASSWORD})


def _notice(kind: NoticeKind, to: SentCode, caller: Caller) -> Notice:
    return Notice(
        kind,
        to,
        client_id=caller.client_id,
        language=caller.language,
        metadata=caller.metadata,
    )


def _destination(pool: Pool, user: User) -> SentCode | None:
    """Return where the code goes; `None` if there is no such address."""
    address = _address(pool, user)
    return None if address is None else SentCode(address, user.attributes[address])


def _address(pool: Pool, user: User | None) -> Address | None:
    """Return which address is to be proven: the phone, if both are; nobody has both."""
    for address in (Address.PHONE, Address.EMAIL):
        has_it = user is None or user.attributes.get(address)
        if address in pool.settings.sign_up.verified and has_it:
            return address
    return None


def _find(connection: Connection, pool: Pool, name: str) -> User | None:
    sensitive = pool.settings.sign_in.case_sensitive
    form = comparable(name, case_sensitive=sensitive)
    return Users(connection).find_named(pool.id, form)


def _check_unconfirmed(user: User) -> None:
    if user.status is not UserStatus.UNCONFIRMED:
        raise WrongStateError(f"the person is {user.status}")


def _proven(user: User, address: Address, now: datetime) -> User:
    proof = {VERIFIED[address]: "true"}
    return replace(
        user,
        status=UserStatus.CONFIRMED,
        attributes={**user.attributes, **proof},
        updated_at=now,
    )


def _owner(pool: Pool, user: User, address: str) -> str:
    # With the address: a code proves the one that it went to, and not what came after.
    return f"{pool.id}/{user.sub}/{user.attributes.get(address, '')}"


def _key(pool: Pool, user: User) -> CodeKey:
    return CodeKey(pool.id, user.sub, Purpose.SIGN_UP)
