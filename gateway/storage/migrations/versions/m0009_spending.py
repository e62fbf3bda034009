"""What people have had of what there is so much of in an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pool_spending",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("whose", sa.String(512), primary_key=True),
        sa.Column("what", sa.String(32), primary_key=True),
        sa.Column("network", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_pool_spending_began_at", "pool_spending", ["began_at"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("pool_spending")
