"""Sign-ins to pools through providers: who is who, and who is on the way."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "federated_login",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("provider", sa.String(63), primary_key=True),
        sa.Column("subject", sa.String(1024), primary_key=True),
        sa.Column("sub", sa.String(36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime()),
        sa.Column("claims", sa.Text()),
        sa.ForeignKeyConstraint(
            ["pool_id", "sub"],
            ["pool_user.pool_id", "pool_user.sub"],
            name="fk_federated_login_user",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_federated_login_sub", "federated_login", ["pool_id", "sub", "provider"]
    )
    op.create_table(
        "federation_attempt",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("browser", sa.LargeBinary(32), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("rest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["pool.id"],
            name="fk_federation_attempt_pool",
            ondelete="CASCADE",
        ),
    )
    for name, columns in (
        ("pool_id", ["pool_id"]),
        ("address", ["address", "expires_at"]),
        ("expires_at", ["expires_at"]),
    ):
        op.create_index(f"ix_federation_attempt_{name}", "federation_attempt", columns)


def downgrade() -> None:
    """Remove them."""
    op.drop_table("federation_attempt")
    op.drop_table("federated_login")
