"""Many people at a time, on each database."""

from typing import Any

import pytest
from sqlalchemy import text

from gateway.model.errors import StorageError
from gateway.model.group import Group
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.bulk import Bulk, Entry
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.secrets import UserSecrets
from gateway.storage.pools.users import Name, Users
from tests.storage.pool_rows import NOON, OTHERS, PEOPLE, add, add_pools, person

PASSKEY = {
    "credential_id": b"\0\xff",
    "relying_party_id": "app.example",
    "public_key": b"key",
    "sign_count": 2**32 - 1,
    "name": "Phone",
    "transports": ["internal"],
    "attachment": "platform",
    "aaguid": "00000000-0000-0000-0000-000000000000",
    "may_be_backed_up": True,
    "is_backed_up": False,
    "created_at": NOON,
    "used_at": None,
}

DEVICE: dict[str, Any] = {
    "key": "us-east-1_6d7a2b1e-0000-4000-8000-000000000001",
    "group_key": "-Ab3dEfGh9",
    "verifier": "sealed",
    "name": "Laptop",
    "is_remembered": True,
    "created_at": NOON,
    "updated_at": NOON,
    "used_at": NOON,
    "address": "192.0.2.1",
}
LOGIN: dict[str, Any] = {
    "provider": "google",
    "subject": "123",
    "created_at": NOON,
    "last_at": None,
    "claims": None,
}


def entry(number: int, *names: str, **named: object) -> Entry:
    return Entry(
        user=person(number),
        names=[Name(name, "username") for name in names],
        search={"by_username": f"user{number}"},
        **named,  # type: ignore[arg-type]  # by the tests' own words
    )


@pytest.fixture
def pools(database: Database) -> Database:
    add_pools(database)
    with database.writing() as connection:
        for name in ("staff", "admins"):
            AllGroups(connection).add(Group(PEOPLE, name, "", None, "", NOON, NOON))
    return database


def test_people_come_back_with_all_that_is_theirs(pools: Database) -> None:
    """In the order in which they are asked for."""
    whole = entry(
        1,
        "ana",
        "annie",
        secrets=UserSecrets(password_hash="hash", past_hashes=("old",)),
        groups=("admins", "staff"),
        passkeys=(PASSKEY,),
        devices=(DEVICE,),
        recovery_codes=(b"c" * 32,),
        logins=(LOGIN,),
    )
    with pools.writing() as connection:
        Bulk(connection, PEOPLE).add([whole, entry(2, "bob")])
        add(connection, person(3), "eve")

    with pools.reading() as connection:
        bulk = Bulk(connection, PEOPLE)
        eve, ana, bob = bulk.with_all([person(3), person(1), person(2)])
        assert (ana.user, ana.secrets) == (whole.user, whole.secrets)
        assert list(ana.groups) == ["admins", "staff"]
        assert list(ana.passkeys) == [PASSKEY]
        assert list(ana.devices) == [DEVICE]
        assert list(ana.recovery_codes) == [b"c" * 32]
        assert list(ana.logins) == [LOGIN]
        assert (eve.secrets, eve.groups, eve.passkeys) == (UserSecrets(), (), ())
        assert bob.secrets == UserSecrets()
        users = Users(connection)
        assert users.find_named(PEOPLE, "annie") == users.find(PEOPLE, person(1).sub)
        assert not bulk.with_all([])


def test_what_is_taken_is_told(pools: Database) -> None:
    """In this pool alone."""
    with pools.writing() as connection:
        Bulk(connection, PEOPLE).add([entry(1, "ana")])

    with pools.reading() as connection:
        here, there = Bulk(connection, PEOPLE), Bulk(connection, OTHERS)
        assert here.taken_names(["ana", "bob"]) == {"ana"}
        assert here.taken_subs([person(1).sub, person(2).sub]) == {person(1).sub}
        assert there.taken_names(["ana"]) == there.taken_subs([person(1).sub]) == set()
        assert here.taken_names([]) == set()


def test_all_are_added_or_none(pools: Database) -> None:
    """A name that is somebody's, a group that is not there."""
    for wrong, error in (
        (entry(2, "ana"), DuplicateError),
        (entry(2, groups=("nothing",)), StorageError),
    ):
        with pytest.raises(error), pools.writing() as connection:
            Bulk(connection, PEOPLE).add([entry(1, "ana"), wrong])

    with pools.reading() as connection:
        assert Users(connection).count(PEOPLE) == 0


def test_a_server_knows_how_many_there_are(pools: Database) -> None:
    """At once, and not when it next looks by itself; a file has no need to."""
    with pools.writing() as connection:
        Bulk(connection, PEOPLE).add([entry(number) for number in range(1, 8)])
        Bulk(connection, PEOPLE).count_anew()

    if pools._engine.dialect.name == "postgresql":
        with pools.reading() as connection:
            counted = text("SELECT reltuples FROM pg_class WHERE relname = 'pool_user'")
            assert connection.execute(counted).scalar_one() == 7
