"""The table of sign-ins that came from a provider, as SQLAlchemy sees it."""

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
from gateway.storage.pools.federation_tables import PROVIDER
from gateway.storage.pools.tables import POOL_ID, SUB
from gateway.storage.tables import METADATA, Instant

_ID = 64

FEDERATED_SESSION = Table(
    "federated_session",
    METADATA,
    # The sign-in's own name.
    Column("sign_in", String(_ID), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("sub", String(SUB), nullable=False),
    Column("provider", String(PROVIDER), nullable=False),
    Column("subject", String(MAX_SUBJECT_CHARACTERS), nullable=False),
    # Digest of the provider's name for its session; nothing, if it has none.
    Column("upstream", LargeBinary(32)),
    # Of the browser's session that came of it; nothing yet, or never.
    Column("browser_session", String(_ID)),
    # What the provider wants to see when they sign out, sealed.
    Column("rest", Text(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name="fk_federated_session_user",
        ondelete="CASCADE",
    ),
    Index("ix_federated_session_upstream", "provider", "upstream"),
    Index("ix_federated_session_subject", "provider", "subject"),
    Index("ix_federated_session_browser", "browser_session"),
    Index("ix_federated_session_sub", "pool_id", "sub"),
    Index("ix_federated_session_expires_at", "expires_at"),
)
