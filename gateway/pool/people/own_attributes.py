"""Attributes of people, as they change their own.

An address that changes is to be proven by a code that goes there. Where the pool says so, the
old one stays in force until then: whoever has taken over an account for a minute, or has
mistyped, does not cut the person off. The old address is told when it has changed.

Reference: Amazon Cognito, UpdateUserAttributes, GetUserAttributeVerificationCode,
VerifyUserAttribute, AttributesRequireVerificationBeforeUpdate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.attributes.rights import may_write
from gateway.pool.attributes.schema import VERIFIED, AttributeProblem
from gateway.pool.codes import KeptCode, Outcome, Purpose
from gateway.pool.errors import (
    CodeMismatchError,
    ExpiredCodeError,
    InvalidParameterError,
    NameTakenError,
)
from gateway.pool.limits import Limited
from gateway.pool.messenger import Notice, SentCode, told_at
from gateway.pool.people.attributes import changed_attributes, forget_pending
from gateway.pool.people.telling import notice_of
from gateway.pool.pool import Pool
from gateway.pool.profiles import get_person, keep_profile
from gateway.pool.settings import Address, NoticeKind
from gateway.pool.sign_in.values import Context
from gateway.pool.tools import PoolTools
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes

_PURPOSE = Purpose.VERIFY_ATTRIBUTE


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change.

    Attributes:
        user: As they are now.
        sent: Where codes went: what is to be proven.
    """

    user: User
    sent: tuple[SentCode, ...]


class OwnAttributes:
    """Changes attributes for the people whose they are. Blocks; call it in a thread.

    Who asks has been proven; `user` is whom their token or session is of.
    """

    def __init__(self, *, tools: PoolTools) -> None:
        self._tools = tools

    def change(
        self,
        pool: Pool,
        client: Client,
        user: User,
        values: Mapping[str, str],
        context: Context,
    ) -> Changed:
        """Set attributes; an empty text removes one.

        Args:
            pool: The pool.
            client: Through which client.
            user: Who asks.
            values: By attribute.
            context: What is known of the request.

        Raises:
            InvalidParameterError: A value is not one, or the client may not write it.
            LimitExceededError: There were too many codes.
            NameTakenError: A name is somebody else's.
            UserNotFoundError: The person is gone.
        """
        _check_rights(client, values)
        if _to_prove(pool, user, values):
            self._spend(pool, Limited.RESEND_CODE, user, context)
        kind = NoticeKind.UPDATE_ATTRIBUTE

        def work(connection: Connection) -> Changed:
            before = get_person(connection, pool, user.sub)
            # All of it is to be right, also what is not in force yet.
            changed_attributes(pool, before, values, by_administrator=False)
            to_prove = _to_prove(pool, before, values)
            waiting = to_prove.keys() & pool.settings.proven_before_change
            now = {name: text for name, text in values.items() if name not in waiting}
            attributes = changed_attributes(pool, before, now, by_administrator=False)
            after = replace(
                before, attributes=attributes, updated_at=self._tools.clock()
            )
            if attributes == before.attributes:
                after = before
            forget_pending(connection, before, values)
            keep_profile(connection, pool, before, after)
            notices = [
                notice_of(kind, SentCode(address, value), client, context)
                for address, value in to_prove.items()
            ]
            for notice in notices:
                self._send(connection, pool, after, notice)
            return Changed(after, tuple(notice.to for notice in notices))

        try:
            return self._tools.database.write(work)
        except DuplicateError as error:
            raise NameTakenError("a name is somebody else's") from error

    def send_code(
        self,
        pool: Pool,
        client: Client,
        user: User,
        address: Address,
        context: Context,
    ) -> SentCode:
        """Send a new code: to an address that waits to come into force, else to the present.

        Args:
            pool: The pool.
            client: Through which client.
            user: Who asks.
            address: Which kind of address is to be proven.
            context: What is known of the request.

        Raises:
            InvalidParameterError: The person has no such address.
            LimitExceededError: There were too many codes.
            UserNotFoundError: The person is gone.
        """
        self._spend(pool, Limited.RESEND_CODE, user, context)

        def work(connection: Connection) -> SentCode:
            known = get_person(connection, pool, user.sub)
            stored = UserCodes(connection).find(_key(known, address))
            is_waiting = stored is not None and stored.expires_at > self._tools.clock()
            present = known.attributes.get(address, "")
            value = stored.value if stored is not None and is_waiting else present
            if not value:
                problem = AttributeProblem.MISSING
                raise InvalidParameterError(problems={address.value: problem})
            to = SentCode(address, value)
            notice = notice_of(NoticeKind.VERIFY_ATTRIBUTE, to, client, context)
            self._send(connection, pool, known, notice)
            return to

        return self._tools.database.write(work)

    def verify(
        self, pool: Pool, user: User, address: Address, code: str, context: Context
    ) -> User:
        """Return the person, who has proven an address; from now on it is in force.

        Args:
            pool: The pool.
            user: Who asks.
            address: Which kind of address.
            code: As typed.
            context: What is known of the request.

        Raises:
            LimitExceededError: There were too many tries.
            CodeMismatchError: It is not the code.
            ExpiredCodeError: There is none.
            NameTakenError: The address leads to somebody else; the code stays good.
            UserNotFoundError: The person is gone.
        """
        self._spend(pool, Limited.VERIFY_ATTRIBUTE, user, context)

        def work(connection: Connection) -> tuple[Outcome, User]:
            before = get_person(connection, pool, user.sub)
            outcome, value = self._try(connection, before, address, code)
            if outcome is not Outcome.RIGHT:
                return outcome, before
            after = _proven(before, address, value)
            after = replace(after, updated_at=self._tools.clock())
            keep_profile(connection, pool, before, after)
            self._tell(connection, pool, before, after, address)
            return outcome, after

        try:
            outcome, after = self._tools.database.write(work)
        except DuplicateError as error:
            raise NameTakenError("the address leads to somebody else") from error
        # Raised out here: what was counted in there is to be kept.
        if outcome is Outcome.WRONG:
            raise CodeMismatchError
        if outcome is Outcome.EXPIRED:
            raise ExpiredCodeError
        return after

    def _spend(self, pool: Pool, what: Limited, user: User, context: Context) -> None:
        self._tools.limits.spend(pool, what, user.sub, address=context.address)

    def _send(
        self, connection: Connection, pool: Pool, user: User, notice: Notice
    ) -> None:
        address, value = notice.to.address, notice.to.destination
        owner = _owner(user, address, value)
        code, kept = self._tools.codes.make(_PURPOSE, owner, now=self._tools.clock())
        UserCodes(connection).keep(
            _key(user, address),
            StoredCode(kept.digest, kept.expires_at, kept.tries, value),
        )
        notice = replace(notice, code=code, details={"attribute": address.value})
        self._tools.messenger.put(connection, pool, user, notice)

    def _try(
        self, connection: Connection, user: User, address: Address, code: str
    ) -> tuple[Outcome, str]:
        """Return what came of a code, and which address it is about."""
        codes, key = UserCodes(connection), _key(user, address)
        stored = codes.find(key)
        if stored is None:
            return Outcome.EXPIRED, ""
        outcome, left = self._tools.codes.check(
            KeptCode(stored.digest, stored.expires_at, stored.tries),
            _PURPOSE,
            _owner(user, address, stored.value),
            code,
            self._tools.clock(),
        )
        if left is not None:
            codes.keep(key, replace(stored, tries=left.tries))
        else:
            codes.remove(key)
        return outcome, stored.value

    def _tell(
        self,
        connection: Connection,
        pool: Pool,
        before: User,
        after: User,
        address: Address,
    ) -> None:
        """Tell the address of before that there is another one now."""
        to = told_at(pool, before)
        if to is None or before.attributes.get(address) == after.attributes[address]:
            return
        kind = NoticeKind.ATTRIBUTE_CHANGED
        notice = Notice(kind, to, details={"attribute": address.value})
        self._tools.messenger.put(connection, pool, after, notice)


def _check_rights(client: Client, values: Mapping[str, str]) -> None:
    refused = [name for name in values if not may_write(client, name)]
    if refused:
        problems = dict.fromkeys(refused, AttributeProblem.RESERVED)
        raise InvalidParameterError(problems=problems)


def _to_prove(
    pool: Pool, user: User, values: Mapping[str, str]
) -> Mapping[Address, str]:
    """Return the new addresses to which codes go."""
    return {
        address: values[address]
        for address in Address
        if address in pool.settings.sign_up.verified
        and values.get(address)
        and values[address] != user.attributes.get(address)
    }


def _proven(user: User, address: Address, value: str) -> User:
    proof = {address.value: value, VERIFIED[address]: "true"}
    return replace(user, attributes={**user.attributes, **proof})


def _owner(user: User, address: Address, value: str) -> str:
    # With the address: a code proves the one that it went to, and not what came after.
    return f"{user.pool_id}/{user.sub}/{address}/{value}"


def _key(user: User, address: Address) -> CodeKey:
    return CodeKey(user.pool_id, user.sub, _PURPOSE, address)
