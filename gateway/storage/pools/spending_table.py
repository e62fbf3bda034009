"""The table of what people have had of what there is so much of in an hour."""

from sqlalchemy import Column, Index, Integer, String, Table

from gateway.storage.pools.tables import COMPARABLE, POOL_ID
from gateway.storage.tables import METADATA, Instant

# Also of names that nobody has.
POOL_SPENDING = Table(
    "pool_spending",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("whose", String(COMPARABLE), primary_key=True),
    Column("what", String(32), primary_key=True),
    Column("network", String(64), primary_key=True),
    Column("count", Integer(), nullable=False),
    Column("began_at", Instant(), nullable=False),
    Index("ix_pool_spending_began_at", "began_at"),
)
