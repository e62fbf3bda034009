"""Passwords that must not come again, and people who never confirmed, by their age."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column and the index."""
    op.add_column("pool_secret", sa.Column("past_hashes", sa.JSON()))
    unconfirmed = sa.text("status = 'UNCONFIRMED'")
    op.create_index(
        "ix_pool_user_unconfirmed",
        "pool_user",
        ["pool_id", "created_at"],
        sqlite_where=unconfirmed,
        postgresql_where=unconfirmed,
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_pool_user_unconfirmed", "pool_user")
    op.drop_column("pool_secret", "past_hashes")
