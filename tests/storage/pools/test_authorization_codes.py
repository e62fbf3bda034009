"""Authorization codes, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.pools.authorization_codes import (
    AuthorizationCodes,
    StoredAuthorizationCode,
)
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA = person(1)
CODE = StoredAuthorizationCode(PEOPLE, ANA.sub, "app", {"nonce": "n"}, NOON, "1")
ONE, TWO = b"\1" * 32, b"\2" * 32


@pytest.fixture
def people(database: Database) -> Database:
    """Return a database with Ana in it."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
    return database


def test_a_code_is_used_once(people: Database) -> None:
    """And is still known afterwards."""
    with people.writing() as connection:
        codes = AuthorizationCodes(connection)
        codes.add(ONE, CODE)
        assert codes.find(ONE) == CODE

        assert codes.use(ONE)
        assert not codes.use(ONE)
        assert not codes.use(TWO)
        assert codes.find(ONE) == replace(CODE, is_used=True)
        assert codes.find(TWO) is None


def test_old_codes_are_swept_out(people: Database) -> None:
    """To the moment."""
    with people.writing() as connection:
        codes = AuthorizationCodes(connection)
        codes.add(ONE, CODE)
        codes.add(TWO, replace(CODE, expires_at=NOON + timedelta(seconds=1)))

        assert codes.remove_expired(NOON) == 1
        assert codes.find(ONE) is None
        assert codes.find(TWO) is not None
