"""The table of sign-ins that are under way.

Apart from what a person has (`gateway.storage.pools.tables`): a row lives for minutes.
"""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.storage.pools.tables import POOL_ID, SUB
from gateway.storage.tables import METADATA, Instant

_CLIENT_ID = 128

POOL_SESSION = Table(
    "pool_session",
    METADATA,
    # Of the value that was handed out.
    Column("digest", LargeBinary(32), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("client_id", String(_CLIENT_ID), nullable=False),
    # Of the person who signs in; nothing for a name that is nobody's.
    Column("sub", String(SUB)),
    # Sealed: what was asked, and what answers it.
    Column("state", Text(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("tries", Integer(), nullable=False),
    ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name="fk_pool_session_pool", ondelete="CASCADE"
    ),
    ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name="fk_pool_session_user",
        ondelete="CASCADE",
    ),
    Index("ix_pool_session_user", "pool_id", "sub"),
    Index("ix_pool_session_expires_at", "expires_at"),
)
