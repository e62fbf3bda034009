"""The people of pools, on each database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, literal, select, text

from gateway.model.user import UserStatus
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.tables import COMPARABLE, FILTERED, POOL_USER
from gateway.storage.pools.users import Condition, Name, Position, Users
from tests.storage.pool_rows import NOON, OTHERS, PEOPLE, add, add_pools, person


@pytest.fixture
def pools(database: Database) -> Database:
    """Return a database with two pools and nobody in them."""
    add_pools(database)
    return database


def test_a_person_is_found_by_id_and_by_every_name(pools: Database) -> None:
    """And comes back as it was kept."""
    ana = person(1, signed_out_at=NOON)
    with pools.writing() as connection:
        add(connection, ana, "ana", "ana@example.com")

    with pools.reading() as connection:
        users = Users(connection)
        assert users.find(PEOPLE, ana.sub) == ana
        assert users.find_named(PEOPLE, "ana") == ana
        assert users.find_named(PEOPLE, "ana@example.com") == ana
        assert users.names(PEOPLE, ana.sub) == [
            Name("ana", "username"),
            Name("ana@example.com", "username"),
        ]
        assert users.find(PEOPLE, "nobody") is None
        assert users.find_named(PEOPLE, "An") is None
        assert users.find_named(OTHERS, "ana") is None


def test_a_name_is_one_persons_in_a_pool(pools: Database) -> None:
    """Nothing is kept of whoever comes second; in another pool it is free."""
    with pools.writing() as connection:
        add(connection, person(1), "ana")
    with pytest.raises(DuplicateError), pools.writing() as connection:
        add(connection, person(2), "bob", "ana")
    with pools.writing() as connection:
        add(connection, person(2, pool_id=OTHERS), "ana")

    with pools.reading() as connection:
        users = Users(connection)
        assert users.find(PEOPLE, person(2).sub) is None
        assert users.find_named(PEOPLE, "bob") is None
        assert users.count(PEOPLE) == users.count(OTHERS) == 1


def test_a_name_can_be_given_away(pools: Database) -> None:
    """After it was taken from whom it belonged to."""
    ana, bob = person(1), person(2)
    with pools.writing() as connection:
        add(connection, ana, "shared")
        add(connection, bob)
        users = Users(connection)
        users.remove_name(PEOPLE, "shared")
        users.add_name(bob, Name("shared", "email"))

    with pools.reading() as connection:
        assert Users(connection).find_named(PEOPLE, "shared") == bob


def test_a_profile_changes_as_a_whole(pools: Database) -> None:
    """What is not said is no more; whose it is and since when stays."""
    ana = person(1)
    changed = replace(
        ana,
        username="anna",
        status=UserStatus.RESET_REQUIRED,
        enabled=False,
        attributes={"custom:tier": "gold"},
        signed_out_at=NOON,
    )
    with pools.writing() as connection:
        add(connection, ana, by_email="ana@example.com")
        Users(connection).change(changed, search={"by_username": "anna"})

    with pools.reading() as connection:
        users = Users(connection)
        assert users.find(PEOPLE, ana.sub) == changed
        email = Condition("by_email", "ana@example.com")
        assert not users.page(PEOPLE, email, limit=5).users


def test_whoever_is_removed_leaves_nothing_behind(pools: Database) -> None:
    """The names are free again."""
    with pools.writing() as connection:
        add(connection, person(1), "ana")
        users = Users(connection)
        assert users.remove(PEOPLE, person(1).sub)
        assert not users.remove(PEOPLE, person(1).sub)
        add(connection, person(2), "ana")

    with pools.reading() as connection:
        assert Users(connection).find_named(PEOPLE, "ana") == person(2)


def _pages(
    connection: Connection, condition: Condition | None, limit: int
) -> Sequence[str]:
    """Return whom all pages of a list hold, in their order."""
    found: list[str] = []
    after: Position | None = None
    while True:
        page = Users(connection).page(PEOPLE, condition, after=after, limit=limit)
        assert len(page.users) <= limit
        found += [user.username for user in page.users]
        after = page.end
        if after is None:
            return found


def test_pages_hold_everybody_once(pools: Database) -> None:
    """Whatever their size, and whatever the list is filtered by."""
    with pools.writing() as connection:
        for number in range(1, 24):
            add(
                connection,
                person(number, enabled=bool(number % 2)),
                by_email=f"{'ab'[number % 3 == 0]}{number:02}@example.com",
                by_name="Ünï \N{SNOWMAN}",
            )
        add(connection, person(99, pool_id=OTHERS), by_email="a99@example.com")

    with pools.reading() as connection:
        for limit in (1, 2, 7, 23, 24, 60):
            everybody = [f"user{number}" for number in range(1, 24)]
            assert _pages(connection, None, limit) == everybody
            odd = Condition("enabled", value=True)
            assert _pages(connection, odd, limit) == everybody[::2]
            beginning = Condition("by_email", "a", is_prefix=True)
            assert _pages(connection, beginning, limit) == [
                name for number, name in enumerate(everybody, 1) if number % 3
            ]
            assert _pages(connection, Condition("by_email", "a"), limit) == []
            named = Condition("by_name", "Ünï \N{SNOWMAN}")
            assert _pages(connection, named, limit) == everybody
            part = Condition("by_name", "Ünï", is_prefix=True)
            assert _pages(connection, part, limit) == everybody


def test_what_comes_meanwhile_moves_nobody_to_another_page(pools: Database) -> None:
    """Nobody is seen twice, and nobody who was there all the time is missed."""
    with pools.writing() as connection:
        for number in (2, 4, 6, 8):
            add(connection, person(number))
        first = Users(connection).page(PEOPLE, limit=2)
        for number in (1, 3, 5):
            add(connection, person(number))
        Users(connection).remove(PEOPLE, person(4).sub)
        second = Users(connection).page(PEOPLE, after=first.end, limit=9)

    assert [user.username for user in first.users] == ["user2", "user4"]
    assert [user.username for user in second.users] == ["user5", "user6", "user8"]


@pytest.mark.parametrize("beginning", ["%", "_", "\\", "'", "A", "", "\N{SNOWMAN}"])
def test_a_beginning_means_its_characters(pools: Database, beginning: str) -> None:
    """None of them is a wildcard, and case counts as it is kept."""
    with pools.writing() as connection:
        add(connection, person(1), by_name=f"{beginning}rest")
        add(connection, person(2), by_name="zzz")

    with pools.reading() as connection:
        meant = Condition("by_name", beginning, is_prefix=True)
        found = _pages(connection, meant, 9)

    assert found == (["user1"] if beginning else ["user1", "user2"])


def test_a_list_is_one_range_of_an_index(pools: Database) -> None:
    """Of a million people nobody else is looked at (SQLite tells how it goes about it)."""
    if pools._engine.dialect.name != "sqlite":
        return
    with pools.reading() as connection:
        for column in FILTERED:
            listing = (
                select(POOL_USER.c.sub)
                .where(POOL_USER.c.pool_id == "p", POOL_USER.c[column] == literal(1))
                .where(POOL_USER.c.sub > "s")
                .order_by(POOL_USER.c.sub)
                .limit(60)
            )
            written = listing.compile(
                pools._engine, compile_kwargs={"literal_binds": True}
            )
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {written}")).all()
            assert f"ix_pool_user_{column}" in str(plan)
            assert "TEMP B-TREE" not in str(plan)


def test_a_text_that_is_too_long_to_search_for_is_cut(pools: Database) -> None:
    """It is found by its beginning."""
    with pools.writing() as connection:
        add(connection, person(1), by_name="x" * 2048)

    with pools.reading() as connection:
        meant = Condition("by_name", "x" * COMPARABLE, is_prefix=True)
        assert _pages(connection, meant, 9) == ["user1"]


def test_only_what_has_an_index_is_searched_for(pools: Database) -> None:
    """A misspelt column is a fault of the program."""
    with pools.writing() as connection, pytest.raises(ValueError, match="by_shoe"):
        add(connection, person(1), by_shoe="46")


def test_the_oldest_who_never_confirmed_go_first(pools: Database) -> None:
    """So many at a time; nobody else, and nobody of another pool."""
    never = UserStatus.UNCONFIRMED
    with pools.writing() as connection:
        for number in range(1, 5):
            at = NOON - timedelta(days=number)
            add(connection, person(number, status=never, created_at=at))
        add(connection, person(5, created_at=NOON - timedelta(days=9)))
        old = person(
            6, pool_id=OTHERS, status=never, created_at=NOON.replace(year=2000)
        )
        add(connection, old)
        users = Users(connection)
        before = NOON - timedelta(days=1)

        assert users.remove_unconfirmed(PEOPLE, before=before, limit=2) == 2
        assert _pages(connection, None, 9) == ["user1", "user2", "user5"]
        assert users.remove_unconfirmed(PEOPLE, before=before, limit=2) == 1
        assert users.remove_unconfirmed(PEOPLE, before=before, limit=2) == 0
        assert _pages(connection, None, 9) == ["user1", "user5"]
        assert users.count(OTHERS) == 1


def test_those_who_never_confirmed_are_found_by_their_age(pools: Database) -> None:
    """In an index that holds nobody else (SQLite tells how it goes about it)."""
    if pools._engine.dialect.name != "sqlite":
        return
    with pools.reading() as connection:
        plan = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT sub FROM pool_user WHERE pool_id = 'p' "
                "AND created_at < '2026' AND status = 'UNCONFIRMED' ORDER BY created_at"
            )
        ).all()

    assert "ix_pool_user_unconfirmed" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
