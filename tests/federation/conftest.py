"""A pool with a provider, with each kind of database."""

from tests.databases import place, server
from tests.pool.conftest import database, house

__all__ = ["database", "house", "place", "server"]
