"""The table of messages to people as SQLAlchemy sees it: a queue, and what came of each."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from gateway.storage.pools.tables import POOL_ID, SUB
from gateway.storage.tables import METADATA, Instant

MESSAGE_ID = 32
# RFC 5321 section 4.5.3.1.3.
DESTINATION = 256
MAX_ERROR = 500

POOL_MESSAGE = Table(
    "pool_message",
    METADATA,
    Column("id", String(MESSAGE_ID), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("sub", String(SUB), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("medium", String(16), nullable=False),
    Column("destination", String(DESTINATION), nullable=False),
    Column("state", String(16), nullable=False),
    # Sealed: it holds codes. Empty once nobody has to read it any more.
    Column("content", Text()),
    Column("created_at", Instant(), nullable=False),
    # From when on it may be tried; while somebody tries, when others may.
    Column("due_at", Instant(), nullable=False),
    Column("give_up_at", Instant(), nullable=False),
    Column("tries", Integer(), nullable=False),
    Column("error", String(MAX_ERROR), nullable=False),
    Column("finished_at", Instant()),
    # When the content goes; once it is gone, when the rest does.
    Column("purge_at", Instant()),
    ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name="fk_pool_message_user",
        ondelete="CASCADE",
    ),
    Index("ix_pool_message_user", "pool_id", "sub"),
    Index("ix_pool_message_due", "state", "due_at", "id"),
    Index("ix_pool_message_purge_at", "purge_at"),
    # Lists: all, by state, by destination.
    Index("ix_pool_message_created_at", "created_at", "id"),
    Index("ix_pool_message_state", "state", "created_at", "id"),
    Index("ix_pool_message_destination", "destination", "created_at", "id"),
)
