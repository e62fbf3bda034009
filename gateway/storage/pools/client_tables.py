"""The tables of a pool's clients and resource servers as SQLAlchemy sees them."""

from sqlalchemy import JSON, Column, ForeignKeyConstraint, Index, String, Table, Text

from gateway.storage.pools.tables import POOL_ID
from gateway.storage.tables import METADATA, Instant

# Cognito's bounds on client ids and on the names of resource servers.
CLIENT_ID = 128
IDENTIFIER = 256


def _of_pool(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name=f"fk_{table}_pool", ondelete="CASCADE"
    )


POOL_CLIENT = Table(
    "pool_client",
    METADATA,
    Column("id", String(CLIENT_ID), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("settings", JSON(), nullable=False),
    # Sealed; empty for a client that has none.
    Column("secret", Text()),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    _of_pool("pool_client"),
    # In the order of the pages of a pool's list.
    Index("ix_pool_client_pool_id", "pool_id", "id"),
)

POOL_RESOURCE_SERVER = Table(
    "pool_resource_server",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("identifier", String(IDENTIFIER), primary_key=True),
    Column("settings", JSON(), nullable=False),
    _of_pool("pool_resource_server"),
)
