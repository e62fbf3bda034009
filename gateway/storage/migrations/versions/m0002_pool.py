"""User pools: people, what proves them, their names, codes and failed tries."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# In the order of code points, whatever the server's language.
ORDERED = sa.String(512).with_variant(sa.String(512, collation="C"), "postgresql")
FILTERED = (
    *("by_username", "by_email", "by_phone", "by_name", "by_given_name"),
    *("by_family_name", "by_preferred_username", "status", "enabled"),
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
    """Make the tables."""
    op.create_table(
        "pool",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
    )
    _make_people()
    op.create_table(
        "pool_code",
        *_whose(),
        sa.Column("purpose", sa.String(32), primary_key=True),
        sa.Column("target", sa.String(256), primary_key=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _of_user("pool_code"),
    )
    op.create_index("ix_pool_code_expires_at", "pool_code", ["expires_at"])
    op.create_table(
        "pool_failure",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(512), primary_key=True),
        sa.Column("network", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("succeeded_at", sa.DateTime()),
    )
    op.create_index("ix_pool_failure_last_at", "pool_failure", ["last_at"])


def _make_people() -> None:
    op.create_table(
        "pool_user",
        *_whose(),
        sa.Column("username", sa.String(256), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("signed_out_at", sa.DateTime()),
        sa.Column("by_username", ORDERED, nullable=False),
        *(sa.Column(name, ORDERED) for name in FILTERED[1:7]),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name="fk_pool_user_pool", ondelete="CASCADE"
        ),
    )
    for name in FILTERED:
        op.create_index(f"ix_pool_user_{name}", "pool_user", ["pool_id", name, "sub"])
    op.create_table(
        "pool_secret",
        *_whose(),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("srp_verifier", sa.Text()),
        sa.Column("password_set_at", sa.DateTime()),
        sa.Column("temporary_until", sa.DateTime()),
        sa.Column("totp_seed", sa.Text()),
        sa.Column("totp_step", sa.Integer()),
        sa.Column("second_factors", sa.JSON(), nullable=False),
        _of_user("pool_secret"),
    )
    op.create_table(
        "pool_name",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(512), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("sub", sa.String(36), nullable=False),
        _of_user("pool_name"),
    )
    op.create_index("ix_pool_name_sub", "pool_name", ["pool_id", "sub"])


def downgrade() -> None:
    """Remove the tables, and everybody in them."""
    for table in (
        *("pool_failure", "pool_code", "pool_name", "pool_secret", "pool_user", "pool"),
    ):
        op.drop_table(table)
