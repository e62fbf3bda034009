"""Groups and who is in them, on each database."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from gateway.model.errors import StorageError
from gateway.model.group import Group
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import CursorError, DuplicateError
from gateway.storage.keyset import Keyset
from gateway.storage.pools.groups import (
    BY_JOINED,
    BY_MEMBER,
    BY_NAME,
    AllGroups,
    GroupPage,
    MemberPage,
)
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import NOON, OTHERS, PEOPLE, add, add_pools, person

CURSORS = Cursors(secret=bytes(32))


def group(name: str, *, pool_id: str = PEOPLE) -> Group:
    return Group(pool_id, name, f"All {name}", 3, f"role/{name}", NOON, NOON)


@pytest.fixture
def pools(database: Database) -> Database:
    """Return a database with two pools, three people and no groups."""
    add_pools(database)
    with database.writing() as connection:
        for number in (1, 2, 3):
            add(connection, person(number))
        add(connection, person(1, pool_id=OTHERS))
    return database


def test_a_group_comes_back_as_it_was_kept(pools: Database) -> None:
    """In its pool alone, and under its name alone, case and all."""
    bare = Group(PEOPLE, "bare", "", None, "", NOON, NOON)
    with pools.writing() as connection:
        AllGroups(connection).add(group("Staff"))
        AllGroups(connection).add(bare)

    with pools.reading() as connection:
        groups = AllGroups(connection)
        assert groups.find(PEOPLE, "Staff") == group("Staff")
        assert groups.find(PEOPLE, "bare") == bare
        assert groups.find(PEOPLE, "staff") is None
        assert groups.find(OTHERS, "Staff") is None
        assert (groups.count(PEOPLE), groups.count(OTHERS)) == (2, 0)


def test_a_name_is_one_groups(pools: Database) -> None:
    """In another pool it is free."""
    with pools.writing() as connection:
        AllGroups(connection).add(group("staff"))
        AllGroups(connection).add(group("staff", pool_id=OTHERS))

    with pytest.raises(DuplicateError), pools.writing() as connection:
        AllGroups(connection).add(group("staff"))


def test_a_group_changes_and_goes(pools: Database) -> None:
    """The people of one that goes stay in the pool."""
    changed = replace(group("staff"), description="", precedence=None, role="")
    with pools.writing() as connection:
        groups = AllGroups(connection)
        groups.add(group("staff"))
        groups.join(PEOPLE, "staff", person(1).sub)
        groups.change(changed)
        assert groups.find(PEOPLE, "staff") == changed
        assert list(groups.of(PEOPLE, person(1).sub, limit=9)) == [changed]
        assert groups.remove(PEOPLE, "staff")
        assert not groups.remove(PEOPLE, "staff")
        assert list(groups.of(PEOPLE, person(1).sub, limit=9)) == []
        assert Users(connection).find(PEOPLE, person(1).sub) is not None


def test_people_join_and_leave_once(pools: Database) -> None:
    """Whoever is deleted has left."""
    with pools.writing() as connection:
        groups = AllGroups(connection)
        groups.add(group("staff"))
        assert groups.join(PEOPLE, "staff", person(1).sub)
        assert not groups.join(PEOPLE, "staff", person(1).sub)
        assert groups.leave(PEOPLE, "staff", person(1).sub)
        assert not groups.leave(PEOPLE, "staff", person(1).sub)
        groups.join(PEOPLE, "staff", person(2).sub)
        Users(connection).remove(PEOPLE, person(2).sub)
        assert not groups.leave(PEOPLE, "staff", person(2).sub)


@pytest.mark.parametrize(
    ("name", "sub"), [("nothing", person(1).sub), ("staff", "nobody")]
)
def test_nobody_joins_what_is_not_there(pools: Database, name: str, sub: str) -> None:
    """The database sees to it, whoever looked before."""
    with pools.writing() as connection:
        AllGroups(connection).add(group("staff"))

    with pytest.raises(StorageError), pools.writing() as connection:
        AllGroups(connection).join(PEOPLE, name, sub)


def _all(page: Callable[[str | None], GroupPage | MemberPage]) -> list[str]:
    """Return what all pages of a list hold, in their order."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        part = page(cursor)
        if isinstance(part, GroupPage):
            found += [group.name for group in part.groups]
        else:
            found += [user.username for user in part.users]
        cursor = part.next
        if cursor is None:
            return found


def _fill(connection: Connection) -> None:
    groups = AllGroups(connection)
    for name in ("b", "B", "a", "é", "d"):
        groups.add(group(name))
    groups.add(group("c", pool_id=OTHERS))
    groups.join(OTHERS, "c", person(1).sub)
    for name in ("b", "a", "é"):
        groups.join(PEOPLE, name, person(2).sub)
    for number in (1, 3):
        groups.join(PEOPLE, "b", person(number).sub)


@pytest.mark.parametrize("limit", [1, 2, 60])
def test_pages_go_both_ways(pools: Database, limit: int) -> None:
    """In the order of code points, each once, and nothing of another pool."""
    with pools.writing() as connection:
        _fill(connection)
        groups = AllGroups(connection)
        names, joined, members = (
            Keyset(order, cursors=CURSORS) for order in (BY_NAME, BY_JOINED, BY_MEMBER)
        )
        two = person(2).sub

        assert _all(
            lambda cursor: groups.page(names, PEOPLE, cursor=cursor, limit=limit)
        ) == ["B", "a", "b", "d", "é"]
        assert _all(
            lambda cursor: groups.page_of(
                joined, PEOPLE, two, cursor=cursor, limit=limit
            )
        ) == ["a", "b", "é"]
        assert _all(
            lambda cursor: groups.members(
                members, PEOPLE, "b", cursor=cursor, limit=limit
            )
        ) == ["user1", "user2", "user3"]


def test_a_cursor_is_good_for_one_list(pools: Database) -> None:
    """The people of one group are not gone on with in another."""
    members = Keyset(BY_MEMBER, cursors=CURSORS)
    with pools.writing() as connection:
        _fill(connection)
        groups = AllGroups(connection)
        page = groups.members(members, PEOPLE, "b", limit=1)

        with pytest.raises(CursorError):
            groups.members(members, PEOPLE, "a", cursor=page.next, limit=1)
