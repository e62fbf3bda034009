"""A database for each test that needs one."""

from tests.databases import place, server
from tests.pool.conftest import database

__all__ = ["database", "place", "server"]
