"""Many rows at a time are what they would have been one by one."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
)

from gateway.model.errors import StorageError
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.loading import Loader, _written
from gateway.storage.postgresql import PostgresqlDatabase
from gateway.storage.tables import Instant

# A column's name may be a word of the language.
KEPT = Table(
    "kept",
    MetaData(),
    Column("order", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant()),
    Column("json", JSON(none_as_null=True)),
    Column("raw", LargeBinary()),
    Column("flag", Boolean()),
    Column("name", String(40)),
)
FULL: dict[str, Any] = {
    "order": 1,
    "at": datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC),
    "json": {"b": [1, 2.5, None, "é\u0001\u2028😀"], "a": {"b": '"\\\n'}},
    "raw": bytes(range(256)),
    "flag": True,
    "name": "Zoë \"'\\ {}:%s\t\n😀",
}
EMPTY: dict[str, Any] = {
    "order": 2,
    "at": None,
    "json": None,
    "raw": None,
    "flag": None,
    "name": None,
}
BARE: dict[str, Any] = {**EMPTY, "order": 3, "json": [], "raw": b"", "name": ""}
LOADER = Loader(KEPT)


@pytest.fixture
def kept(database: Database) -> Database:
    with database.writing() as connection:
        KEPT.create(connection)
    return database


def test_each_value_comes_back_as_it_was(kept: Database) -> None:
    """Of every type, odd texts among them, and in the order of a JSON object."""
    rows = [FULL, EMPTY, BARE]
    with kept.writing() as connection:
        LOADER.load(connection, rows)
        found = connection.execute(select(KEPT).order_by(KEPT.c.order)).all()

    assert [row._asdict() for row in found] == rows
    assert list(found[0].json) == ["b", "a"]


def test_a_time_is_the_same_instant_from_any_zone(kept: Database) -> None:
    """As the column's own type writes it; so both can be compared."""
    there = FULL["at"].astimezone(timezone(timedelta(hours=5, minutes=30)))
    with kept.writing() as connection:
        LOADER.load(connection, [{**FULL, "at": there}])
        connection.execute(insert(KEPT), [{**FULL, "order": 2}])
        same = select(func.count()).where(KEPT.c.at == FULL["at"])

        assert connection.scalar(same) == 2


def test_no_rows_are_nothing_to_do(kept: Database) -> None:
    """A batch in which nobody has a passkey, say."""
    with kept.writing() as connection:
        LOADER.load(connection, [])

        assert connection.scalar(select(func.count()).select_from(KEPT)) == 0


def test_a_row_that_is_there_keeps_out_all_of_them(kept: Database) -> None:
    """It is told as from a single row."""
    with kept.writing() as connection:
        LOADER.load(connection, [FULL])

    with pytest.raises(DuplicateError), kept.writing() as connection:
        LOADER.load(connection, [EMPTY, FULL])

    with kept.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(KEPT)) == 1


def test_what_no_column_takes_is_refused() -> None:
    """A fault of ours, seen before anything is sent."""
    with pytest.raises(TypeError, match="object"):
        _written(object())


def test_a_text_that_a_server_cannot_keep_is_a_failure(kept: Database) -> None:
    """And never another text in its place; SQLite keeps the zero character."""
    row = {**FULL, "name": "a\0b"}
    is_server = isinstance(kept, PostgresqlDatabase)
    expected = pytest.raises(StorageError) if is_server else contextlib.nullcontext()

    with expected, kept.writing() as connection:
        LOADER.load(connection, [row])

    with kept.reading() as connection:
        found = connection.scalars(select(KEPT.c.name)).all()
    assert found == ([] if is_server else ["a\0b"])
