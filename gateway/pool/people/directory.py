"""Finding people: one by name, many by what they have in common.

Each list is one range of one index, whatever the pool's size. How a wire writes a filter is
its own business; here it is a value.

Reference: Amazon Cognito, AdminGetUser, ListUsers ("Searching for users").
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import InvalidParameterError
from gateway.pool.listed import Listed
from gateway.pool.names import comparable
from gateway.pool.paging import PAGE, check_limit
from gateway.pool.pool import Pool
from gateway.pool.profiles import find_person, get_person
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import CursorError
from gateway.storage.pools.tables import COMPARABLE
from gateway.storage.pools.users import Condition, Position, Users


class Field(StrEnum):
    """What people can be listed by; spelled as Cognito's filters are."""

    SUB = "sub"
    USERNAME = "username"
    EMAIL = "email"
    PHONE = "phone_number"
    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    PREFERRED_USERNAME = "preferred_username"
    STATUS = "cognito:user_status"
    ENABLED = "status"


# Those that are texts of people's own.
_COLUMNS: Final = {
    Field.USERNAME: "by_username",
    Field.EMAIL: "by_email",
    Field.PHONE: "by_phone",
    Field.NAME: "by_name",
    Field.GIVEN_NAME: "by_given_name",
    Field.FAMILY_NAME: "by_family_name",
    Field.PREFERRED_USERNAME: "by_preferred_username",
}
_ENABLED: Final = {"enabled": True, "disabled": False}


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom to list.

    Attributes:
        field: What of them is compared.
        value: As somebody typed it. For `Field.ENABLED`, `enabled` or `disabled`.
        is_prefix: Whether those are meant too with whom it only begins like this.
    """

    field: Field
    value: str
    is_prefix: bool = False


class Directory:
    """Finds people. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    def find(self, pool: Pool, name: str) -> User | None:
        """Return whom a name belongs to.

        Args:
            pool: The pool.
            name: `sub`, or what the person signs in with.
        """
        with self._database.reading() as connection:
            return find_person(connection, pool, name)

    def get(self, pool: Pool, name: str) -> User:
        """Return whom a name belongs to.

        Args:
            pool: The pool.
            name: `sub`, or what the person signs in with.

        Raises:
            UserNotFoundError: Nobody.
        """
        with self._database.reading() as connection:
            return get_person(connection, pool, name)

    def list(
        self,
        pool: Pool,
        wanted: Filter | None = None,
        *,
        cursor: str | None = None,
        limit: int = PAGE,
    ) -> Listed[User]:
        """Return a page of people.

        In the order of `sub`; if a beginning is asked for, of what begins so.

        Args:
            pool: The pool.
            wanted: Whom to list; `None` for everybody.
            cursor: What the page before said; `None` for the first one.
            limit: How many at most.

        Raises:
            InvalidParameterError: The limit is outside its bounds, or the filter asks for a
                status that there is not.
            CursorError: The cursor was not handed out for this list.
        """
        check_limit(limit)
        condition = None if wanted is None else _condition(pool, wanted)
        of = _list_of(pool, condition)
        after = None if cursor is None else self._read(cursor, of)
        with self._database.reading() as connection:
            page = Users(connection).page(pool.id, condition, after=after, limit=limit)
        if page.end is None:
            return Listed(page.users, None)
        end = (page.end.value, page.end.sub)
        return Listed(page.users, self._cursors.write(end, of=of))

    def count(self, pool: Pool) -> int:
        """Return how many people a pool has. Goes through an index of all of them."""
        with self._database.reading() as connection:
            return Users(connection).count(pool.id)

    def _read(self, cursor: str, of: str) -> Position:
        match self._cursors.read(cursor, of=of):
            case (str(value), str(sub)):
                return Position(sub, value)
            case _:
                raise CursorError("a cursor of another order")


def _condition(pool: Pool, wanted: Filter) -> Condition | None:
    """Return what the database is asked; `None` if that leaves nobody out."""
    if wanted.field is Field.STATUS:
        statuses = {status.value.lower(): status.value for status in UserStatus}
        return _one_of(statuses, "status", wanted)
    if wanted.field is Field.ENABLED:
        return _one_of(_ENABLED, "enabled", wanted)
    if wanted.field is Field.SUB:
        form = comparable(wanted.value, case_sensitive=False)
        return Condition("sub", form, wanted.is_prefix)
    sensitive = pool.settings.sign_in.case_sensitive
    # Cut as what it is compared with is cut.
    form = comparable(wanted.value, case_sensitive=sensitive)[:COMPARABLE]
    return Condition(_COLUMNS[wanted.field], form, wanted.is_prefix)


def _one_of(
    values: dict[str, str] | dict[str, bool], column: str, wanted: Filter
) -> Condition | None:
    # No two of them begin with the same letter, so that a beginning means one or all.
    text = wanted.value.lower()
    if wanted.is_prefix and not text:
        return None
    for name, value in values.items():
        if name == text or (wanted.is_prefix and name.startswith(text)):
            return Condition(column, value)
    problem = AttributeProblem.UNKNOWN
    raise InvalidParameterError(problems={wanted.field.value: problem})


def _list_of(pool: Pool, condition: Condition | None) -> str:
    said = (
        None
        if condition is None
        else [condition.column, condition.value, condition.is_prefix]
    )
    return f"users {pool.id} {json.dumps(said)}"
