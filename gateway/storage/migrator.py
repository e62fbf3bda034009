"""Brings the tables up to date at start: Alembic, over the steps in `migrations`."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, inspect, text

from gateway.model.errors import StorageError

# The last step. Written down, so that an up-to-date database is recognised without
# Alembic, whose import alone takes half of the time that a start may take.
HEAD = "0016"

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION_TABLE = "alembic_version"


class Migratable(Protocol):
    """The database, as far as migrating it goes."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection for reading."""

    def migrating(self) -> AbstractContextManager[Connection]:
        """Give a connection that may write, while no other process migrates."""


def migrate(database: Migratable) -> None:
    """Apply the steps that the database lacks, all or none of them.

    Raises:
        StorageError: The database was migrated by a later version of the gateway, or
            cannot be read or written.
    """
    with database.reading() as connection:
        version = find_version(connection)
    if version == HEAD:
        return
    with database.migrating() as connection:
        # Looked at again under the lock: another process may have been quicker.
        if find_version(connection) != HEAD:
            upgrade(connection)


def find_version(connection: Connection) -> str | None:
    """Return the last step that was applied; `None` for an empty database."""
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    version: str | None = connection.scalar(
        text(f"SELECT version_num FROM {_VERSION_TABLE}")  # noqa: S608 - a constant
    )
    return version


def upgrade(connection: Connection) -> None:
    """Apply all missing steps over a connection that may write.

    Raises:
        StorageError: The database knows a step that this program does not.
    """
    # Here, because a start with nothing to migrate must not pay for it (see `HEAD`).
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above
    from alembic.util.exc import CommandError  # noqa: PLC0415 - see above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            "the database was made by another version of the gateway: "
            f"it is at step {find_version(connection)!r}, this program knows {HEAD!r}"
        ) from error
