"""The tables of user pools as SQLAlchemy sees them.

Why they are cut like this: docs/decisions/0013-user-pool.md. What is kept in a comparable form
is made by whoever writes (`gateway.storage.pools.users`); here it is text.
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
    text,
)

from gateway.storage.tables import METADATA, Instant

POOL_ID = 64
SUB = 36
# Cognito's bound on user names; an address is no longer than 254.
NAME = 256
COMPARABLE = 2 * NAME

# In the order of code points, whatever the server's language: so what begins with a text is
# one range of the index.
_ORDERED = String(COMPARABLE).with_variant(
    String(COMPARABLE, collation="C"), "postgresql"
)

POOL = Table(
    "pool",
    METADATA,
    Column("id", String(POOL_ID), primary_key=True),
    Column("settings", JSON(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
)

# Everything that a list shows and is filtered by.
POOL_USER = Table(
    "pool_user",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("sub", String(SUB), primary_key=True),
    Column("username", String(NAME), nullable=False),
    Column("status", String(32), nullable=False),
    Column("enabled", Boolean(), nullable=False),
    Column("attributes", JSON(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    Column("signed_out_at", Instant()),
    # Comparable forms, for filters.
    Column("by_username", _ORDERED, nullable=False),
    Column("by_email", _ORDERED),
    Column("by_phone", _ORDERED),
    Column("by_name", _ORDERED),
    Column("by_given_name", _ORDERED),
    Column("by_family_name", _ORDERED),
    Column("by_preferred_username", _ORDERED),
    ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name="fk_pool_user_pool", ondelete="CASCADE"
    ),
)

# What lists can be filtered by. Each index ends in `sub`, the order of the pages.
FILTERED = (
    *("by_username", "by_email", "by_phone", "by_name", "by_given_name"),
    *("by_family_name", "by_preferred_username", "status", "enabled"),
)
for _column in FILTERED:
    Index(
        f"ix_pool_user_{_column}",
        POOL_USER.c.pool_id,
        POOL_USER.c[_column],
        POOL_USER.c.sub,
    )

# Those who never confirmed, the oldest first: what a sweep looks for. Few at any time.
_UNCONFIRMED = text("status = 'UNCONFIRMED'")
Index(
    "ix_pool_user_unconfirmed",
    POOL_USER.c.pool_id,
    POOL_USER.c.created_at,
    sqlite_where=_UNCONFIRMED,
    postgresql_where=_UNCONFIRMED,
)


def _of_user(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name=f"fk_{table}_user",
        ondelete="CASCADE",
    )


# What proves a person. Read at a sign-in, never listed.
POOL_SECRET = Table(
    "pool_secret",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("sub", String(SUB), primary_key=True),
    Column("password_hash", String(255)),
    Column("srp_verifier", Text()),
    Column("password_set_at", Instant()),
    # Those before that must not come again; empty for none.
    Column("past_hashes", JSON(none_as_null=True)),
    # A password that an administrator gave is good until then.
    Column("temporary_until", Instant()),
    Column("totp_seed", Text()),
    Column("totp_step", Integer()),
    # One that is being set up, until its first code.
    Column("totp_pending", Text()),
    Column("totp_name", String(128)),
    Column("second_factors", JSON(), nullable=False),
    _of_user("pool_secret"),
)

# Every name that somebody may sign in with. The key is what makes it unique.
POOL_NAME = Table(
    "pool_name",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("name", String(COMPARABLE), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("sub", String(SUB), nullable=False),
    _of_user("pool_name"),
    Index("ix_pool_name_sub", "pool_id", "sub"),
)

POOL_CODE = Table(
    "pool_code",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("sub", String(SUB), primary_key=True),
    Column("purpose", String(32), primary_key=True),
    # For which attribute, where several may wait for a code.
    Column("target", String(NAME), primary_key=True),
    Column("digest", LargeBinary(), nullable=False),
    # The value that a proven code puts into force.
    Column("value", Text(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("tries", Integer(), nullable=False),
    _of_user("pool_code"),
    Index("ix_pool_code_expires_at", "expires_at"),
)

# Failed tries; also of names that nobody has.
POOL_FAILURE = Table(
    "pool_failure",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("name", String(COMPARABLE), primary_key=True),
    Column("network", String(64), primary_key=True),
    Column("count", Integer(), nullable=False),
    Column("last_at", Instant(), nullable=False),
    # When somebody last signed in from there.
    Column("succeeded_at", Instant()),
    Index("ix_pool_failure_last_at", "last_at"),
)

# Of whoever never came in: forgotten soon, because nobody has to be known by it.
_NEVER = text("succeeded_at IS NULL")
Index(
    "ix_pool_failure_stranger",
    POOL_FAILURE.c.last_at,
    sqlite_where=_NEVER,
    postgresql_where=_NEVER,
)
