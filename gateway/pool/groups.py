"""Groups of people: what they are called, who is in them, what they stand for.

What a group permits is decided by the policies, and by whoever reads the roles in a token.

Reference: Amazon Cognito, "Adding groups to a user pool" (precedence and roles; at most
10,000 groups in a pool, and 100 for a person).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.model.group import Group
from gateway.model.user import User
from gateway.pool.attributes.schema import AttributeProblem, is_keepable
from gateway.pool.errors import (
    GroupNotFoundError,
    InvalidParameterError,
    NameTakenError,
    TooManyError,
)
from gateway.pool.listed import Listed
from gateway.pool.names import is_username
from gateway.pool.paging import PAGE, check_limit
from gateway.pool.pool import Pool
from gateway.pool.profiles import get_person, note_user
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.keyset import Keyset
from gateway.storage.pools.groups import (
    BY_JOINED,
    BY_MEMBER,
    BY_NAME,
    AllGroups,
)

MAX_GROUPS: Final = 10_000
MAX_GROUPS_OF_ONE: Final = 100
MAX_TEXT: Final = 2048
MAX_PRECEDENCE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class GroupText:
    """What is told of a group.

    Attributes:
        description: For people, at most `MAX_TEXT` characters.
        precedence: The lower, the earlier, from 0; `None` comes last.
        role: What tokens name as the group's role, at most `MAX_TEXT` characters.
    """

    description: str = ""
    precedence: int | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Roles:
    """What a person's groups stand for.

    Attributes:
        all: The roles of all groups, each once.
        preferred: That of the group that comes first; empty if two come first with
            different ones.
    """

    all: tuple[str, ...] = ()
    preferred: str = ""


class Groups:
    """Keeps groups, and who is in them. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, cursors: Cursors, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._clock = clock
        self._by_name = Keyset(BY_NAME, cursors=cursors)
        self._by_joined = Keyset(BY_JOINED, cursors=cursors)
        self._by_member = Keyset(BY_MEMBER, cursors=cursors)

    def create(self, pool: Pool, name: str, told: GroupText | None = None) -> Group:
        """Make a group that nobody is in yet.

        Raises:
            InvalidParameterError: The name or what is told of it is none.
            NameTakenError: There is one of that name.
            TooManyError: The pool has as many as it may.
        """
        told = told or GroupText()
        _check(name, told)
        now = self._clock()
        group = _told(Group(pool.id, name, "", None, "", now, now), told, now)

        def work(connection: Connection) -> None:
            groups = AllGroups(connection)
            if groups.count(pool.id) >= MAX_GROUPS:
                raise TooManyError(f"{MAX_GROUPS} groups")
            groups.add(group)

        try:
            self._database.write(work)
        except DuplicateError as error:
            raise NameTakenError("there is a group of that name") from error
        return group

    def get(self, pool: Pool, name: str) -> Group:
        """Return a group.

        Raises:
            GroupNotFoundError: There is none of that name.
        """
        with self._database.reading() as connection:
            return _get(connection, pool, name)

    def change(self, pool: Pool, name: str, told: GroupText) -> Group:
        """Replace what is told of a group; return it.

        Raises:
            GroupNotFoundError: There is none of that name.
            InvalidParameterError: A value is too long or too large.
        """
        now = self._clock()

        def work(connection: Connection) -> Group:
            found = _get(connection, pool, name)
            _check(name, told)
            group = _told(found, told, now)
            AllGroups(connection).change(group)
            return group

        return self._database.write(work)

    def delete(self, pool: Pool, name: str) -> None:
        """Remove a group; its people stay in the pool.

        Raises:
            GroupNotFoundError: There is none of that name.
        """

        def work(connection: Connection) -> None:
            group = _get(connection, pool, name)
            AllGroups(connection).remove(pool.id, group.name)

        self._database.write(work)

    def list(
        self, pool: Pool, *, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[Group]:
        """Return a page of a pool's groups, in the order of their names.

        Raises:
            InvalidParameterError: The limit is outside its bounds.
            CursorError: The cursor was not handed out for this list.
        """
        check_limit(limit)
        with self._database.reading() as connection:
            page = AllGroups(connection).page(
                self._by_name, pool.id, cursor=cursor, limit=limit
            )
        return Listed(page.groups, page.next)

    def join(self, pool: Pool, name: str, person: str) -> None:
        """Put a person into a group; who is in it already stays there.

        Args:
            pool: The pool.
            name: The group.
            person: `sub`, or what the person signs in with.

        Raises:
            GroupNotFoundError: There is no such group.
            UserNotFoundError: There is no such person.
            TooManyError: The person is in as many groups as one may be.
        """

        def work(connection: Connection) -> None:
            group = _get(connection, pool, name)
            user = get_person(connection, pool, person)
            groups = AllGroups(connection)
            if not groups.join(pool.id, group.name, user.sub):
                return
            most = MAX_GROUPS_OF_ONE
            if len(groups.of(pool.id, user.sub, limit=most + 1)) > most:
                raise TooManyError(f"{most} groups of one person")
            note_user(connection, user)

        self._database.write(work)

    def leave(self, pool: Pool, name: str, person: str) -> None:
        """Take a person out of a group; who is not in it stays outside.

        Raises:
            GroupNotFoundError: There is no such group.
            UserNotFoundError: There is no such person.
        """

        def work(connection: Connection) -> None:
            group = _get(connection, pool, name)
            user = get_person(connection, pool, person)
            if AllGroups(connection).leave(pool.id, group.name, user.sub):
                note_user(connection, user)

        self._database.write(work)

    def of(self, user: User) -> Sequence[Group]:
        """Return all groups that a person is in, the first by precedence first."""
        with self._database.reading() as connection:
            found = AllGroups(connection).of(
                user.pool_id, user.sub, limit=MAX_GROUPS_OF_ONE
            )
        return sorted(found, key=_rank)

    def list_of(
        self, pool: Pool, person: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[Group]:
        """Return a page of the groups that a person is in, in the order of their names.

        Raises:
            UserNotFoundError: There is no such person.
            InvalidParameterError: The limit is outside its bounds.
            CursorError: The cursor was not handed out for this list.
        """
        check_limit(limit)
        with self._database.reading() as connection:
            user = get_person(connection, pool, person)
            page = AllGroups(connection).page_of(
                self._by_joined, pool.id, user.sub, cursor=cursor, limit=limit
            )
        return Listed(page.groups, page.next)

    def members(
        self, pool: Pool, name: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Listed[User]:
        """Return a page of a group's people.

        Raises:
            GroupNotFoundError: There is no such group.
            InvalidParameterError: The limit is outside its bounds.
            CursorError: The cursor was not handed out for this list.
        """
        check_limit(limit)
        with self._database.reading() as connection:
            group = _get(connection, pool, name)
            page = AllGroups(connection).members(
                self._by_member, pool.id, group.name, cursor=cursor, limit=limit
            )
        return Listed(page.users, page.next)


def roles_of(groups: Sequence[Group]) -> Roles:
    """Return what groups stand for together.

    Reference: Amazon Cognito, "Assigning precedence values to groups".
    """
    with_role = sorted((group for group in groups if group.role), key=_rank)
    if not with_role:
        return Roles()
    first = {
        group.role for group in with_role if group.precedence == with_role[0].precedence
    }
    roles = tuple(dict.fromkeys(group.role for group in with_role))
    return Roles(roles, first.pop() if len(first) == 1 else "")


def _rank(group: Group) -> tuple[bool, int, str]:
    return group.precedence is None, group.precedence or 0, group.name


def _get(connection: Connection, pool: Pool, name: str) -> Group:
    # What no group is called may be what no database can be asked for.
    group = AllGroups(connection).find(pool.id, name) if is_username(name) else None
    if group is None:
        raise GroupNotFoundError("no group of that name")
    return group


def _told(group: Group, told: GroupText, now: datetime) -> Group:
    return replace(
        group,
        description=told.description,
        precedence=told.precedence,
        role=told.role,
        updated_at=now,
    )


def _check(name: str, told: GroupText) -> None:
    problems = find_problems(name, told)
    if problems:
        raise InvalidParameterError(problems=problems)


def find_problems(name: str, told: GroupText) -> dict[str, AttributeProblem]:
    """Return what is wrong with a group, by what it is told in."""
    problems: dict[str, AttributeProblem] = {}
    if not is_username(name):
        problems["name"] = AttributeProblem.WRONG_TYPE
    for field, text in (("description", told.description), ("role", told.role)):
        if len(text) > MAX_TEXT:
            problems[field] = AttributeProblem.TOO_LONG
        elif not is_keepable(text):
            problems[field] = AttributeProblem.WRONG_TYPE
    if told.precedence is not None and told.precedence < 0:
        problems["precedence"] = AttributeProblem.TOO_SMALL
    if told.precedence is not None and told.precedence > MAX_PRECEDENCE:
        problems["precedence"] = AttributeProblem.TOO_LARGE
    return problems
