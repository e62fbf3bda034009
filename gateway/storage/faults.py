"""A database's own failures, told as ours: what happened, in words for an operator.

SQLAlchemy's messages quote the statement with its values, which are people's names at
their providers, and so do PostgreSQL's details; so only SQLite's own word is passed on,
and of PostgreSQL's what names a table, a constraint or the server.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.model.errors import StorageError
from gateway.storage.errors import ConflictError, DuplicateError

# By the beginning of SQLite's names, the extended ones included
# (https://www.sqlite.org/rescode.html).
_SQLITE: Sequence[tuple[str, str]] = (
    ("SQLITE_BUSY", "is locked by another process for too long"),
    ("SQLITE_LOCKED", "is locked by another connection"),
    ("SQLITE_READONLY", "cannot be written: file or folder are read-only"),
    ("SQLITE_FULL", "cannot grow: the disk is full"),
    ("SQLITE_NOTADB", "is no SQLite database"),
    ("SQLITE_CORRUPT", "is damaged; restore it from a backup"),
    ("SQLITE_CANTOPEN", "cannot be opened"),
    ("SQLITE_IOERR", "cannot be read or written: the disk reports an error"),
)

# By the beginning of the code, exact ones first
# (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRESQL: Sequence[tuple[str, str]] = (
    ("08", "has lost the connection"),
    ("0A000", "cannot do this: a standby, or not the server that was expected"),
    ("22", "does not take a value"),
    ("23", "does not take a row"),
    ("25006", "cannot be written: the server is read-only"),
    ("28", "does not let the user in"),
    ("3D000", "does not exist on the server"),
    ("40", "has ended the transaction in favour of another one"),
    ("42501", "does not allow the user to do this"),
    ("42", "does not have the tables that this program expects"),
    ("53100", "cannot grow: the disk is full"),
    ("53300", "has no connection free: too many clients"),
    ("53", "has too few resources"),
    ("55P03", "is locked by another transaction for too long"),
    ("57014", "took too long to answer"),
    ("57P03", "is starting or stopping"),
    ("57", "has been stopped by its operator"),
    ("58", "cannot be read or written: the server's disk reports an error"),
    ("XX001", "is damaged; restore it from a backup"),
    ("XX002", "is damaged; restore it from a backup"),
    ("", "cannot be used"),
)

_DUPLICATES = frozenset(
    {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"}
)
# Serialisation failures and deadlocks.
_CONFLICTS = frozenset({"40001", "40P01"})

# Data and constraints.
_QUOTING = ("22", "23")

# Users, names, statements, resources: safe to pass on.
_SPEAKING = ("0A", "25", "28", "3D", "42", "53", "57")

_MAX_WORDS = 40


def storage_error(name: str, error: Exception) -> StorageError:
    """Return the failure to raise for one of SQLAlchemy's or of a driver's.

    Args:
        name: The database, as the operator knows it.
        error: What was caught.
    """
    if isinstance(error, PoolTimeoutError):
        return StorageError(f"{name}: no connection became free in time")
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    detail = f"{name}: {_meaning(error, cause, code or '')}"
    if code in _DUPLICATES:
        return DuplicateError(detail)
    return ConflictError(detail) if code in _CONFLICTS else StorageError(detail)


def cause_of(error: Exception) -> Exception | None:
    """Return what may be kept as the cause of our failure, and so be logged.

    PostgreSQL quotes values where it complains about them; such a failure stays unknown.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlstate", None) or ""
    return None if code.startswith(_QUOTING) else error


def _meaning(error: Exception, cause: object, code: str) -> str:
    if isinstance(cause, sqlite3.Error):
        found = _find(_SQLITE, code)
        return f"{found} ({code})" if found else str(cause)
    if code:
        about = _words_about(code, getattr(cause, "diag", None))
        return f"{_find(_POSTGRESQL, code)} ({', '.join([code, *about])})"
    if isinstance(error, OperationalError):
        # The connection: libpq says which server, and what is wrong with it.
        words = str(cause).split()
        return f"cannot be reached: {' '.join(words[:_MAX_WORDS])}"
    return type(error).__name__


def _words_about(code: str, diagnosis: Any) -> list[str]:
    # Statements hold no values, so what is said about statements holds none either.
    words = (
        getattr(diagnosis, "constraint_name", None),
        getattr(diagnosis, "message_primary", None)
        if code.startswith(_SPEAKING)
        else None,
    )
    return [word for word in words if word]


def _find(meanings: Sequence[tuple[str, str]], code: str) -> str:
    return next((said for start, said in meanings if code.startswith(start)), "")
