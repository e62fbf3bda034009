"""Requests that were sent ahead, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.storage.database import Database
from gateway.storage.pools.pushed_requests import (
    StoredPushedRequest,
    StoredPushedRequests,
)
from tests.storage.pool_rows import PEOPLE, add_pools

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
REQUEST = StoredPushedRequest(PEOPLE, "app", {"scope": "openid"}, NOON)
ONE, TWO = b"\1" * 32, b"\2" * 32


def test_a_request_is_found_removed_and_swept_out(database: Database) -> None:
    add_pools(database)
    with database.writing() as connection:
        requests = StoredPushedRequests(connection)
        requests.add(ONE, REQUEST)
        requests.add(TWO, replace(REQUEST, expires_at=NOON + timedelta(seconds=1)))
        assert requests.find(ONE) == REQUEST

        assert requests.remove_expired(NOON) == 1
        assert requests.find(ONE) is None
        assert requests.remove(TWO)
        assert not requests.remove(TWO)
    assert "openid" not in repr(REQUEST)
