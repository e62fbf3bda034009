"""A database's failure is told in words, without the values that it was about."""

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.storage.errors import ConflictError, DuplicateError
from gateway.storage.faults import cause_of, storage_error


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


class Diagnosis:
    def __init__(self, constraint: str | None, words: str) -> None:
        self.constraint_name = constraint
        self.message_primary = words


class ServerError(Exception):
    """What the driver raises, as far as it is looked at."""

    def __init__(self, sqlstate: str | None, constraint: str | None = None) -> None:
        super().__init__("words about ana\nDETAIL: ana")
        self.sqlstate = sqlstate
        self.diag = Diagnosis(constraint, "words about ana")


def _wrapped(error: BaseException) -> OperationalError:
    return OperationalError("INSERT", {"subject": "ana"}, error)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("08006", "has lost the connection"),
        ("0A000", "a standby"),
        ("25006", "the server is read-only"),
        ("28P01", "does not let the user in"),
        ("3D000", "does not exist on the server"),
        ("42501", "does not allow the user to do this"),
        ("42P01", "does not have the tables"),
        ("53100", "disk is full"),
        ("53300", "too many clients"),
        ("53200", "too few resources"),
        ("55P03", "locked by another transaction for too long"),
        ("57014", "took too long"),
        ("57P01", "stopped by its operator"),
        ("57P03", "starting or stopping"),
        ("58030", "the server's disk reports an error"),
        ("XX001", "damaged"),
        ("XX000", "cannot be used"),
    ],
)
def test_a_servers_failures_have_their_words(code: str, meaning: str) -> None:
    """With the code, for looking it up."""
    detail = storage_error("db", _wrapped(ServerError(code))).detail

    assert detail.startswith(f"db: {meaning}") or meaning in detail
    assert f"({code}" in detail


@pytest.mark.parametrize("code", ["22001", "23514", "23505"])
def test_what_may_quote_a_value_is_not_passed_on(code: str) -> None:
    """Neither in the words nor as a cause; the constraint's name is."""
    error = _wrapped(ServerError(code, "ck_identity_subject"))

    found = storage_error("db", error)

    assert "ana" not in found.detail
    assert f"({code}, ck_identity_subject)" in found.detail
    assert cause_of(error) is None


def test_what_is_about_a_statement_is_passed_on() -> None:
    """It holds no values, and nobody finds the fault without it."""
    error = _wrapped(ServerError("42P01"))

    assert "words about ana" in storage_error("db", error).detail
    assert cause_of(error) is error


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_those_that_others_ended_may_be_tried_again(code: str) -> None:
    """Nothing of them was kept."""
    assert isinstance(storage_error("db", ServerError(code)), ConflictError)


@pytest.mark.parametrize(
    "error",
    [
        ServerError("23505"),
        _sqlite("SQLITE_CONSTRAINT_UNIQUE"),
        _sqlite("SQLITE_CONSTRAINT_PRIMARYKEY"),
    ],
)
def test_a_duplicate_is_told_apart(error: Exception) -> None:
    """Whoever makes a user has to know."""
    assert isinstance(storage_error("db", error), DuplicateError)


def test_a_server_that_is_not_there_is_told_in_bounded_words() -> None:
    """They come from the driver's library, on several lines."""
    error = _wrapped(OSError("connection refused\n\tIs it running? " + "x " * 1000))

    detail = storage_error("db", error).detail

    assert detail.startswith("db: cannot be reached: connection refused Is it running?")
    assert len(detail) < 200


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
