"""What people have let clients do, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.model.group import Group
from gateway.storage.database import Database
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.origins import Origins, StoredOrigin, StoredRefresh
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
ANA = person(1)
ORIGIN = StoredOrigin("1", PEOPLE, ANA.sub, "app", {"scopes": ["a"]}, NOON, LATER)
DIGEST = b"\1" * 32


def _refresh(replaced_at: datetime | None) -> StoredRefresh:
    return StoredRefresh(
        expires_at=LATER,
        replaced_at=replaced_at,
        origin=ORIGIN,
        user=ANA,
        has_groups=False,
    )


@pytest.fixture
def people(database: Database) -> Database:
    """Return a database with Ana in it, and what she has granted."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
        Origins(connection).add(ORIGIN)
    return database


def test_what_was_granted_is_found(people: Database) -> None:
    with people.reading() as connection:
        assert Origins(connection).find("1") == ORIGIN
        assert Origins(connection).find("2") is None


def test_it_is_revoked_once(people: Database) -> None:
    """The first time is kept."""
    with people.writing() as connection:
        origins = Origins(connection)
        assert origins.revoke("1", NOON)
        assert not origins.revoke("1", LATER)
        found = origins.find("1")

    assert found is not None
    assert found.revoked_at == NOON


def test_a_token_knows_where_it_came_from(people: Database) -> None:
    """And when it was replaced; keeping it twice changes nothing."""
    with people.writing() as connection:
        origins = Origins(connection)
        assert origins.find_refresh(DIGEST) is None
        origins.add_refresh(DIGEST, "1", expires_at=LATER)
        assert origins.find_refresh(DIGEST) == _refresh(None)

        origins.replace(DIGEST, NOON)
        origins.add_refresh(DIGEST, "1", expires_at=NOON)
        assert origins.find_refresh(DIGEST) == _refresh(NOON)


def test_a_token_knows_whether_its_person_is_in_a_group(people: Database) -> None:
    """Of the person's own pool; what others are in does not matter."""
    with people.writing() as connection:
        origins, groups = Origins(connection), AllGroups(connection)
        origins.add_refresh(DIGEST, "1", expires_at=LATER)
        add(connection, person(2))
        groups.add(Group(PEOPLE, "staff", "", None, "", NOON, NOON))
        groups.join(PEOPLE, "staff", person(2).sub)
        before = origins.find_refresh(DIGEST)
        groups.join(PEOPLE, "staff", ANA.sub)
        after = origins.find_refresh(DIGEST)

    assert before == _refresh(None)
    assert after == replace(before, has_groups=True)


def test_what_is_over_goes_with_its_tokens(people: Database) -> None:
    """To the moment; and all of it with the person."""
    with people.writing() as connection:
        origins = Origins(connection)
        origins.add_refresh(DIGEST, "1", expires_at=LATER)
        assert origins.remove_expired(LATER - timedelta(seconds=1)) == 0
        assert origins.find_refresh(DIGEST)
        assert origins.remove_expired(LATER) == 1
        assert origins.find_refresh(DIGEST) is None

        origins.add(ORIGIN)
        Users(connection).remove(PEOPLE, ANA.sub)
        assert origins.find("1") is None


def test_all_of_one_client_is_revoked(people: Database) -> None:
    """Not what is revoked already, and nothing of another client."""
    with people.writing() as connection:
        origins = Origins(connection)
        origins.add(replace(ORIGIN, id="2", client_id="other"))
        origins.add(replace(ORIGIN, id="3", revoked_at=NOON))

        assert origins.revoke_of(PEOPLE, ANA.sub, "app", LATER) == 1
        found = [origins.find(each) for each in ("1", "2", "3")]

    assert [each and each.revoked_at for each in found] == [LATER, None, NOON]
