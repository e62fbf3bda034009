"""Browsers that are at a provider, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.storage.database import Database
from gateway.storage.pools.federation_attempts import StoredAttempt, StoredAttempts
from tests.storage.pool_rows import PEOPLE, add_pools

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ONE = StoredAttempt(
    digest=b"\1" * 32,
    pool_id=PEOPLE,
    provider="corp",
    browser=b"\2" * 32,
    address="192.0.2.1",
    rest="sealed words",
    expires_at=NOON,
)
TWO = replace(ONE, digest=b"\3" * 32, expires_at=NOON + SECOND)


def test_an_attempt_is_found_counted_removed_and_swept_out(database: Database) -> None:
    add_pools(database)
    with database.writing() as connection:
        attempts = StoredAttempts(connection)
        attempts.add(ONE)
        attempts.add(TWO)
        assert attempts.find(ONE.digest) == ONE
        assert attempts.count_from("192.0.2.1", NOON - SECOND) == 2
        assert attempts.count_from("192.0.2.1", NOON) == 1
        assert attempts.count_from("192.0.2.2", NOON - SECOND) == 0
        attempts.change(TWO.digest, "sealed anew")
        assert attempts.find(TWO.digest) == replace(TWO, rest="sealed anew")

        assert attempts.remove_expired(NOON) == 1
        assert attempts.find(ONE.digest) is None
        assert attempts.remove(TWO.digest)
        assert not attempts.remove(TWO.digest)
    assert "sealed words" not in repr(ONE)
