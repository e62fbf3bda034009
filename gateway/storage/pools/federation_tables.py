"""The tables of people who sign in to a pool through a provider, as SQLAlchemy sees them.

What a provider said is sealed: it may be more than anybody here has asked for.
"""

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

PROVIDER = 63
ADDRESS = 64

# Who of a provider is who of a pool. The key is what keeps anybody of a provider from being
# two people here; somebody here may be several there.
FEDERATED_LOGIN = Table(
    "federated_login",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("provider", String(PROVIDER), primary_key=True),
    Column("subject", String(MAX_SUBJECT_CHARACTERS), primary_key=True),
    Column("sub", String(SUB), nullable=False),
    Column("created_at", Instant(), nullable=False),
    # Of the last sign-in; nothing before the first.
    Column("last_at", Instant()),
    # Sealed: what the provider said then.
    Column("claims", Text()),
    ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name="fk_federated_login_user",
        ondelete="CASCADE",
    ),
    Index("ix_federated_login_sub", "pool_id", "sub", "provider"),
)

# Browsers that are at a provider; a row lives for minutes.
FEDERATION_ATTEMPT = Table(
    "federation_attempt",
    METADATA,
    # Of the state that the browser was sent there with.
    Column("digest", LargeBinary(32), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("provider", String(PROVIDER), nullable=False),
    # Of what the browser has to show when it comes back.
    Column("browser", LargeBinary(32), nullable=False),
    # Where it came from, to bound how many one place begins.
    Column("address", String(ADDRESS), nullable=False),
    # Sealed: what has to be known again.
    Column("rest", Text(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name="fk_federation_attempt_pool", ondelete="CASCADE"
    ),
    Index("ix_federation_attempt_pool_id", "pool_id"),
    Index("ix_federation_attempt_address", "address", "expires_at"),
    Index("ix_federation_attempt_expires_at", "expires_at"),
)
