"""Groups of pools, and who is in them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# In the order of code points, whatever the server's language.
NAME = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pool_group",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("name", NAME, primary_key=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("precedence", sa.Integer()),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["pool.id"], name="fk_pool_group_pool", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "pool_membership",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("name", NAME, primary_key=True),
        sa.Column("sub", sa.String(36), primary_key=True),
        sa.ForeignKeyConstraint(
            ["pool_id", "name"],
            ["pool_group.pool_id", "pool_group.name"],
            name="fk_pool_membership_group",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pool_id", "sub"],
            ["pool_user.pool_id", "pool_user.sub"],
            name="fk_pool_membership_user",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_pool_membership_sub", "pool_membership", ["pool_id", "sub", "name"]
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("pool_membership")
    op.drop_table("pool_group")
