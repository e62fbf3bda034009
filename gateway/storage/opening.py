"""Opens the database that the settings name."""

from typing import assert_never

from gateway.config.settings.storage import (
    PostgresqlUrl,
    SqliteUrl,
    StorageSettings,
)
from gateway.storage.database import Database
from gateway.storage.sqlite import SqliteDatabase


def open_database(settings: StorageSettings) -> Database:
    """Return the database, with its tables made or brought up to date.

    Raises:
        StorageError: It cannot be used.
    """
    match settings.url:
        case SqliteUrl(path=path):
            return SqliteDatabase.open(
                path,
                busy_timeout=settings.busy_timeout,
                connections=settings.connections,
            )
        case PostgresqlUrl():
            # Here, because most have no server, and its driver takes long to import.
            from gateway.storage.postgresql import (  # noqa: PLC0415 - see above
                PostgresqlDatabase,
            )

            return PostgresqlDatabase.open(settings)
        case _:
            assert_never(settings.url)
