"""Statements that are compiled once, beside the same ones as SQLAlchemy runs them."""

import contextlib
from datetime import UTC, datetime
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
    bindparam,
    delete,
    insert,
    select,
    update,
)

from gateway.model.errors import StorageError
from gateway.storage.database import Database
from gateway.storage.errors import DuplicateError
from gateway.storage.prepared import Prepared
from gateway.storage.tables import Instant
from gateway.storage.upserts import insert_unless_there

KEPT = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant()),
    Column("json", JSON()),
    Column("raw", LargeBinary()),
    Column("flag", Boolean(), nullable=False),
    Column("name", String(20), nullable=False),
)
FULL: dict[str, Any] = {
    "id": 1,
    "at": datetime(2026, 5, 4, 12, tzinfo=UTC),
    "json": {"b": [1, "é😀"], "a": {}},
    "raw": bytes(range(256)),
    "flag": True,
    "name": "Ana",
}
EMPTY: dict[str, Any] = {
    "id": 2,
    "at": None,
    "json": [],
    "raw": None,
    "flag": False,
    "name": "",
}
ADD = Prepared(insert(KEPT))
FIND = Prepared(
    select(KEPT.c.flag.label("shown"), *KEPT.c).where(
        KEPT.c.name == bindparam("the_name"), KEPT.c.id >= bindparam("the_id")
    )
)
BOTH = {"the_id": 0, "the_name": "Ana"}


@pytest.fixture
def kept(database: Database) -> Database:
    with database.writing() as connection:
        KEPT.create(connection)
    return database


@pytest.mark.parametrize("row", [FULL, EMPTY], ids=["full", "empty"])
def test_what_is_written_is_what_sqlalchemy_reads(
    kept: Database, row: dict[str, Any]
) -> None:
    """Each type by its own rules, so that both ways may be mixed."""
    with kept.writing() as connection:
        ADD.run(connection, row)
        found = connection.execute(select(KEPT)).one()

    assert found._asdict() == row


@pytest.mark.parametrize("row", [FULL, EMPTY], ids=["full", "empty"])
def test_what_sqlalchemy_has_written_is_what_is_read(
    kept: Database, row: dict[str, Any]
) -> None:
    """With the names that the columns have in the statement."""
    with kept.writing() as connection:
        connection.execute(insert(KEPT), [row])
        found = FIND.first(connection, {**BOTH, "the_name": row["name"]})

    assert found._asdict() == {"shown": row["flag"], **row}


def test_values_are_taken_by_their_names(kept: Database) -> None:
    """Not in the order in which they are given, nor more of them than there are."""
    with kept.writing() as connection:
        ADD.run(connection, dict(reversed({**FULL, "more": 1}.items())))
        found = FIND.first(connection, {"the_name": "Ana", "the_id": 1})
        after = FIND.first(connection, {"the_name": "Ana", "the_id": 2})

    assert found.id == 1
    assert after is None


def test_changes_are_part_of_the_transaction(kept: Database) -> None:
    """They are undone with it."""
    change = Prepared(
        update(KEPT)
        .where(KEPT.c.id == bindparam("the_id"))
        .values(name=bindparam("the_name"))
    )
    remove = Prepared(delete(KEPT).where(KEPT.c.id == bindparam("the_id")))
    with kept.writing() as connection:
        ADD.run(connection, FULL)
        ADD.run(connection, EMPTY)
        change.run(connection, {"the_id": 2, "the_name": "Ana"})
        remove.run(connection, {"the_id": 1})

    with contextlib.suppress(ZeroDivisionError), kept.writing() as connection:
        remove.run(connection, {"the_id": 2})
        raise ZeroDivisionError

    with kept.reading() as connection:
        assert FIND.first(connection, BOTH).id == 2


def test_failures_are_those_of_the_database(kept: Database) -> None:
    """Told by the same classes, without the values."""
    with kept.writing() as connection:
        ADD.run(connection, FULL)
        Prepared(insert_unless_there(KEPT)).run(connection, FULL)

    with pytest.raises(DuplicateError), kept.writing() as connection:
        ADD.run(connection, FULL)
    with pytest.raises(StorageError) as caught, kept.writing() as connection:
        ADD.run(connection, {**FULL, "id": 2, "flag": None})

    assert type(caught.value) is StorageError
    assert "Ana" not in caught.value.detail
