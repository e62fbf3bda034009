"""Passkeys, and what authenticators were asked, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.passkeys import (
    Passkey,
    PasskeyQuestions,
    Passkeys,
    Question,
)
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import OTHERS, PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA, BOB = person(1), person(2)
KEY = Passkey(
    pool_id=PEOPLE,
    credential_id=bytes(range(256)) * 3 + bytes(255),
    sub=ANA.sub,
    relying_party_id="login.example.com",
    public_key=b"\x00\xff",
    sign_count=2**32 - 1,
    name="Ana's phone",
    transports=("internal", "hybrid"),
    attachment="platform",
    aaguid="00000000-0000-0000-0000-000000000000",
    may_be_backed_up=True,
    is_backed_up=False,
    created_at=NOON,
)


@pytest.fixture
def people(database: Database) -> Database:
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
        add(connection, BOB)
        add(connection, person(1, pool_id=OTHERS))
    return database


def test_a_passkey_comes_back_as_it_was_kept(people: Database) -> None:
    """By its id, in its pool alone; the longest id there is."""
    with people.writing() as connection:
        Passkeys(connection).add(KEY)

    with people.reading() as connection:
        assert Passkeys(connection).find(PEOPLE, KEY.credential_id) == KEY
        assert Passkeys(connection).find(PEOPLE, KEY.credential_id[:-1]) is None
        assert Passkeys(connection).find(OTHERS, KEY.credential_id) is None
    assert "xff" not in repr(replace(KEY, credential_id=b""))


def test_a_person_has_several_in_the_order_in_which_they_came(people: Database) -> None:
    newer = replace(KEY, credential_id=b"2", created_at=NOON + timedelta(days=1))
    with people.writing() as connection:
        kept = Passkeys(connection)
        for each in (newer, KEY, replace(KEY, credential_id=b"3", sub=BOB.sub)):
            kept.add(each)

        assert kept.list(PEOPLE, ANA.sub) == [KEY, newer]
        assert kept.count(PEOPLE, ANA.sub) == 2
        assert kept.list(OTHERS, ANA.sub) == []
        assert kept.count(OTHERS, ANA.sub) == 0


def test_nobody_has_somebodys_passkey(people: Database) -> None:
    """The database settles it, of two at once too."""
    with people.writing() as connection:
        Passkeys(connection).add(KEY)

    with pytest.raises(DuplicateError), people.writing() as connection:
        Passkeys(connection).add(replace(KEY, sub=BOB.sub))


def test_it_changes_and_goes(people: Database) -> None:
    """Removed by its owner alone."""
    used = replace(KEY, sign_count=7, name="", is_backed_up=True, used_at=NOON)
    other = replace(KEY, credential_id=b"other")
    with people.writing() as connection:
        kept = Passkeys(connection)
        kept.add(KEY)
        kept.add(other)
        kept.change(used)

        assert kept.list(PEOPLE, ANA.sub) == [used, other]
        assert not kept.remove(PEOPLE, BOB.sub, KEY.credential_id)
        assert not kept.remove(OTHERS, ANA.sub, KEY.credential_id)
        assert kept.remove(PEOPLE, ANA.sub, KEY.credential_id)
        assert not kept.remove(PEOPLE, ANA.sub, KEY.credential_id)
        assert kept.list(PEOPLE, ANA.sub) == [other]

        Users(connection).remove(PEOPLE, ANA.sub)
        assert kept.find(PEOPLE, other.credential_id) is None


def test_a_question_is_taken_once(people: Database) -> None:
    """In its pool alone."""
    question = Question(ANA.sub, NOON)
    with people.writing() as connection:
        kept = PasskeyQuestions(connection)
        kept.keep(PEOPLE, b"1", question)
        kept.keep(PEOPLE, b"2", Question("", NOON + timedelta(seconds=1)))

        assert kept.take(OTHERS, b"1") is None
        assert kept.take(PEOPLE, b"1") == question
        assert kept.take(PEOPLE, b"1") is None
        assert kept.remove_expired(NOON) == 0
        assert kept.remove_expired(NOON + timedelta(seconds=1)) == 1
        assert kept.take(PEOPLE, b"2") is None
