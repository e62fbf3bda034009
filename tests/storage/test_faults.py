"""A database's failure is told in words, without the values that it was about."""

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.storage.faults import storage_error


def _sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("what SQLite said")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("SQLITE_BUSY", "locked by another process"),
        ("SQLITE_BUSY_SNAPSHOT", "locked by another process"),
        ("SQLITE_LOCKED", "locked by another connection"),
        ("SQLITE_READONLY_DBMOVED", "read-only"),
        ("SQLITE_FULL", "disk is full"),
        ("SQLITE_NOTADB", "no SQLite database"),
        ("SQLITE_CORRUPT_INDEX", "damaged"),
        ("SQLITE_CANTOPEN", "cannot be opened"),
        ("SQLITE_IOERR_FSYNC", "the disk reports an error"),
    ],
)
def test_each_family_of_failures_has_its_words(name: str, meaning: str) -> None:
    """Wrapped by SQLAlchemy or as it is; the code is kept for looking it up."""
    bare = _sqlite(name)
    wrapped = OperationalError("INSERT", {"subject": "ana"}, bare)

    for error in (bare, wrapped):
        detail = storage_error("state/gateway.db", error).detail
        assert detail.startswith("state/gateway.db: ")
        assert meaning in detail
        assert f"({name})" in detail


def test_another_failure_keeps_what_sqlite_said() -> None:
    """And nothing of the statement."""
    wrapped = IntegrityError("INSERT", {"subject": "ana"}, _sqlite("SQLITE_CONSTRAINT"))

    detail = storage_error("db", wrapped).detail

    assert detail == "db: what SQLite said"


def test_a_pool_without_connections_says_so() -> None:
    """More threads than connections, all of them waiting."""
    assert "no connection became free" in storage_error("db", PoolTimeoutError()).detail


def test_a_failure_of_sqlalchemy_itself_is_named_by_its_class() -> None:
    """Its message may quote values."""
    error = InvalidRequestError("subject ana is ...")

    assert storage_error("db", error).detail == "db: InvalidRequestError"
