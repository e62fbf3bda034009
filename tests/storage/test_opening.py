"""The settings decide which database is opened."""

from pathlib import Path

import pytest

from gateway.config.settings.references import SecretRef
from gateway.config.settings.storage import SqliteUrl, StorageSettings
from gateway.storage.opening import open_database
from gateway.storage.postgresql import PostgresqlDatabase
from gateway.storage.sqlite import SqliteDatabase
from tests.peers.postgresql import PostgresqlServer
from tests.storage.rows import count

KEY = SecretRef(source="env KEY", value=b"x" * 32)


def test_a_path_is_a_file(tmp_path: Path) -> None:
    """With as many connections as the settings say."""
    url = SqliteUrl(tmp_path / "gateway.db")

    database = open_database(StorageSettings(url=url, encrypt_with=KEY, connections=3))

    assert isinstance(database, SqliteDatabase)
    assert database._engine.pool.size() == 3  # type: ignore[attr-defined]
    assert count(database) == 0
    database.close()


@pytest.mark.postgresql
def test_a_url_is_a_server(server: PostgresqlServer) -> None:
    """Ditto."""
    name = server.make_database()

    database = open_database(server.settings(name, connections=3))

    assert isinstance(database, PostgresqlDatabase)
    assert database._engine.pool.size() == 3  # type: ignore[attr-defined]
    assert count(database) == 0
    database.close()
    server.drop_database(name)
