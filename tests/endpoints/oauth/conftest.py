"""The authorization server's house, for its endpoints: one kind of database suffices."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.pool import Pool
from tests.databases import File
from tests.oauth.house import OAuthHouse


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OAuthHouse]:
    database = File(tmp_path / "gateway.db").open(busy_timeout=timedelta(seconds=30))
    yield OAuthHouse(database)
    database.close()


@pytest.fixture
def pool(server: OAuthHouse) -> Pool:
    return server.open()


@pytest.fixture
def app(server: OAuthHouse, pool: Pool) -> Client:
    return server.app(pool)


@pytest.fixture
def ana(server: OAuthHouse, pool: Pool) -> User:
    return server.person(pool, "ana", email="ana@example.com", email_verified="true")
