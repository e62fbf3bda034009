"""Finding people."""

from collections.abc import Sequence

import pytest

from gateway.model.user import UserStatus
from gateway.pool.errors import InvalidParameterError, UserNotFoundError
from gateway.pool.people.directory import Directory, Field, Filter
from gateway.pool.people.standing import Standings
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings, SignInSettings
from gateway.storage.errors import CursorError
from tests.pool.house import House


@pytest.fixture
def directory(house: House) -> Directory:
    return Directory(database=house.database, cursors=house.cursors)


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


def names(
    directory: Directory, pool: Pool, wanted: Filter, limit: int = 2
) -> list[str]:
    """Return whom all pages of a list hold, in the order of their names."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = directory.list(pool, wanted, cursor=cursor, limit=limit)
        assert len(page.entries) <= limit
        found += [user.username for user in page.entries]
        cursor = page.next
        if cursor is None:
            return sorted(found)


def test_a_person_is_found_by_any_name(
    house: House, directory: Directory, pool: Pool
) -> None:
    ana = house.person(pool)

    assert directory.get(pool, "Ana") == directory.find(pool, ana.sub) == ana
    assert directory.find(pool, "bob") is None
    with pytest.raises(UserNotFoundError):
        directory.get(pool, "bob")
    assert directory.count(pool) == 1


def test_everybody_is_listed_once(
    house: House, directory: Directory, pool: Pool
) -> None:
    """Page by page, in the order of `sub`."""
    people = [house.person(pool, f"user{number}") for number in range(7)]
    people.sort(key=lambda user: user.sub)

    for limit in (1, 3, 7, 60):
        found: Sequence[object] = []
        cursor: str | None = None
        while cursor is not None or not found:
            page = directory.list(pool, cursor=cursor, limit=limit)
            found = [*found, *page.entries]
            cursor = page.next
            if cursor is None:
                break
        assert found == people


def _people(house: House, pool: Pool) -> None:
    house.person(
        pool,
        "Ana",
        email="Ana@Example.com",
        name="Ana Lee",
        given_name="Ana",
        family_name="Lee",
        phone_number="+14155552671",
        preferred_username="annie",
    )
    house.person(pool, "anabel", email="anabel@example.com", name="Ana Bel")
    house.person(pool, "bob", email="bob@example.com", name="Bob")
    standings = Standings(database=house.database, clock=house.clock)
    standings.disable(pool, "bob")


@pytest.fixture
def crowd(house: House, pool: Pool) -> Pool:
    """Return the pool with three people in it, one of them disabled."""
    _people(house, pool)
    return pool


@pytest.mark.parametrize(
    ("wanted", "exactly", "beginning"),
    [
        ((Field.USERNAME, "aNA"), ["Ana"], ["Ana", "anabel"]),
        ((Field.EMAIL, "ana@example.com"), ["Ana"], ["Ana"]),
        ((Field.EMAIL, "ana"), [], ["Ana", "anabel"]),
        ((Field.PHONE, "+1415"), [], ["Ana"]),
        ((Field.NAME, "Ana "), [], ["Ana", "anabel"]),
        ((Field.GIVEN_NAME, "ana"), ["Ana"], ["Ana"]),
        ((Field.FAMILY_NAME, "LEE"), ["Ana"], ["Ana"]),
        ((Field.PREFERRED_USERNAME, "annie"), ["Ana"], ["Ana"]),
        ((Field.STATUS, "confirmed"), *[["Ana", "anabel", "bob"]] * 2),
        ((Field.STATUS, "RESET_REQUIRED"), [], []),
        ((Field.ENABLED, "Enabled"), *[["Ana", "anabel"]] * 2),
        ((Field.ENABLED, "disabled"), *[["bob"]] * 2),
        ((Field.NAME, "%"), [], []),
        ((Field.NAME, "\ud800"), [], []),
    ],
)
def test_people_are_listed_by_what_they_have_in_common(
    crowd: Pool,
    directory: Directory,
    wanted: tuple[Field, str],
    exactly: list[str],
    beginning: list[str],
) -> None:
    """Whatever the case, as in signing in; exactly, or by a beginning."""
    pool = crowd

    assert names(directory, pool, Filter(*wanted)) == exactly
    assert names(directory, pool, Filter(*wanted, is_prefix=True)) == beginning


def test_a_beginning_of_nothing_is_everybody(
    house: House, directory: Directory, pool: Pool
) -> None:
    """Of statuses and ids, which everybody has."""
    _people(house, pool)

    for field in (Field.STATUS, Field.ENABLED, Field.SUB, Field.USERNAME):
        wanted = Filter(field, "", is_prefix=True)
        assert names(directory, pool, wanted) == ["Ana", "anabel", "bob"]


def test_a_status_is_known_by_its_beginning(
    house: House, directory: Directory, pool: Pool
) -> None:
    """No two begin with the same letter; else a beginning could mean several."""
    _people(house, pool)
    assert len({status[0] for status in UserStatus}) == len(UserStatus)

    wanted = Filter(Field.STATUS, "conf", is_prefix=True)
    assert names(directory, pool, wanted) == ["Ana", "anabel", "bob"]
    wanted = Filter(Field.ENABLED, "d", is_prefix=True)
    assert names(directory, pool, wanted) == ["bob"]
    for field in (Field.STATUS, Field.ENABLED):
        for value in ("", "conf", "enable", "nothing"):
            with pytest.raises(InvalidParameterError):
                directory.list(pool, Filter(field, value))


def test_ids_are_listed_too(house: House, directory: Directory, pool: Pool) -> None:
    ana = house.person(pool)

    assert names(directory, pool, Filter(Field.SUB, ana.sub)) == ["ana"]
    assert names(directory, pool, Filter(Field.SUB, ana.sub[:9], is_prefix=True)) == [
        "ana"
    ]
    assert names(directory, pool, Filter(Field.SUB, ana.sub[:9])) == []


def test_case_counts_where_it_tells_people_apart(
    house: House, directory: Directory
) -> None:
    pool = house.pool(
        PoolSettings(name="people", sign_in=SignInSettings(case_sensitive=True))
    )
    _people(house, pool)

    assert names(directory, pool, Filter(Field.USERNAME, "ana")) == []
    assert names(directory, pool, Filter(Field.USERNAME, "Ana")) == ["Ana"]


def test_a_long_text_is_found_by_its_beginning(
    house: House, directory: Directory, pool: Pool
) -> None:
    """As much of it as is looked at."""
    house.person(pool, name="x" * 2048)

    assert names(directory, pool, Filter(Field.NAME, "x" * 2048)) == ["ana"]
    assert names(directory, pool, Filter(Field.NAME, "x" * 511)) == []


def test_a_cursor_is_good_for_one_list(
    house: House, directory: Directory, pool: Pool
) -> None:
    """Nor does one of another kind of list lead anywhere."""
    _people(house, pool)
    wanted = Filter(Field.NAME, "ana", is_prefix=True)
    cursor = directory.list(pool, wanted, limit=1).next
    assert cursor is not None

    for other in (None, Filter(Field.NAME, "an", is_prefix=True)):
        with pytest.raises(CursorError):
            directory.list(pool, other, cursor=cursor)
    with pytest.raises(CursorError):
        directory.list(pool, wanted, cursor="nothing")
    old = house.cursors.write([1], of=f"users {pool.id} null")
    with pytest.raises(CursorError):
        directory.list(pool, cursor=old)
    with pytest.raises(InvalidParameterError):
        directory.list(pool, limit=0)
