"""Migrations run once, whole or not at all, and end at what the code expects."""

import importlib
import pkgutil
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from gateway.model.errors import StorageError
from gateway.storage import pools
from gateway.storage.database import Database
from gateway.storage.identities import attach, find_identity
from gateway.storage.migrator import HEAD, MIGRATIONS, find_version, migrate, upgrade
from gateway.storage.sqlite import SqliteDatabase
from gateway.storage.tables import METADATA
from tests.storage.conftest import NOON, Place


def test_the_head_that_is_written_down_is_the_last_step() -> None:
    """Else a new step would never run."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_steps_lead_to_the_tables_that_the_code_declares(
    database: Database,
) -> None:
    """No column, constraint or index more or less."""
    for module in pkgutil.iter_modules(pools.__path__, f"{pools.__name__}."):
        importlib.import_module(module.name)

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert {"pool", "pool_message"} <= METADATA.tables.keys()


class Watched:
    """A database that may be looked at, and no more."""

    def __init__(self, database: Database) -> None:
        self.reading = database.reading

    def migrating(self) -> AbstractContextManager[Connection]:
        raise AssertionError("it was to be left alone")


def test_an_up_to_date_database_is_left_alone(database: Database) -> None:
    """Its version says so; nothing is written."""
    migrate(Watched(database))


def test_an_up_to_date_database_is_opened_without_alembic(tmp_path: Path) -> None:
    """Importing it takes half of the second that a start may take, a driver its part."""
    path = tmp_path / "gateway.db"
    SqliteDatabase.open(path).close()
    program = (
        "import sys; from pathlib import Path;"
        "import gateway.storage.opening;"
        "from gateway.storage.sqlite import SqliteDatabase;"
        "SqliteDatabase.open(Path(sys.argv[1])).close();"
        "sys.exit(bool({'alembic', 'psycopg'} & set(sys.modules)))"
    )

    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(path)], check=False
    )

    assert done.returncode == 0


class Late:
    """A process whose first look came before another one had migrated."""

    def __init__(self, *, before: Database, after: Database) -> None:
        self.reading = before.reading
        self.migrating = after.migrating


def test_a_process_that_comes_second_migrates_nothing(
    database: Database, tmp_path: Path
) -> None:
    """It looks again under the lock; making the tables twice would be an error."""
    empty = SqliteDatabase.open(tmp_path / "empty.db")
    with empty.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))

    migrate(Late(before=empty, after=database))

    with database.reading() as connection:
        assert find_version(connection) == HEAD
    empty.close()


def test_a_database_of_a_later_version_is_refused(
    database: Database, place: Place
) -> None:
    """A program that was rolled back must not write into tables that it does not know."""
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(StorageError, match="another version of the gateway"):
        place.open()


def test_a_step_that_fails_leaves_the_database_as_it_was(place: Place) -> None:
    """A table that is already there: half of a schema would be worse than none."""
    database = place.open()
    with database.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))

    with pytest.raises(StorageError, match="already exists"):
        database.migrate()

    with database.reading() as connection:
        assert find_version(connection) is None
        assert not inspect(connection).has_table("alembic_version")
    database.close()


def test_each_step_can_be_taken_back(database: Database) -> None:
    """For whoever develops the next one."""
    with database.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.downgrade(config, "base")
        assert not inspect(connection).has_table("identity")

        upgrade(connection)
        assert inspect(connection).has_table("identity")


def test_a_path_with_a_percent_sign_does_no_harm(database: Database) -> None:
    """Alembic's settings interpolate it; ours is escaped."""
    with database.writing() as connection:
        upgrade(connection)
        assert find_version(connection) == HEAD


def test_who_was_known_by_one_login_is_known_by_it_still(database: Database) -> None:
    """Step 14 moves each login to a table of its own; taken back, the first one is left."""
    with database.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.downgrade(config, "0013")
        old = (
            "INSERT INTO identity (id, provider, subject, kind, created_at, disabled) "
            "VALUES (:id, 'corp', :id, 'authenticated', "
            "'2026-05-04 12:00:00.000000', true)"
        )
        connection.execute(text(old), [{"id": "a"}, {"id": "b"}])

        upgrade(connection)

        found = find_identity(connection, "corp", "a")
        assert found is not None
        assert (found.id, found.disabled) == ("a", True)
        assert attach(connection, "b", "google", "b", NOON + timedelta(days=1))
        command.downgrade(config, "0013")
        kept = connection.execute(text("SELECT id, provider, subject FROM identity"))
        assert sorted(kept) == [("a", "corp", "a"), ("b", "corp", "b")]
        upgrade(connection)
