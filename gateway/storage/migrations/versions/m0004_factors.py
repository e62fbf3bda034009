"""What people prove themselves with beside a password: passkeys, devices, recovery codes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    *("pool_device", "pool_recovery_code", "pool_passkey_challenge", "pool_passkey"),
)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name=f"fk_{table}_user",
        ondelete="CASCADE",
    )


def _whose() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("sub", sa.String(36), primary_key=True),
    )


def upgrade() -> None:
    """Make the tables, and room for an authenticator that has not been proven yet."""
    op.add_column("pool_secret", sa.Column("totp_pending", sa.Text()))
    op.add_column("pool_secret", sa.Column("totp_name", sa.String(128)))
    _make_passkeys()
    op.create_table(
        "pool_recovery_code",
        *_whose(),
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        _of_user("pool_recovery_code"),
    )
    op.create_table(
        "pool_device",
        *_whose(),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("group_key", sa.String(64), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("is_remembered", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        _of_user("pool_device"),
    )
    for column in ("created_at", "used_at"):
        op.create_index(
            f"ix_pool_device_{column}",
            "pool_device",
            ["pool_id", "sub", column, "key"],
        )


def _make_passkeys() -> None:
    op.create_table(
        "pool_passkey",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("credential_id", sa.LargeBinary(), primary_key=True),
        sa.Column("sub", sa.String(36), nullable=False),
        sa.Column("relying_party_id", sa.String(253), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("attachment", sa.String(32), nullable=False),
        sa.Column("aaguid", sa.String(36), nullable=False),
        sa.Column("may_be_backed_up", sa.Boolean(), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime()),
        _of_user("pool_passkey"),
    )
    op.create_index(
        "ix_pool_passkey_sub",
        "pool_passkey",
        ["pool_id", "sub", "created_at", "credential_id"],
    )
    op.create_table(
        "pool_passkey_challenge",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("sub", sa.String(36), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["pool.id"],
            name="fk_pool_passkey_challenge_pool",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_pool_passkey_challenge_expires_at",
        "pool_passkey_challenge",
        ["expires_at"],
    )


def downgrade() -> None:
    """Remove them."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("pool_secret", "totp_name")
    op.drop_column("pool_secret", "totp_pending")
