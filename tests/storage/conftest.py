"""What the tests of the storage share: a time, and a database of each kind."""

from datetime import UTC, datetime

from tests.databases import SOON, File, OnServer, Place, database, place, server

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

__all__ = ["NOON", "SOON", "File", "OnServer", "Place", "database", "place", "server"]
