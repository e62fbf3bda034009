"""Failed tries of whoever never came in, by their age."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    never = sa.text("succeeded_at IS NULL")
    op.create_index(
        "ix_pool_failure_stranger",
        "pool_failure",
        ["last_at"],
        sqlite_where=never,
        postgresql_where=never,
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_pool_failure_stranger", "pool_failure")
