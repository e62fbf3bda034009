"""Groups, who is in them, and what they stand for."""

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest
from sqlalchemy import insert

from gateway.model.errors import GatewayError
from gateway.model.group import Group
from gateway.pool.errors import (
    GroupNotFoundError,
    InvalidParameterError,
    NameTakenError,
    TooManyError,
    UserNotFoundError,
)
from gateway.pool.groups import (
    MAX_GROUPS,
    MAX_GROUPS_OF_ONE,
    MAX_PRECEDENCE,
    MAX_TEXT,
    Groups,
    GroupText,
    Roles,
    roles_of,
)
from gateway.pool.pool import Pool
from gateway.storage.errors import CursorError
from gateway.storage.pools.group_tables import POOL_GROUP
from gateway.storage.pools.users import change_key
from tests.pool.house import NOON, POOL_ID, House

STAFF = GroupText("People who work here", 1, "role/staff")


@pytest.fixture
def groups(house: House) -> Groups:
    return Groups(database=house.database, cursors=house.cursors, clock=house.clock)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def test_a_group_is_made_told_anew_and_deleted(
    house: House, groups: Groups, pool: Pool
) -> None:
    """What is not said the second time is told no more."""
    made = groups.create(pool, "staff", STAFF)

    assert made == groups.get(pool, "staff")
    assert made == Group(
        POOL_ID, "staff", "People who work here", 1, "role/staff", NOON, NOON
    )

    house.now = house.now.replace(hour=13)
    changed = groups.change(pool, "staff", GroupText("Colleagues"))

    assert changed == groups.get(pool, "staff")
    assert changed == replace(
        made, description="Colleagues", precedence=None, role="", updated_at=house.now
    )

    groups.delete(pool, "staff")
    with pytest.raises(GroupNotFoundError):
        groups.get(pool, "staff")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", None),
        ("a b", None),
        ("x" * 129, None),
        ("\ud800", None),
        ("a", GroupText(description="x" * (MAX_TEXT + 1))),
        ("a", GroupText(description="\0")),
        ("a", GroupText(role="x" * (MAX_TEXT + 1))),
        ("a", GroupText(role="\ud800")),
        ("a", GroupText(precedence=-1)),
        ("a", GroupText(precedence=MAX_PRECEDENCE + 1)),
    ],
)
def test_what_is_no_group_is_refused(
    groups: Groups, pool: Pool, name: str, told: GroupText | None
) -> None:
    with pytest.raises(InvalidParameterError) as caught:
        groups.create(pool, name, told)

    assert len(caught.value.problems) == 1
    assert not groups.list(pool).entries


def test_the_largest_values_are_kept(groups: Groups, pool: Pool) -> None:
    told = GroupText("x" * MAX_TEXT, MAX_PRECEDENCE, "y" * MAX_TEXT)

    groups.create(pool, "x" * 128, told)

    (kept,) = groups.list(pool).entries
    assert (kept.precedence, len(kept.role)) == (MAX_PRECEDENCE, MAX_TEXT)


def test_a_name_is_one_groups(groups: Groups, pool: Pool) -> None:
    groups.create(pool, "staff", STAFF)

    with pytest.raises(NameTakenError):
        groups.create(pool, "staff")
    assert groups.get(pool, "staff").role == "role/staff"


def test_people_join_and_leave(house: House, groups: Groups, pool: Pool) -> None:
    """By any name of theirs; everybody hears of it, once."""
    ana = house.person(pool)
    groups.create(pool, "staff", STAFF)
    key = change_key(pool.id, ana.sub)
    assert not house.news()

    groups.join(pool, "staff", "Ana")
    assert house.news() == {key}
    groups.join(pool, "staff", ana.sub)
    assert not house.news()
    assert [group.name for group in groups.of(ana)] == ["staff"]
    assert groups.members(pool, "staff").entries == [ana]

    groups.leave(pool, "staff", ana.sub)
    assert house.news() == {key}
    groups.leave(pool, "staff", ana.sub)
    assert not house.news()
    assert not groups.of(ana)


@pytest.mark.parametrize("name", ["nothing", "a b", "\ud800"])
def test_what_is_not_there_is_told_by_kind(
    house: House, groups: Groups, pool: Pool, name: str
) -> None:
    """Whatever was asked of it."""
    house.person(pool)
    groups.create(pool, "staff")
    no_group: list[Callable[[], object]] = [
        lambda: groups.get(pool, name),
        lambda: groups.change(pool, name, STAFF),
        lambda: groups.delete(pool, name),
        lambda: groups.join(pool, name, "ana"),
        lambda: groups.leave(pool, name, "ana"),
        lambda: groups.members(pool, name),
    ]
    nobody: list[Callable[[], object]] = [
        lambda: groups.join(pool, "staff", name),
        lambda: groups.leave(pool, "staff", name),
        lambda: groups.list_of(pool, name),
    ]

    _all_raise(no_group, GroupNotFoundError)
    _all_raise(nobody, UserNotFoundError)


def _all_raise(calls: list[Callable[[], object]], error: type[GatewayError]) -> None:
    for call in calls:
        with pytest.raises(error):
            call()


def test_lists_go_page_by_page(house: House, groups: Groups, pool: Pool) -> None:
    """Both ways; a cursor is good for its list alone."""
    people = sorted(
        (house.person(pool, name) for name in ("ana", "bob", "eve")),
        key=lambda user: user.sub,
    )
    for name in ("c", "a", "b"):
        groups.create(pool, name)
        groups.join(pool, name, "ana")
    for user in people:
        groups.join(pool, "a", user.sub)

    first = groups.list(pool, limit=2)
    rest = groups.list(pool, cursor=first.next, limit=2)
    assert [group.name for group in (*first.entries, *rest.entries)] == ["a", "b", "c"]
    first = groups.list_of(pool, "ana", limit=2)
    rest = groups.list_of(pool, "ana", cursor=first.next, limit=2)
    assert [group.name for group in (*first.entries, *rest.entries)] == ["a", "b", "c"]
    members = groups.members(pool, "a", limit=2)
    others = groups.members(pool, "a", cursor=members.next, limit=2)
    assert [*members.entries, *others.entries] == people
    with pytest.raises(CursorError):
        groups.list(pool, cursor=members.next)
    for asked in (
        lambda: groups.list(pool, limit=0),
        lambda: groups.list_of(pool, "ana", limit=0),
        lambda: groups.members(pool, "a", limit=0),
    ):
        with pytest.raises(InvalidParameterError):
            asked()


def test_a_person_is_in_so_many_groups_and_no_more(
    house: House, groups: Groups, pool: Pool
) -> None:
    """The last one fits; of the next nothing is kept."""
    ana = house.person(pool)
    for number in range(MAX_GROUPS_OF_ONE + 1):
        groups.create(pool, f"g{number:03}")
    for number in range(MAX_GROUPS_OF_ONE):
        groups.join(pool, f"g{number:03}", "ana")

    with pytest.raises(TooManyError):
        groups.join(pool, f"g{MAX_GROUPS_OF_ONE:03}", "ana")
    groups.join(pool, "g000", "ana")
    assert len(groups.of(ana)) == MAX_GROUPS_OF_ONE


def test_a_pool_has_so_many_groups_and_no_more(
    house: House, groups: Groups, pool: Pool
) -> None:
    with house.database.writing() as connection:
        one = asdict(_group("g", None, ""))
        rows = [{**one, "name": f"g{number}"} for number in range(MAX_GROUPS - 1)]
        connection.execute(insert(POOL_GROUP), rows)

    groups.create(pool, "last")
    with pytest.raises(TooManyError):
        groups.create(pool, "more")


def _group(name: str, precedence: int | None, role: str) -> Group:
    return Group(POOL_ID, name, "", precedence, role, NOON, NOON)


def test_groups_come_in_the_order_of_precedence(
    house: House, groups: Groups, pool: Pool
) -> None:
    """Zero is the first; those without one come last, by name."""
    ana = house.person(pool)
    for name, precedence in (("d", None), ("c", 1), ("a", None), ("b", 0)):
        groups.create(pool, name, GroupText(precedence=precedence))
        groups.join(pool, name, "ana")

    assert [group.name for group in groups.of(ana)] == ["b", "c", "a", "d"]


@pytest.mark.parametrize(
    ("groups_of_one", "roles"),
    [
        ([], Roles()),
        ([("a", 0, "")], Roles()),
        ([("a", 1, "r"), ("b", 0, "s")], Roles(("s", "r"), "s")),
        ([("a", 0, ""), ("b", 1, "s")], Roles(("s",), "s")),
        ([("a", 1, "r"), ("b", 1, "s")], Roles(("r", "s"), "")),
        ([("a", 1, "r"), ("b", 1, "r"), ("c", 2, "s")], Roles(("r", "s"), "r")),
        ([("a", None, "r"), ("b", 5, "s")], Roles(("s", "r"), "s")),
        ([("a", None, "r"), ("b", None, "s")], Roles(("r", "s"), "")),
    ],
)
def test_the_first_group_gives_the_preferred_role(
    groups_of_one: list[tuple[str, int | None, str]], roles: Roles
) -> None:
    """Two that come first with different roles give none; with the same one, that one."""
    assert roles_of([_group(*each) for each in groups_of_one]) == roles
