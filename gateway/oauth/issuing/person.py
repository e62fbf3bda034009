"""A person as tokens tell of them: the profile and the groups, read together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from gateway.model.group import Group
from gateway.model.user import User
from gateway.pool.groups import MAX_GROUPS_OF_ONE, roles_of
from gateway.pool.triggers.values import Groups
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.users import Users

_NO_GROUPS: Final = Groups()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom tokens are about.

    Attributes:
        user: The profile.
        groups: What they are in, the first by precedence first.
        instead: What a trigger has tokens tell of groups instead; `None` for these.
    """

    user: User
    groups: Sequence[Group] = ()
    instead: Groups | None = None

    @property
    def told(self) -> Groups:
        """What tokens tell of groups and roles."""
        if self.instead is not None:
            return self.instead
        if not self.groups:
            return _NO_GROUPS
        roles = roles_of(self.groups)
        names = tuple(group.name for group in self.groups)
        return Groups(names, roles.all, roles.preferred)


def find_person(connection: Connection, pool_id: str, sub: str) -> Person | None:
    """Return somebody with their groups, if tokens may be made about them.

    Args:
        connection: Of the caller's transaction.
        pool_id: The pool.
        sub: Who.
    """
    user = Users(connection).find(pool_id, sub)
    return None if user is None else person_of(connection, user)


def person_of(
    connection: Connection, user: User, *, has_groups: bool = True
) -> Person | None:
    """Return somebody who was found already with their groups; the rest is the same.

    Args:
        connection: Of the caller's transaction.
        user: Who.
        has_groups: `False` if it was seen in this transaction that they are in none.
    """
    if not user.enabled:
        return None
    if not has_groups:
        return Person(user)
    groups = AllGroups(connection).of(user.pool_id, user.sub, limit=MAX_GROUPS_OF_ONE)
    return Person(user, tuple(sorted(groups, key=_rank)))


def _rank(group: Group) -> tuple[bool, int, str]:
    return group.precedence is None, group.precedence or 0, group.name
