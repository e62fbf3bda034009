"""User pools: their OAuth clients and resource servers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _of_pool(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name=f"fk_{table}_pool", ondelete="CASCADE"
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pool_client",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        _of_pool("pool_client"),
    )
    op.create_index("ix_pool_client_pool_id", "pool_client", ["pool_id", "id"])
    op.create_table(
        "pool_resource_server",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("identifier", sa.String(256), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        _of_pool("pool_resource_server"),
    )


def downgrade() -> None:
    """Remove the tables, and with them what apps know themselves by."""
    op.drop_table("pool_resource_server")
    op.drop_table("pool_client")
