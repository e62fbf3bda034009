"""Devices as they are kept, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import CursorError, DuplicateError
from gateway.storage.pools.devices import Device, StoredDevices
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import OTHERS, PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA, BOB = person(1), person(2)
CURSORS = Cursors(secret=bytes(32))
PHONE = Device(
    pool_id=PEOPLE,
    sub=ANA.sub,
    key="us-east-1_0d0f1c1e-1111-4222-8333-444455556666",
    group_key="-Abc1DefG",
    verifier="v1.sealed",
    name="Phone",
    is_remembered=True,
    created_at=NOON,
    updated_at=NOON,
    used_at=NOON,
    address="192.0.2.7",
)


def number(count: int, **changed: object) -> Device:
    """Return another device, younger by so many minutes."""
    at = NOON + timedelta(minutes=count)
    device = replace(PHONE, key=f"{count:04}", created_at=at, used_at=at)
    return replace(device, **changed)  # type: ignore[arg-type]  # by the tests' own words


@pytest.fixture
def people(database: Database) -> Database:
    add_pools(database)
    with database.writing() as connection:
        for user in (ANA, BOB, person(1, pool_id=OTHERS)):
            add(connection, user)
    return database


def test_a_device_is_its_persons_alone(people: Database) -> None:
    """Another person may have one of the same name: it is another device."""
    other = replace(PHONE, sub=BOB.sub, name="Bob's")
    changed = replace(PHONE, name="New", is_remembered=False, used_at=NOON, address="")
    with people.writing() as connection:
        kept = StoredDevices(connection)
        kept.add(PHONE)
        kept.add(other)
        assert kept.find(PEOPLE, ANA.sub, PHONE.key) == PHONE
        assert kept.find(OTHERS, ANA.sub, PHONE.key) is None
        assert kept.find(PEOPLE, ANA.sub, PHONE.key.upper()) is None

        kept.change(changed)
        assert kept.find(PEOPLE, ANA.sub, PHONE.key) == changed
        assert kept.find(PEOPLE, BOB.sub, PHONE.key) == other

        assert not kept.remove(OTHERS, ANA.sub, PHONE.key)
        assert kept.remove(PEOPLE, ANA.sub, PHONE.key)
        assert not kept.remove(PEOPLE, ANA.sub, PHONE.key)
        Users(connection).remove(PEOPLE, BOB.sub)
        assert kept.find(PEOPLE, BOB.sub, PHONE.key) is None
    assert "sealed" not in repr(PHONE)


def test_a_name_is_a_persons_once(people: Database) -> None:
    with people.writing() as connection:
        StoredDevices(connection).add(PHONE)

    with pytest.raises(DuplicateError), people.writing() as connection:
        StoredDevices(connection).add(PHONE)


def test_a_list_is_read_page_by_page(people: Database) -> None:
    """The oldest first; a cursor is good for one person's list."""
    devices = [number(count) for count in range(5)]
    with people.writing() as connection:
        for device in reversed(devices):
            StoredDevices(connection).add(device)
        StoredDevices(connection).add(number(9, sub=BOB.sub))

    with people.reading() as connection:
        kept = StoredDevices(connection)
        first, cursor = kept.page(CURSORS, PEOPLE, ANA.sub, cursor=None, limit=3)
        rest, end = kept.page(CURSORS, PEOPLE, ANA.sub, cursor=cursor, limit=3)
        assert [*first, *rest] == devices
        assert end is None
        with pytest.raises(CursorError):
            kept.page(CURSORS, PEOPLE, BOB.sub, cursor=cursor, limit=3)


def test_those_go_that_were_not_used_for_longest(people: Database) -> None:
    """Whatever their age."""
    devices = [number(count) for count in range(4)]
    old_friend = replace(devices[0], used_at=NOON + timedelta(days=1))
    with people.writing() as connection:
        kept = StoredDevices(connection)
        for device in (*devices, number(9, sub=BOB.sub)):
            kept.add(device)
        kept.change(old_friend)

        kept.remove_least_used(PEOPLE, ANA.sub, keep=4)
        kept.remove_least_used(PEOPLE, ANA.sub, keep=2)

        left, _ = kept.page(CURSORS, PEOPLE, ANA.sub, cursor=None, limit=9)
        assert left == [old_friend, devices[3]]
        assert kept.find(PEOPLE, BOB.sub, "0009") is not None
