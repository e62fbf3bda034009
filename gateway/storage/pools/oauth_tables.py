"""The tables of the pools' authorization server as SQLAlchemy sees them.

What is handed out stands here as a digest (`gateway.storage.digests`); private keys are sealed.
Whatever ends has an index on its end, so that what is over is found without a scan.
"""

from sqlalchemy import (
    JSON,
    Boolean,
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

CLIENT_ID = 128
# A UUID.
ORIGIN = 36


def _of_pool(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name=f"fk_{table}_pool", ondelete="CASCADE"
    )


def _of_user(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name=f"fk_{table}_user",
        ondelete="CASCADE",
    )


# The signing keys of a pool: one ring for ID tokens, one for access tokens.
POOL_KEY_RING = Table(
    "pool_key_ring",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("purpose", String(16), primary_key=True),
    Column("ring", Text(), nullable=False),
    # Counts the changes: of two who rotate at once, one finds that it came too late.
    Column("version", Integer(), nullable=False),
    _of_pool("pool_key_ring"),
)

# One authorization of a client by a person, from which all its tokens come.
OAUTH_ORIGIN = Table(
    "oauth_origin",
    METADATA,
    Column("id", String(ORIGIN), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("sub", String(SUB), nullable=False),
    Column("client_id", String(CLIENT_ID), nullable=False),
    Column("authorization", JSON(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    # From then on nothing that came from it is good.
    Column("expires_at", Instant(), nullable=False),
    Column("revoked_at", Instant()),
    _of_user("oauth_origin"),
    Index("ix_oauth_origin_sub", "pool_id", "sub", "id"),
    Index("ix_oauth_origin_expires_at", "expires_at"),
)

OAUTH_CODE = Table(
    "oauth_code",
    METADATA,
    Column("digest", LargeBinary(), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("sub", String(SUB), nullable=False),
    Column("client_id", String(CLIENT_ID), nullable=False),
    # What was asked for: redirect URI, challenge, nonce, scope and how the person came in.
    Column("request", JSON(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    # What it gave, to be taken back if the code is presented again.
    Column("origin_id", String(ORIGIN), nullable=False),
    Column("is_used", Boolean(), nullable=False),
    _of_user("oauth_code"),
    Index("ix_oauth_code_expires_at", "expires_at"),
    Index("ix_oauth_code_sub", "pool_id", "sub"),
)

OAUTH_REFRESH = Table(
    "oauth_refresh",
    METADATA,
    Column("digest", LargeBinary(), primary_key=True),
    Column("origin_id", String(ORIGIN), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    # When it was exchanged for its successor.
    Column("replaced_at", Instant()),
    ForeignKeyConstraint(
        ["origin_id"],
        ["oauth_origin.id"],
        name="fk_oauth_refresh_origin",
        ondelete="CASCADE",
    ),
    Index("ix_oauth_refresh_origin_id", "origin_id"),
    Index("ix_oauth_refresh_expires_at", "expires_at"),
)

# Who is signed in at the pages of the gateway.
BROWSER_SESSION = Table(
    "browser_session",
    METADATA,
    Column("digest", LargeBinary(), primary_key=True),
    # A name for it that lets nobody in.
    Column("id", String(ORIGIN), nullable=False),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("sub", String(SUB), nullable=False),
    Column("amr", JSON(), nullable=False),
    Column("authenticated_at", Instant(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(256), nullable=False),
    _of_user("browser_session"),
    Index("ix_browser_session_sub", "pool_id", "sub", "id"),
    Index("ix_browser_session_expires_at", "expires_at"),
)

OAUTH_CONSENT = Table(
    "oauth_consent",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("sub", String(SUB), primary_key=True),
    Column("client_id", String(CLIENT_ID), primary_key=True),
    Column("scopes", JSON(), nullable=False),
    Column("granted_at", Instant(), nullable=False),
    _of_user("oauth_consent"),
)

# Authorization requests that clients sent ahead.
OAUTH_PUSHED = Table(
    "oauth_pushed",
    METADATA,
    Column("digest", LargeBinary(), primary_key=True),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("client_id", String(CLIENT_ID), nullable=False),
    Column("parameters", JSON(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    _of_pool("oauth_pushed"),
    Index("ix_oauth_pushed_pool_id", "pool_id"),
    Index("ix_oauth_pushed_expires_at", "expires_at"),
)

OAUTH_DEVICE = Table(
    "oauth_device",
    METADATA,
    Column("digest", LargeBinary(), primary_key=True),
    # Of what a person types; nobody can look it up who has only the database.
    Column("user_code_digest", LargeBinary(), nullable=False),
    Column("pool_id", String(POOL_ID), nullable=False),
    Column("client_id", String(CLIENT_ID), nullable=False),
    Column("request", JSON(), nullable=False),
    Column("state", String(16), nullable=False),
    Column("sub", String(SUB)),
    Column("signed_in", JSON()),
    Column("interval_seconds", Integer(), nullable=False),
    Column("polled_at", Instant()),
    Column("expires_at", Instant(), nullable=False),
    _of_pool("oauth_device"),
    Index("ix_oauth_device_user_code_digest", "user_code_digest", unique=True),
    Index("ix_oauth_device_pool_id", "pool_id"),
    Index("ix_oauth_device_expires_at", "expires_at"),
)

# What was presented and may not be presented again: assertions, proofs.
OAUTH_REPLAY = Table(
    "oauth_replay",
    METADATA,
    Column("digest", LargeBinary(), primary_key=True),
    Column("expires_at", Instant(), nullable=False),
    Index("ix_oauth_replay_expires_at", "expires_at"),
)
