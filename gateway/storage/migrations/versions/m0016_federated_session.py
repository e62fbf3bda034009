"""Sign-ins that came from a provider."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLE = "federated_session"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        TABLE,
        sa.Column("sign_in", sa.String(64), primary_key=True),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("sub", sa.String(36), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("subject", sa.String(1024), nullable=False),
        sa.Column("upstream", sa.LargeBinary(32)),
        sa.Column("browser_session", sa.String(64)),
        sa.Column("rest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id", "sub"],
            ["pool_user.pool_id", "pool_user.sub"],
            name="fk_federated_session_user",
            ondelete="CASCADE",
        ),
    )
    for name, columns in (
        ("upstream", ["provider", "upstream"]),
        ("subject", ["provider", "subject"]),
        ("browser", ["browser_session"]),
        ("sub", ["pool_id", "sub"]),
        ("expires_at", ["expires_at"]),
    ):
        op.create_index(f"ix_federated_session_{name}", TABLE, columns)


def downgrade() -> None:
    """Remove it; nobody is told any more that somebody has signed out."""
    op.drop_table(TABLE)
