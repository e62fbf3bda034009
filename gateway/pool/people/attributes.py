"""Attributes of people, as administrators change them.

What is said counts at once, also that an address is proven; an address that changes without
a word about that is not. What people change of their own is
`gateway.pool.people.own_attributes`.

Reference: Amazon Cognito, AdminUpdateUserAttributes, AdminDeleteUserAttributes.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.attributes.schema import VERIFIED, AttributeProblem
from gateway.pool.codes import Purpose
from gateway.pool.errors import InvalidParameterError, NameTakenError
from gateway.pool.pool import Pool
from gateway.pool.profiles import get_person, keep_profile
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.codes import CodeKey, UserCodes


class AttributeChanges:
    """Changes people's attributes. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def change(
        self,
        pool: Pool,
        name: str,
        values: Mapping[str, str],
        *,
        take_over: bool = False,
    ) -> User:
        """Set attributes; an empty text removes one.

        Args:
            pool: The pool.
            name: `sub`, or what the person signs in with.
            values: By attribute.
            take_over: Whether an address that somebody else has proven as well leads to
                this person from now on.

        Raises:
            UserNotFoundError: There is no such person.
            InvalidParameterError: A value is not one, or the attribute does not change.
            NameTakenError: An address or a name is somebody else's.
        """
        now = self._clock()

        def work(connection: Connection) -> User:
            user = get_person(connection, pool, name)
            attributes = changed_attributes(pool, user, values, by_administrator=True)
            if attributes == user.attributes:
                return user
            changed = replace(user, attributes=attributes, updated_at=now)
            forget_pending(connection, user, values)
            keep_profile(connection, pool, user, changed, take_over=take_over)
            return changed

        try:
            return self._database.write(work)
        except DuplicateError as error:
            raise NameTakenError("an address or a name is somebody else's") from error

    def delete(self, pool: Pool, name: str, names: Collection[str]) -> User:
        """Remove attributes; what somebody does not have is no fault.

        Raises:
            UserNotFoundError: There is no such person.
            InvalidParameterError: There is no such attribute, or it cannot be removed.
        """
        return self.change(pool, name, dict.fromkeys(names, ""))


def changed_attributes(
    pool: Pool, user: User, values: Mapping[str, str], *, by_administrator: bool
) -> Mapping[str, str]:
    """Return somebody's attributes as they are to be.

    An address that changes is not proven any more, unless the same values say that it is.

    Args:
        pool: The pool.
        user: As they are.
        values: By attribute; an empty text removes one.
        by_administrator: Whether it may be said what is proven.

    Raises:
        InvalidParameterError: A value is not one, or the attribute does not change.
    """
    known = user.attributes
    problems = dict(
        pool.settings.schema.problems(
            values, known=known, by_administrator=by_administrator
        )
    )
    after = {**known, **values}
    for address, proof in VERIFIED.items():
        if not after.get(address):
            if values.get(proof) == "true":
                problems[address] = AttributeProblem.MISSING
            after[proof] = ""
        elif after[address] != known.get(address):
            after[proof] = values.get(proof) or "false"
    if _is_nameless(pool, after):
        problems.update(
            (address, AttributeProblem.MISSING)
            for address in pool.settings.sign_in.addresses & values.keys()
        )
    if problems:
        raise InvalidParameterError(problems=problems)
    return {name: value for name, value in after.items() if value}


def forget_pending(connection: Connection, user: User, names: Collection[str]) -> None:
    """Let codes be good for nothing that were sent for addresses that are set anew."""
    for address in VERIFIED.keys() & set(names):
        key = CodeKey(user.pool_id, user.sub, Purpose.VERIFY_ATTRIBUTE, address)
        UserCodes(connection).remove(key)


def _is_nameless(pool: Pool, attributes: Mapping[str, str]) -> bool:
    """Whether nothing is left to sign in with, where addresses stand in for names."""
    addresses = pool.settings.sign_in.addresses
    return bool(addresses) and not any(attributes.get(each) for each in addresses)
