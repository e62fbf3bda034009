"""The pools' authorization server: keys, codes, tokens, sessions, consents."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = (
    *("oauth_replay", "oauth_device", "oauth_pushed", "oauth_consent"),
    *("browser_session", "oauth_refresh", "oauth_code", "oauth_origin"),
    "pool_key_ring",
)


def _of_pool(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["pool_id"], ["pool.id"], name=f"fk_{table}_pool", ondelete="CASCADE"
    )


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["pool_id", "sub"],
        ["pool_user.pool_id", "pool_user.sub"],
        name=f"fk_{table}_user",
        ondelete="CASCADE",
    )


def _whose(*, client: bool = False, key: bool = False) -> list[sa.Column[str]]:
    columns = [
        sa.Column("pool_id", sa.String(64), nullable=False, primary_key=key),
        sa.Column("sub", sa.String(36), nullable=False, primary_key=key),
    ]
    if client:
        columns.append(
            sa.Column("client_id", sa.String(128), nullable=False, primary_key=key)
        )
    return columns


def _digest() -> sa.Column[bytes]:
    return sa.Column("digest", sa.LargeBinary(), primary_key=True)


def _end() -> sa.Column[object]:
    return sa.Column("expires_at", sa.DateTime(), nullable=False)


def _index(table: str, *columns: str, name: str = "", unique: bool = False) -> None:
    named = f"ix_{table}_{name or columns[0]}"
    op.create_index(named, table, list(columns), unique=unique)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pool_key_ring",
        sa.Column("pool_id", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), primary_key=True),
        sa.Column("ring", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_pool("pool_key_ring"),
    )
    _make_tokens()
    _make_sessions()
    _make_requests()


def _make_tokens() -> None:
    op.create_table(
        "oauth_origin",
        sa.Column("id", sa.String(36), primary_key=True),
        *_whose(client=True),
        sa.Column("authorization", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        _end(),
        sa.Column("revoked_at", sa.DateTime()),
        _of_user("oauth_origin"),
    )
    _index("oauth_origin", "pool_id", "sub", "id", name="sub")
    _index("oauth_origin", "expires_at")
    op.create_table(
        "oauth_code",
        _digest(),
        *_whose(client=True),
        sa.Column("request", sa.JSON(), nullable=False),
        _end(),
        sa.Column("origin_id", sa.String(36), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        _of_user("oauth_code"),
    )
    _index("oauth_code", "expires_at")
    _index("oauth_code", "pool_id", "sub", name="sub")
    op.create_table(
        "oauth_refresh",
        _digest(),
        sa.Column("origin_id", sa.String(36), nullable=False),
        _end(),
        sa.Column("replaced_at", sa.DateTime()),
        sa.ForeignKeyConstraint(
            ["origin_id"],
            ["oauth_origin.id"],
            name="fk_oauth_refresh_origin",
            ondelete="CASCADE",
        ),
    )
    _index("oauth_refresh", "origin_id")
    _index("oauth_refresh", "expires_at")


def _make_sessions() -> None:
    op.create_table(
        "browser_session",
        _digest(),
        sa.Column("id", sa.String(36), nullable=False),
        *_whose(),
        sa.Column("amr", sa.JSON(), nullable=False),
        sa.Column("authenticated_at", sa.DateTime(), nullable=False),
        _end(),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(256), nullable=False),
        _of_user("browser_session"),
    )
    _index("browser_session", "pool_id", "sub", "id", name="sub")
    _index("browser_session", "expires_at")
    op.create_table(
        "oauth_consent",
        *_whose(client=True, key=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        _of_user("oauth_consent"),
    )


def _make_requests() -> None:
    op.create_table(
        "oauth_pushed",
        _digest(),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("client_id", sa.String(128), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        _end(),
        _of_pool("oauth_pushed"),
    )
    _index("oauth_pushed", "pool_id")
    _index("oauth_pushed", "expires_at")
    op.create_table(
        "oauth_device",
        _digest(),
        sa.Column("user_code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("pool_id", sa.String(64), nullable=False),
        sa.Column("client_id", sa.String(128), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sub", sa.String(36)),
        sa.Column("signed_in", sa.JSON()),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("polled_at", sa.DateTime()),
        _end(),
        _of_pool("oauth_device"),
    )
    _index("oauth_device", "user_code_digest", unique=True)
    _index("oauth_device", "pool_id")
    _index("oauth_device", "expires_at")
    op.create_table("oauth_replay", _digest(), _end())
    _index("oauth_replay", "expires_at")


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        op.drop_table(table)
