"""Codes that wait for being typed, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.pools.codes import CodeKey, StoredCode, UserCodes
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA = person(1)
SIGN_UP = CodeKey(PEOPLE, ANA.sub, "sign_up")
EMAIL = CodeKey(PEOPLE, ANA.sub, "verify_attribute", "email")
PHONE = replace(EMAIL, target="phone_number")
CODE = StoredCode(b"\0" * 32, NOON, tries=2, value="ana@example.com")


@pytest.fixture
def people(database: Database) -> Database:
    """Return a database with Ana in it."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
    return database


def test_each_purpose_and_target_has_its_code(people: Database) -> None:
    """A new one takes the place of the one before."""
    later = replace(CODE, expires_at=NOON + timedelta(hours=1), tries=0)
    with people.writing() as connection:
        codes = UserCodes(connection)
        codes.keep(SIGN_UP, CODE)
        codes.keep(EMAIL, CODE)
        codes.keep(EMAIL, later)

    with people.reading() as connection:
        codes = UserCodes(connection)
        assert codes.find(SIGN_UP) == CODE
        assert codes.find(EMAIL) == later
        assert codes.find(PHONE) is None


def test_what_was_used_is_gone(people: Database) -> None:
    """And nothing else is."""
    with people.writing() as connection:
        codes = UserCodes(connection)
        codes.keep(SIGN_UP, CODE)
        codes.keep(EMAIL, CODE)
        codes.remove(EMAIL)

        assert codes.find(EMAIL) is None
        assert codes.find(SIGN_UP) == CODE


def test_old_codes_are_swept_out(people: Database) -> None:
    """Those whose time is over, to the moment."""
    with people.writing() as connection:
        codes = UserCodes(connection)
        codes.keep(SIGN_UP, CODE)
        codes.keep(EMAIL, replace(CODE, expires_at=NOON + timedelta(seconds=1)))

        assert codes.remove_expired(NOON) == 1
        assert codes.find(SIGN_UP) is None
        assert codes.find(EMAIL) is not None


def test_codes_go_with_the_person(people: Database) -> None:
    with people.writing() as connection:
        codes = UserCodes(connection)
        codes.keep(SIGN_UP, CODE)
        Users(connection).remove(PEOPLE, ANA.sub)

        assert codes.find(SIGN_UP) is None


def test_they_are_not_printed() -> None:
    """Nor what they prove."""
    assert repr(CODE) == f"StoredCode(expires_at={NOON!r}, tries=2)"
