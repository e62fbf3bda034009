"""The tables of what people prove themselves with beside a password, as SQLAlchemy sees them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.storage.pools.tables import POOL_ID, SUB
from gateway.storage.tables import METADATA, Instant

# What people call a passkey, an authenticator, a device.
LABEL = 128
# A host name (RFC 1035 section 2.3.4).
HOST = 253
# A region, `_` and a UUID.
DEVICE_KEY = 100
DEVICE_GROUP = 64


def _of_user(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name=f"fk_{table}_user",
        ondelete="CASCADE",
    )


# The key is what an authenticator names at a sign-in that knows nobody yet.
POOL_PASSKEY = Table(
    "pool_passkey",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    # At most 1023 bytes (WebAuthn section 5.8.3).
    Column("credential_id", LargeBinary(), primary_key=True),
    Column("sub", String(SUB), nullable=False),
    Column("relying_party_id", String(HOST), nullable=False),
    Column("public_key", LargeBinary(), nullable=False),
    # 32 bits without a sign.
    Column("sign_count", BigInteger(), nullable=False),
    Column("name", String(LABEL), nullable=False),
    Column("transports", JSON(), nullable=False),
    Column("attachment", String(32), nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("may_be_backed_up", Boolean(), nullable=False),
    Column("is_backed_up", Boolean(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("used_at", Instant()),
    _of_user("pool_passkey"),
    Index("ix_pool_passkey_sub", "pool_id", "sub", "created_at", "credential_id"),
)

# What an authenticator has been asked to sign, until it has.
POOL_PASSKEY_CHALLENGE = Table(
    "pool_passkey_challenge",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("digest", LargeBinary(), primary_key=True),
    # Empty where nobody is known yet.
    Column("sub", String(SUB), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    ForeignKeyConstraint(
        ["pool_id"],
        ["pool.id"],
        name="fk_pool_passkey_challenge_pool",
        ondelete="CASCADE",
    ),
    Index("ix_pool_passkey_challenge_expires_at", "expires_at"),
)

POOL_RECOVERY_CODE = Table(
    "pool_recovery_code",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("sub", String(SUB), primary_key=True),
    Column("digest", LargeBinary(), primary_key=True),
    _of_user("pool_recovery_code"),
)

POOL_DEVICE = Table(
    "pool_device",
    METADATA,
    Column("pool_id", String(POOL_ID), primary_key=True),
    Column("sub", String(SUB), primary_key=True),
    Column("key", String(DEVICE_KEY), primary_key=True),
    Column("group_key", String(DEVICE_GROUP), nullable=False),
    Column("verifier", Text(), nullable=False),
    Column("name", String(LABEL), nullable=False),
    Column("is_remembered", Boolean(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("updated_at", Instant(), nullable=False),
    Column("used_at", Instant(), nullable=False),
    # Where the person last came from with it.
    Column("address", String(64), nullable=False),
    _of_user("pool_device"),
    Index("ix_pool_device_created_at", "pool_id", "sub", "created_at", "key"),
    Index("ix_pool_device_used_at", "pool_id", "sub", "used_at", "key"),
)
