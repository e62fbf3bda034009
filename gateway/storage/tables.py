"""The tables as SQLAlchemy sees them. How they came to be is told in `migrations`."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    FetchedValue,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from typing_extensions import override

from gateway.model.identity import MAX_SUBJECT_CHARACTERS

METADATA = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware UTC time; without its zone in the database, which SQLite has none for."""

    impl = DateTime
    cache_ok = True

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Return what is stored: the same instant as naive UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    @override
    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Return what was stored, as aware UTC."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


# Whoever is known here: one row for each subject of each provider.
IDENTITY = Table(
    "identity",
    METADATA,
    Column("id", String(100), primary_key=True),
    Column("provider", String(63), nullable=False),
    Column("subject", String(MAX_SUBJECT_CHARACTERS), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("disabled", Boolean(), nullable=False, server_default=false()),
    UniqueConstraint("provider", "subject", name="uq_identity_provider"),
    CheckConstraint("length(subject) BETWEEN 1 AND 1024", name="ck_identity_subject"),
)

# What has changed lately and may be remembered somewhere (`gateway.storage.epochs`).
CHANGE = Table(
    "change",
    METADATA,
    Column(
        "number",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("topic", String(63), nullable=False),
    Column("key", String(255), nullable=False),
    # Which transaction wrote it; PostgreSQL alone has more than one at a time.
    Column("transaction", BigInteger(), nullable=False, server_default=FetchedValue()),
    Column("changed_at", Instant(), nullable=False, server_default=FetchedValue()),
    Index("ix_change_transaction", "transaction"),
    Index("ix_change_changed_at", "changed_at"),
    sqlite_autoincrement=True,
)
