"""Changes that caches have to hear of, written by the database itself.

Triggers, so that it does not matter who switches an identity off: this program, another
version of it, or an operator's own SQL.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ON_SERVER = (
    """
    CREATE FUNCTION note_identity() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO change (topic, key) VALUES ('identity', OLD.id);
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER identity_disabled AFTER UPDATE OF disabled ON identity
    FOR EACH ROW WHEN (OLD.disabled IS DISTINCT FROM NEW.disabled)
    EXECUTE FUNCTION note_identity()
    """,
    """
    CREATE TRIGGER identity_deleted AFTER DELETE ON identity
    FOR EACH ROW EXECUTE FUNCTION note_identity()
    """,
)
_IN_FILE = (
    """
    CREATE TRIGGER identity_disabled AFTER UPDATE OF disabled ON identity
    WHEN OLD.disabled IS NOT NEW.disabled
    BEGIN
        INSERT INTO change (topic, key) VALUES ('identity', OLD.id);
    END
    """,
    """
    CREATE TRIGGER identity_deleted AFTER DELETE ON identity
    BEGIN
        INSERT INTO change (topic, key) VALUES ('identity', OLD.id);
    END
    """,
)


def upgrade() -> None:
    """Make the table and what fills it."""
    on_server = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "change",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("topic", sa.String(63), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text(
                "(pg_current_xact_id()::text::bigint)" if on_server else "0"
            ),
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(),
            nullable=False,
            server_default=sa.text(
                "(now() AT TIME ZONE 'UTC')"
                if on_server
                # As SQLAlchemy writes it: six digits of a second.
                else "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))"
            ),
        ),
        # A number is never given again, not even when all rows are gone.
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_transaction", "change", ["transaction"])
    op.create_index("ix_change_changed_at", "change", ["changed_at"])
    for statement in _ON_SERVER if on_server else _IN_FILE:
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    on = " ON identity" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER identity_disabled{on}")
    op.execute(f"DROP TRIGGER identity_deleted{on}")
    if on:
        op.execute("DROP FUNCTION note_identity()")
    op.drop_table("change")
