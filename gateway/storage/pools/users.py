"""The people of pools: profiles, and the names that lead to them.

Works inside a transaction of somebody else's (`Database.reading`, `Database.write`), so that
several changes are kept together or not at all. Knows nothing of passwords and codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    update,
)

from gateway.model.user import User, UserStatus
from gateway.storage.pools.tables import COMPARABLE, FILTERED, POOL_NAME, POOL_USER

PROFILE: Final = tuple(
    POOL_USER.c[name]
    for name in (
        *("pool_id", "sub", "username", "status", "enabled", "attributes"),
        *("created_at", "updated_at", "signed_out_at"),
    )
)
_FIND: Final = select(*PROFILE).where(
    POOL_USER.c.pool_id == bindparam("pool_id"), POOL_USER.c.sub == bindparam("sub")
)
_FIND_NAMED: Final = (
    select(*PROFILE)
    .join(
        POOL_NAME,
        (POOL_NAME.c.pool_id == POOL_USER.c.pool_id)
        & (POOL_NAME.c.sub == POOL_USER.c.sub),
    )
    .where(
        POOL_NAME.c.pool_id == bindparam("pool_id"),
        POOL_NAME.c.name == bindparam("name"),
    )
)
_NAMES: Final = select(POOL_NAME.c.name, POOL_NAME.c.kind).where(
    POOL_NAME.c.pool_id == bindparam("pool_id"), POOL_NAME.c.sub == bindparam("sub")
)

# Of whoever may not do any more what others may remember that they may; the key is
# `change_key`.
USER_TOPIC: Final = "pool_user"

# The last character there is: what begins with a text is not after the text and this.
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Name:
    """A name that somebody may sign in with.

    Attributes:
        name: In its comparable form.
        kind: `username`, `email`, `phone_number` or `preferred_username`.
    """

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What a list is filtered by.

    Attributes:
        column: One of `gateway.storage.pools.tables.FILTERED`.
        value: In its comparable form; a status, or whether somebody is enabled.
        is_prefix: Whether what begins with the value is meant too.
    """

    column: str
    value: str | bool
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of a list ended.

    Attributes:
        sub: Of the last one on it.
        value: What that one has in the column that the list is in the order of.
    """

    sub: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        users: In the list's order.
        end: Where it ended; `None` if nobody comes after it.
    """

    users: Sequence[User]
    end: Position | None


class Users:
    """The people of all pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, sub: str) -> User | None:
        """Return a person by the id that never changes."""
        return self._one(_FIND, {"pool_id": pool_id, "sub": sub})

    def find_named(self, pool_id: str, name: str) -> User | None:
        """Return whom a name belongs to.

        Args:
            pool_id: The pool.
            name: In its comparable form.
        """
        return self._one(_FIND_NAMED, {"pool_id": pool_id, "name": name})

    def add(
        self, user: User, names: Sequence[Name], *, search: Mapping[str, str | None]
    ) -> None:
        """Add a person.

        Args:
            user: The profile.
            names: What the person may sign in with from now on.
            search: The comparable forms that lists are filtered by, by column.

        Raises:
            DuplicateError: A name is somebody else's. (Of the transaction nothing is kept.)
        """
        self._connection.execute(insert(POOL_USER), [row_of(user, search)])
        for name in names:
            self.add_name(user, name)

    def change(self, user: User, *, search: Mapping[str, str | None]) -> None:
        """Replace a person's profile.

        Args:
            user: With everything as it is to be.
            search: As for `add`.
        """
        row = row_of(user, search)
        keys = {"pool_id", "sub", "created_at"}
        self._connection.execute(
            update(POOL_USER)
            .where(POOL_USER.c.pool_id == user.pool_id, POOL_USER.c.sub == user.sub)
            .values({name: value for name, value in row.items() if name not in keys})
        )

    def remove(self, pool_id: str, sub: str) -> bool:
        """Remove a person with everything that is theirs; return whether there was one."""
        done = self._connection.execute(
            delete(POOL_USER).where(
                POOL_USER.c.pool_id == pool_id, POOL_USER.c.sub == sub
            )
        )
        return done.rowcount > 0

    def remove_unconfirmed(self, pool_id: str, *, before: datetime, limit: int) -> int:
        """Remove the oldest people who never confirmed; return how many.

        Args:
            pool_id: The pool.
            before: Whoever signed up later stays.
            limit: How many at most.
        """
        # The status is written out: it is what the index is about.
        old = (
            select(POOL_USER.c.sub)
            .where(
                POOL_USER.c.pool_id == pool_id,
                POOL_USER.c.created_at < before,
                text("status = 'UNCONFIRMED'"),
            )
            .order_by(POOL_USER.c.created_at)
            .limit(limit)
        )
        done = self._connection.execute(
            delete(POOL_USER).where(
                POOL_USER.c.pool_id == pool_id, POOL_USER.c.sub.in_(old)
            )
        )
        return done.rowcount

    def names(self, pool_id: str, sub: str) -> Sequence[Name]:
        """Return all that a person may sign in with."""
        rows = self._connection.execute(_NAMES, {"pool_id": pool_id, "sub": sub})
        return [Name(row.name, row.kind) for row in rows]

    def add_name(self, user: User, name: Name) -> None:
        """Let a name lead to a person.

        Raises:
            DuplicateError: It is somebody's already.
        """
        self._connection.execute(
            insert(POOL_NAME),
            [
                {
                    "pool_id": user.pool_id,
                    "name": name.name,
                    "kind": name.kind,
                    "sub": user.sub,
                }
            ],
        )

    def remove_name(self, pool_id: str, name: str) -> None:
        """Let a name lead to nobody."""
        self._connection.execute(
            delete(POOL_NAME).where(
                POOL_NAME.c.pool_id == pool_id, POOL_NAME.c.name == name
            )
        )

    def page(
        self,
        pool_id: str,
        condition: Condition | None = None,
        *,
        after: Position | None = None,
        limit: int,
    ) -> Page:
        """Return a page of a list: one range of one index, whatever the pool's size.

        In the order of `sub`; where a beginning is asked for, of the column that has it.

        Args:
            pool_id: The pool.
            condition: What to list; `None` for everybody.
            after: Where the page before ended.
            limit: How many at most.
        """
        order: list[Column[Any]] = [POOL_USER.c.sub]
        statement = select(*PROFILE).where(POOL_USER.c.pool_id == pool_id)
        if condition is not None:
            column = POOL_USER.c[condition.column]
            statement = statement.add_columns(column.label("value"))
            statement = statement.where(_meant(column, condition))
            if condition.is_prefix:
                order.insert(0, column)
        if after is not None:
            left = [after.sub] if len(order) == 1 else [after.value, after.sub]
            statement = statement.where(tuple_(*order) > tuple_(*map(literal, left)))
        found = self._connection.execute(statement.order_by(*order).limit(limit + 1))
        rows = found.all()
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        return Page(
            [user_of(row) for row in rows[:limit]],
            None
            if last is None
            else Position(last.sub, getattr(last, "value", "") or ""),
        )

    def count(self, pool_id: str) -> int:
        """Return how many people a pool has. Goes through an index of all of them."""
        found: int = self._connection.execute(
            select(func.count()).where(POOL_USER.c.pool_id == pool_id)
        ).scalar_one()
        return found

    def _one(self, statement: Select[Any], values: Mapping[str, str]) -> User | None:
        row = self._connection.execute(statement, dict(values)).first()
        return None if row is None else user_of(row)


def change_key(pool_id: str, sub: str) -> str:
    """Return by which key `gateway.storage.epochs` tells of a person."""
    return f"{pool_id}/{sub}"


def _meant(column: Column[Any], condition: Condition) -> ColumnElement[bool]:
    if isinstance(condition.value, bool) or not condition.is_prefix:
        return column == condition.value
    return column.between(condition.value, condition.value + _LAST)


def row_of(user: User, search: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the row of a person; `search` as for `Users.add`."""
    unknown = search.keys() - set(FILTERED)
    if unknown:
        raise ValueError(f"no list is filtered by {sorted(unknown)}")
    found = {name: value and value[:COMPARABLE] for name, value in search.items()}
    return {
        **dict.fromkeys(name for name in FILTERED if name.startswith("by_")),
        **found,
        "pool_id": user.pool_id,
        "sub": user.sub,
        "username": user.username,
        "status": user.status.value,
        "enabled": user.enabled,
        "attributes": dict(user.attributes),
        "created_at": user.created_at,
        "updated_at": user.updated_at,
        "signed_out_at": user.signed_out_at,
    }


def user_of(row: Any) -> User:
    """Return the person of a row that has the columns of `PROFILE`."""
    return User(
        pool_id=row.pool_id,
        sub=row.sub,
        username=row.username,
        status=UserStatus(row.status),
        enabled=row.enabled,
        attributes=row.attributes,
        created_at=row.created_at,
        updated_at=row.updated_at,
        signed_out_at=row.signed_out_at,
    )
