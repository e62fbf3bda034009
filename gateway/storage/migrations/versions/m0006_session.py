"""Sign-ins to a user pool that are under way."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pool_session",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("client_id", sa.String(128), nullable=False),
        sa.Column("sub", sa.String(36)),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name="fk_pool_session_pool", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pool_id", "sub"],
            ["pool_user.pool_id", "pool_user.sub"],
            name="fk_pool_session_user",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_pool_session_user", "pool_session", ["pool_id", "sub"])
    op.create_index("ix_pool_session_expires_at", "pool_session", ["expires_at"])


def downgrade() -> None:
    """Remove it, and every sign-in that is under way."""
    op.drop_table("pool_session")
