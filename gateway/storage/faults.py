"""A database's own failures, told as ours: what happened, in words for an operator.

SQLAlchemy's messages quote the statement with its values, which are people's names at
their providers; so only SQLite's own word is passed on.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gateway.model.errors import StorageError

# By the beginning of SQLite's names, the extended ones included
# (https://www.sqlite.org/rescode.html).
_MEANINGS = (
    ("SQLITE_BUSY", "is locked by another process for too long"),
    ("SQLITE_LOCKED", "is locked by another connection"),
    ("SQLITE_READONLY", "cannot be written: file or folder are read-only"),
    ("SQLITE_FULL", "cannot grow: the disk is full"),
    ("SQLITE_NOTADB", "is no SQLite database"),
    ("SQLITE_CORRUPT", "is damaged; restore it from a backup"),
    ("SQLITE_CANTOPEN", "cannot be opened"),
    ("SQLITE_IOERR", "cannot be read or written: the disk reports an error"),
)


def storage_error(name: str, error: Exception) -> StorageError:
    """Return the failure to raise for one of SQLAlchemy's or SQLite's.

    Args:
        name: The database, as the operator knows it.
        error: What was caught.
    """
    if isinstance(error, PoolTimeoutError):
        return StorageError(f"{name}: no connection became free in time")
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorname", "")
    for beginning, meaning in _MEANINGS:
        if code.startswith(beginning):
            return StorageError(f"{name}: {meaning} ({code})")
    said = str(cause) if isinstance(cause, sqlite3.Error) else type(error).__name__
    return StorageError(f"{name}: {said}")
