"""Identities: one stable id for each subject of each provider."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "identity",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("subject", sa.String(1024), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("provider", "subject", name="uq_identity_provider"),
        sa.CheckConstraint(
            "length(subject) BETWEEN 1 AND 1024", name="ck_identity_subject"
        ),
    )


def downgrade() -> None:
    """Remove the table, and with it the ids that upstreams know people by."""
    op.drop_table("identity")
