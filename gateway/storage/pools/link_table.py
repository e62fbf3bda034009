"""The table of links that wait for a proof, as SQLAlchemy sees it."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.model.identity import MAX_SUBJECT_CHARACTERS
from gateway.storage.pools.tables import POOL_ID, SUB
from gateway.storage.tables import METADATA, Instant

LINK_PROOF = Table(
    "link_proof",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("sub", String(SUB), nullable=False),
    Column("provider", String(63), nullable=False),
    Column("subject", String(MAX_SUBJECT_CHARACTERS), nullable=False),
    # Of the browser that has been at the provider.
    Column("browser", LargeBinary(32), nullable=False),
    # What the provider has said and given, sealed.
    Column("login", Text(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name="fk_link_proof_user",
        ondelete="CASCADE",
    ),
    Index("ix_link_proof_user", "pool_id", "sub"),
    Index("ix_link_proof_expires_at", "expires_at"),
)
