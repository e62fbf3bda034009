"""What the tests of the storage share: a database in a folder of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.storage.database import Database

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON = timedelta(milliseconds=50)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database.open(path, busy_timeout=SOON)
    yield database
    database.close()
