"""The tables of groups as SQLAlchemy sees them: groups, and who is in them."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from gateway.storage.pools.tables import POOL_ID, SUB
from gateway.storage.tables import METADATA, Instant

# Cognito's bound.
GROUP = 128

# In the order of code points, as all lists here.
_NAME = String(GROUP).with_variant(String(GROUP, collation="C"), "postgresql")

POOL_GROUP = Table(
    "pool_group",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("name", _NAME, primary_key=True),
    Column("description", Text(), nullable=False),
    Column("precedence", Integer()),
    Column("role", Text(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name="fk_pool_group_pool", ondelete="CASCADE"
    ),
)

POOL_MEMBERSHIP = Table(
    "pool_membership",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("name", _NAME, primary_key=True),
    Column("sub", String(SUB), primary_key=True),
    ForeignKeyConstraint(
        ["pool_id", "name"],
        ["pool_group.pool_id", "pool_group.name"],
        name="fk_pool_membership_group",
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name="fk_pool_membership_user",
        ondelete="CASCADE",
    ),
    # Which groups a person is in, in the order of their names.
    Index("ix_pool_membership_sub", "pool_id", "sub", "name"),
)
