"""Rows that may be there already: statements that both databases understand.

SQLAlchemy makes these statements for one dialect at a time. PostgreSQL's are understood by
both (SQLite took the syntax over from there), which a test holds to.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import Insert, insert


def insert_unless_there(table: Table) -> Insert:
    """Return a statement that leaves a row alone that any key of it finds there."""
    return insert(table).on_conflict_do_nothing()


def insert_or_update(
    table: Table,
    key: Sequence[Column[Any]],
    *,
    change: Sequence[Column[Any]] | None = None,
) -> Insert:
    """Return a statement that makes a row, or changes the one with the same key.

    Args:
        table: Where the row belongs.
        key: The columns of the table's primary key, or of a unique constraint.
        change: Which columns of a row that is there get what was to be inserted; by
            default, all but those of the key.
    """
    statement = insert(table)
    if change is None:
        change = [column for column in table.columns if column not in set(key)]
    return statement.on_conflict_do_update(
        index_elements=list(key),
        set_={column.name: statement.excluded[column.name] for column in change},
    )
