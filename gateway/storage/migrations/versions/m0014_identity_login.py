"""Several logins of one identity: provider and subject move to a table of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_LOGIN = ("provider", "subject", "identity_id", "linked_at")
_KNOWN_BY = ("provider", "subject", "id", "created_at")

_ON_SERVER = (
    """
    CREATE FUNCTION note_identity_login() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO change (topic, key) VALUES ('identity', OLD.identity_id);
        IF TG_OP = 'UPDATE' THEN
            INSERT INTO change (topic, key) VALUES ('identity', NEW.identity_id);
        END IF;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER identity_login_moved AFTER UPDATE ON identity_login
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION note_identity_login()
    """,
    """
    CREATE TRIGGER identity_login_deleted AFTER DELETE ON identity_login
    FOR EACH ROW EXECUTE FUNCTION note_identity_login()
    """,
)
_IN_FILE = (
    """
    CREATE TRIGGER identity_login_moved AFTER UPDATE ON identity_login
    BEGIN
        INSERT INTO change (topic, key)
        VALUES ('identity', OLD.identity_id), ('identity', NEW.identity_id);
    END
    """,
    """
    CREATE TRIGGER identity_login_deleted AFTER DELETE ON identity_login
    BEGIN
        INSERT INTO change (topic, key) VALUES ('identity', OLD.identity_id);
    END
    """,
)
# A table that is made anew in a file loses its triggers; these are of step 3.
_OF_IDENTITY = (
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
    """Make the table, fill it with what is known, and keep that there alone."""
    on_server = op.get_bind().dialect.name == "postgresql"
    if on_server:
        _make_logins("identity")
        op.drop_column("identity", "provider")
        op.drop_column("identity", "subject")
    else:
        _set_aside()
        _make_identity()
        op.execute(
            "INSERT INTO identity (id, kind, created_at, disabled) "
            "SELECT id, kind, created_at, disabled FROM identity_old"
        )
        _make_logins("identity_old")
        op.drop_table("identity_old")
    for statement in _ON_SERVER if on_server else (*_IN_FILE, *_OF_IDENTITY):
        op.execute(statement)


def downgrade() -> None:
    """Keep the first login of each identity, as there was but one."""
    on_server = op.get_bind().dialect.name == "postgresql"
    if on_server:
        op.execute("DROP TRIGGER identity_login_moved ON identity_login")
        op.execute("DROP TRIGGER identity_login_deleted ON identity_login")
        op.execute("DROP FUNCTION note_identity_login()")
    else:
        op.execute("DROP TRIGGER identity_login_moved")
        op.execute("DROP TRIGGER identity_login_deleted")
    op.execute(
        "DELETE FROM identity_login WHERE EXISTS (SELECT 1 FROM identity_login first"
        " WHERE first.identity_id = identity_login.identity_id AND"
        " (first.linked_at, first.provider, first.subject)"
        " < (identity_login.linked_at, identity_login.provider, identity_login.subject))"
    )
    if on_server:
        _widen_on_server()
    else:
        _widen_in_file()


def _set_aside() -> None:
    op.execute("DROP TRIGGER identity_disabled")
    op.execute("DROP TRIGGER identity_deleted")
    op.rename_table("identity", "identity_old")


def _make_identity(*more: "sa.schema.SchemaItem") -> None:
    op.create_table(
        "identity",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false()),
        *more,
    )


def _make_logins(source: str) -> None:
    op.create_table(
        "identity_login",
        sa.Column("provider", sa.String(63), primary_key=True),
        sa.Column("subject", sa.String(1024), primary_key=True),
        sa.Column("identity_id", sa.String(100), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["identity.id"],
            name="fk_identity_login_identity",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "length(subject) BETWEEN 1 AND 1024", name="ck_identity_login_subject"
        ),
    )
    op.create_index(
        "ix_identity_login_identity", "identity_login", ["identity_id", "linked_at"]
    )
    logins = sa.table("identity_login", *map(sa.column, _LOGIN))
    known = sa.table(source, *map(sa.column, _KNOWN_BY))
    op.execute(logins.insert().from_select(list(_LOGIN), sa.select(*known.c)))


def _widen_on_server() -> None:
    op.add_column("identity", sa.Column("provider", sa.String(63)))
    op.add_column("identity", sa.Column("subject", sa.String(1024)))
    op.execute(
        "UPDATE identity SET provider = l.provider, subject = l.subject"
        " FROM identity_login l WHERE l.identity_id = identity.id"
    )
    op.execute("DELETE FROM identity WHERE subject IS NULL")
    op.alter_column("identity", "provider", nullable=False)
    op.alter_column("identity", "subject", nullable=False)
    op.create_unique_constraint(
        "uq_identity_provider", "identity", ["provider", "subject"]
    )
    op.create_check_constraint(
        "ck_identity_subject", "identity", "length(subject) BETWEEN 1 AND 1024"
    )
    op.drop_table("identity_login")


def _widen_in_file() -> None:
    _set_aside()
    _make_identity(
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("subject", sa.String(1024), nullable=False),
        sa.UniqueConstraint("provider", "subject", name="uq_identity_provider"),
        sa.CheckConstraint(
            "length(subject) BETWEEN 1 AND 1024", name="ck_identity_subject"
        ),
    )
    op.execute(
        "INSERT INTO identity (id, kind, created_at, disabled, provider, subject)"
        " SELECT id, kind, created_at, disabled, l.provider, l.subject"
        " FROM identity_old JOIN identity_login l ON l.identity_id = id"
    )
    op.drop_table("identity_login")
    op.drop_table("identity_old")
    for statement in _OF_IDENTITY:
        op.execute(statement)
