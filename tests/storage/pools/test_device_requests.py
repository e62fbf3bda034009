"""Devices that wait, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.device_requests import (
    StoredDeviceRequest,
    StoredDeviceRequests,
)
from tests.storage.pool_rows import PEOPLE, add_pools

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ONE, TWO, TYPED = b"\1" * 32, b"\2" * 32, b"\3" * 32
REQUEST = StoredDeviceRequest(
    ONE, TYPED, PEOPLE, "tv", {"scopes": []}, "pending", None, None, 5, None, NOON
)


def test_a_device_is_found_in_two_ways_changed_and_removed(database: Database) -> None:
    add_pools(database)
    approved = replace(
        REQUEST, state="approved", sub="s", signed_in={"amr": []}, polled_at=NOON
    )
    with database.writing() as connection:
        requests = StoredDeviceRequests(connection)
        requests.add(REQUEST)
        assert requests.find(ONE) == requests.find_typed(TYPED) == REQUEST
        assert requests.find(TWO) is None
        assert requests.find_typed(TWO) is None

        requests.change(approved)
        assert requests.find(ONE) == approved
        requests.remove(ONE)
        assert requests.find(ONE) is None
    assert "x03" not in repr(REQUEST)


def test_no_two_are_typed_alike(database: Database) -> None:
    add_pools(database)
    with database.writing() as connection:
        StoredDeviceRequests(connection).add(REQUEST)

    with pytest.raises(DuplicateError), database.writing() as connection:
        StoredDeviceRequests(connection).add(replace(REQUEST, digest=TWO))


def test_what_is_over_is_swept_out(database: Database) -> None:
    add_pools(database)
    with database.writing() as connection:
        requests = StoredDeviceRequests(connection)
        requests.add(REQUEST)
        later = NOON + timedelta(seconds=1)
        requests.add(
            replace(REQUEST, digest=TWO, user_code_digest=TWO, expires_at=later)
        )

        assert requests.remove_expired(NOON) == 1
        assert requests.find(TWO) is not None
