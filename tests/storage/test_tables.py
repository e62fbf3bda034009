"""What is written comes back the same, whatever the database has."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    select,
)
from sqlalchemy.dialects import sqlite

from gateway.storage.database import Database
from gateway.storage.tables import Instant

DIALECT = sqlite.dialect()


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30))])
def test_an_instant_comes_back_as_the_same_instant(zone: timezone) -> None:
    """In UTC, whichever zone it was written in."""
    at = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=zone)
    column = Instant()

    stored = column.process_bind_param(at, DIALECT)
    back = column.process_result_value(stored, DIALECT)

    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


@pytest.mark.parametrize("year", [1, 2026, 9999])
def test_sqlite_has_the_text_that_sqlalchemy_would_write(year: int) -> None:
    """All of one length, so that they are in the order of time, whoever wrote them."""
    at = datetime(year, 5, 4, tzinfo=UTC)
    theirs = DateTime().dialect_impl(DIALECT).bind_processor(DIALECT)

    ours = Instant().process_bind_param(at, DIALECT)

    assert theirs is not None
    assert ours == theirs(at.replace(tzinfo=None))


def test_no_instant_stays_none() -> None:
    """For columns that may be empty."""
    column = Instant()

    assert column.process_bind_param(None, DIALECT) is None
    assert column.process_result_value(None, DIALECT) is None


def test_each_type_comes_back_as_it_was_from_both_databases(
    database: Database,
) -> None:
    """Times in UTC to the microsecond, JSON with its order, bytes of every kind."""
    table = Table(
        "kept",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("at", Instant()),
        Column("json", JSON()),
        Column("raw", LargeBinary()),
        Column("flag", Boolean()),
    )
    rows: list[dict[str, object]] = [
        {
            "id": 1,
            "at": datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC),
            "json": {"b": [1, 2.5, None, True, "é\u0000😀"], "a": {}},
            "raw": bytes(range(256)),
            "flag": True,
        },
        {"id": 2, "at": None, "json": [], "raw": b"", "flag": False},
    ]
    with database.writing() as connection:
        table.create(connection)
        connection.execute(insert(table), rows)

    with database.reading() as connection:
        found = connection.execute(select(table).order_by(table.c.id)).mappings().all()

    assert [dict(row) for row in found] == rows
    assert list(found[0]["json"]) == ["b", "a"]
    assert found[0]["at"].tzinfo is UTC
