"""The groups of pools, and who is in them.

Works inside a transaction of somebody else's. Pages go both ways: the people of a group, and
the groups of a person; each is one range of an index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from gateway.model.group import Group
from gateway.model.user import User
from gateway.storage.keyset import Keyset
from gateway.storage.pools.group_tables import POOL_GROUP, POOL_MEMBERSHIP
from gateway.storage.pools.tables import POOL_USER
from gateway.storage.pools.users import PROFILE, user_of
from gateway.storage.upserts import insert_unless_there

_FIND: Final = select(POOL_GROUP).where(
    POOL_GROUP.c.pool_id == bindparam("pool_id"), POOL_GROUP.c.name == bindparam("name")
)
# SQLAlchemy forgets how many rows an INSERT made, unless it is told not to.
_JOIN: Final = insert_unless_there(POOL_MEMBERSHIP).execution_options(
    preserve_rowcount=True
)
_OF: Final = (
    select(POOL_GROUP)
    .join(
        POOL_MEMBERSHIP,
        (POOL_MEMBERSHIP.c.pool_id == POOL_GROUP.c.pool_id)
        & (POOL_MEMBERSHIP.c.name == POOL_GROUP.c.name),
    )
    .where(
        POOL_MEMBERSHIP.c.pool_id == bindparam("pool_id"),
        POOL_MEMBERSHIP.c.sub == bindparam("sub"),
    )
)
# Made once: tokens are issued with it, again and again.
_OF_ONE: Final = _OF.order_by(POOL_MEMBERSHIP.c.name).limit(bindparam("most"))
_MEMBERS: Final = select(*PROFILE).join(
    POOL_MEMBERSHIP,
    (POOL_MEMBERSHIP.c.pool_id == POOL_USER.c.pool_id)
    & (POOL_MEMBERSHIP.c.sub == POOL_USER.c.sub),
)

# What each list is in the order of.
BY_NAME: Final = (POOL_GROUP.c.name,)
BY_JOINED: Final = (POOL_MEMBERSHIP.c.name,)
BY_MEMBER: Final = (POOL_MEMBERSHIP.c.sub,)


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A page of groups.

    Attributes:
        groups: In the order of their names.
        next: The cursor of the page behind it; `None` if there is none.
    """

    groups: Sequence[Group]
    next: str | None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A page of a group's people.

    Attributes:
        users: In the order of `sub`.
        next: The cursor of the page behind it; `None` if there is none.
    """

    users: Sequence[User]
    next: str | None


class AllGroups:
    """The groups of all pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, name: str) -> Group | None:
        """Return a group; `None` if there is none of that name."""
        row = self._connection.execute(
            _FIND, {"pool_id": pool_id, "name": name}
        ).first()
        return None if row is None else _group(row)

    def add(self, group: Group) -> None:
        """Add a group that nobody is in yet.

        Raises:
            DuplicateError: There is one of that name.
        """
        self._connection.execute(insert(POOL_GROUP), [_row(group)])

    def change(self, group: Group) -> None:
        """Replace what is told of a group; its name and its people stay."""
        keys = {"pool_id", "name", "created_at"}
        row = {name: value for name, value in _row(group).items() if name not in keys}
        self._connection.execute(
            update(POOL_GROUP)
            .where(
                POOL_GROUP.c.pool_id == group.pool_id, POOL_GROUP.c.name == group.name
            )
            .values(row)
        )

    def remove(self, pool_id: str, name: str) -> bool:
        """Remove a group; return whether there was one. Its people stay in the pool."""
        done = self._connection.execute(
            delete(POOL_GROUP).where(
                POOL_GROUP.c.pool_id == pool_id, POOL_GROUP.c.name == name
            )
        )
        return done.rowcount > 0

    def join(self, pool_id: str, name: str, sub: str) -> bool:
        """Put a person into a group; return whether they were outside.

        Raises:
            StorageError: There is no such group, or no such person.
        """
        done = self._connection.execute(
            _JOIN, {"pool_id": pool_id, "name": name, "sub": sub}
        )
        return done.rowcount > 0

    def leave(self, pool_id: str, name: str, sub: str) -> bool:
        """Take a person out of a group; return whether they were in it."""
        done = self._connection.execute(
            delete(POOL_MEMBERSHIP).where(
                POOL_MEMBERSHIP.c.pool_id == pool_id,
                POOL_MEMBERSHIP.c.name == name,
                POOL_MEMBERSHIP.c.sub == sub,
            )
        )
        return done.rowcount > 0

    def count(self, pool_id: str) -> int:
        """Return how many groups a pool has. Goes through an index of all of them."""
        found: int = self._connection.execute(
            select(func.count()).where(POOL_GROUP.c.pool_id == pool_id)
        ).scalar_one()
        return found

    def names(self, pool_id: str) -> Sequence[str]:
        """Return what a pool's groups are called, in order."""
        names = (
            select(POOL_GROUP.c.name)
            .where(POOL_GROUP.c.pool_id == pool_id)
            .order_by(POOL_GROUP.c.name)
        )
        return self._connection.execute(names).scalars().all()

    def of(self, pool_id: str, sub: str, *, limit: int) -> Sequence[Group]:
        """Return the groups that a person is in, in the order of their names."""
        found = self._connection.execute(
            _OF_ONE, {"pool_id": pool_id, "sub": sub, "most": limit}
        )
        return [_group(row) for row in found]

    def page(
        self, keyset: Keyset, pool_id: str, *, cursor: str | None = None, limit: int
    ) -> GroupPage:
        """Return a page of a pool's groups.

        Args:
            keyset: In the order `BY_NAME`.
            pool_id: The pool.
            cursor: What the page before said; `None` for the first one.
            limit: How many at most.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        listed = select(POOL_GROUP).where(POOL_GROUP.c.pool_id == pool_id)
        return self._groups(keyset, listed, f"groups {pool_id}", cursor, limit)

    def page_of(
        self,
        keyset: Keyset,
        pool_id: str,
        sub: str,
        *,
        cursor: str | None = None,
        limit: int,
    ) -> GroupPage:
        """Return a page of the groups that a person is in.

        Args:
            keyset: In the order `BY_JOINED`.
            pool_id: The pool.
            sub: The person.
            cursor: What the page before said; `None` for the first one.
            limit: How many at most.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        listed = _OF.params(pool_id=pool_id, sub=sub)
        return self._groups(keyset, listed, f"groups {pool_id} {sub}", cursor, limit)

    def members(
        self,
        keyset: Keyset,
        pool_id: str,
        name: str,
        *,
        cursor: str | None = None,
        limit: int,
    ) -> MemberPage:
        """Return a page of a group's people.

        Args:
            keyset: In the order `BY_MEMBER`.
            pool_id: The pool.
            name: The group.
            cursor: What the page before said; `None` for the first one.
            limit: How many at most.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        found = keyset.page(
            self._connection,
            _MEMBERS.where(
                POOL_MEMBERSHIP.c.pool_id == literal(pool_id),
                POOL_MEMBERSHIP.c.name == literal(name),
            ),
            of=f"members {pool_id} {name}",
            cursor=cursor,
            limit=limit,
        )
        return MemberPage([user_of(row) for row in found.rows], found.next)

    def _groups(
        self,
        keyset: Keyset,
        listed: Select[Any],
        of: str,
        cursor: str | None,
        limit: int,
    ) -> GroupPage:
        found = keyset.page(self._connection, listed, of=of, cursor=cursor, limit=limit)
        return GroupPage([_group(row) for row in found.rows], found.next)


def _row(group: Group) -> dict[str, Any]:
    return {
        "pool_id": group.pool_id,
        "name": group.name,
        "description": group.description,
        "precedence": group.precedence,
        "role": group.role,
        "created_at": group.created_at,
        "updated_at": group.updated_at,
    }


def _group(row: Any) -> Group:
    return Group(
        pool_id=row.pool_id,
        name=row.name,
        description=row.description,
        precedence=row.precedence,
        role=row.role,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
