"""The services of the pools without a gateway that runs."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.offline import open_pool_services
from gateway.cli.clock import now
from gateway.config.load import load
from gateway.model.errors import StorageError
from gateway.pool.settings import PoolSettings
from gateway.storage.sqlite import SqliteDatabase
from tests.cli.desk import Desk


def test_what_one_command_keeps_the_next_one_finds(tmp_path: Path) -> None:
    """In the database that the files name, with the gateway's own key."""
    settings = load(Desk(tmp_path).config).settings
    with open_pool_services(settings, clock=now) as services:
        pool = services.pools.create(PoolSettings(name="people"))

    with open_pool_services(settings, clock=now) as services:
        assert services.pools.get(pool.id) == pool
    # Nobody holds the file open behind it.
    other = SqliteDatabase.open(
        tmp_path / "state/gateway.db", busy_timeout=timedelta(milliseconds=50)
    )
    with other.writing():
        pass
    other.close()


def test_a_database_that_is_none_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write("state/gateway.db", "This is no database. " * 100)
    settings = load(desk.config).settings

    with pytest.raises(StorageError), open_pool_services(settings, clock=now):
        pass
