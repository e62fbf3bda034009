"""Messages to the people of pools, until they are delivered and a while longer."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "pool_message",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("sub", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("medium", sa.String(16), nullable=False),
        sa.Column("destination", sa.String(256), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("give_up_at", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("purge_at", sa.DateTime()),
        sa.ForeignKeyConstraint(
            ["pool_id", "sub"],
            ["pool_user.pool_id", "pool_user.sub"],
            name="fk_pool_message_user",
            ondelete="CASCADE",
        ),
    )
    for name, columns in (
        ("user", ["pool_id", "sub"]),
        ("due", ["state", "due_at", "id"]),
        ("purge_at", ["purge_at"]),
        ("created_at", ["created_at", "id"]),
        ("state", ["state", "created_at", "id"]),
        ("destination", ["destination", "created_at", "id"]),
    ):
        op.create_index(f"ix_pool_message_{name}", "pool_message", columns)


def downgrade() -> None:
    """Remove it, and what was not delivered."""
    op.drop_table("pool_message")
