"""The tables as SQLAlchemy sees them. How they came to be is told in `migrations`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    FetchedValue,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    false,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from gateway.model.identity import MAX_SUBJECT_CHARACTERS

METADATA = MetaData()


# Without the offset, which is this for all of them.
_WRITTEN: Final = len("2026-05-04 12:00:00.000000")
_UTC: Final = "+00:00"


class _Text(sqlite.DATETIME):
    """A column of times, which are text already and stay it."""

    @override
    def bind_processor(self, dialect: Dialect) -> None:
        """Return nothing: `Instant` writes the text."""

    @override
    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Return nothing: `Instant` reads it."""

    @override
    def literal_processor(self, dialect: Dialect) -> Callable[[str], str]:
        """Return what quotes it, for a statement that is shown."""
        return "'{}'".format


class Instant(TypeDecorator[datetime]):
    """An aware UTC time; without its zone in the database, which SQLite has none for.

    SQLite has text, the one that SQLAlchemy would write. It is written and read here, since
    that takes a third of the time: nearly every row has such a time, or four of them.
    """

    impl = DateTime
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database has for it."""
        is_sqlite = dialect.name == sqlite.dialect.name
        kind: type[TypeEngine[Any]] = _Text if is_sqlite else DateTime
        return dialect.type_descriptor(kind())

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | str | None:
        """Return what is stored: the same instant as naive UTC."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        if dialect.name == sqlite.dialect.name:
            return value.isoformat(" ", "microseconds")[:_WRITTEN]
        return value.replace(tzinfo=None)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return what was stored, as aware UTC."""
        del dialect
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value + _UTC)
        found: datetime = value.replace(tzinfo=UTC)
        return found


# Whoever is known here.
IDENTITY = Table(
    "identity",
    METADATA,
    Column("id", String(100), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("disabled", Boolean(), nullable=False, server_default=false()),
)

# What leads to them: one row for each subject of each provider.
IDENTITY_LOGIN = Table(
    "identity_login",
    METADATA,
    Column("provider", String(63), primary_key=True),
    Column("subject", String(MAX_SUBJECT_CHARACTERS), primary_key=True),
    Column(
        "identity_id",
        String(100),
        ForeignKey(
            "identity.id", name="fk_identity_login_identity", ondelete="CASCADE"
        ),
        nullable=False,
    ),
    Column("linked_at", Instant(), nullable=False),
    CheckConstraint(
        "length(subject) BETWEEN 1 AND 1024", name="ck_identity_login_subject"
    ),
    Index("ix_identity_login_identity", "identity_id", "linked_at"),
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
