"""Links that wait for a proof."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "link_proof",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("sub", sa.String(36), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("subject", sa.String(1024), nullable=False),
        sa.Column("browser", sa.LargeBinary(32), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id", "sub"],
            ["pool_user.pool_id", "pool_user.sub"],
            name="fk_link_proof_user",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_link_proof_user", "link_proof", ["pool_id", "sub"])
    op.create_index("ix_link_proof_expires_at", "link_proof", ["expires_at"])


def downgrade() -> None:
    """Remove it, and every link that waits."""
    op.drop_table("link_proof")
