"""Pages of a list: each begins where the one before ended, and not after so many rows.

So a page costs the same wherever it lies, and a row that comes or goes meanwhile makes no
other one be shown twice or left out. The columns need an index in their order, those that
the list is filtered by first. (A column that is alone an integer primary key is no part of
an index of SQLite's: it ends no range, and rows that are equal before it are gone through.)

Reference: https://use-the-index-luke.com/no-offset,
https://www.sqlite.org/rowvalue.html#scrolling_window_queries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, literal, tuple_

from gateway.storage.cursors import Cursors
from gateway.storage.errors import CursorError

MAX_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        rows: In the list's order.
        next: The cursor of the page behind it; `None` if there is none.
    """

    rows: Sequence[Row[Any]]
    next: str | None


class Keyset:
    """Lists rows in the order of some columns."""

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        *,
        cursors: Cursors,
        descending: bool = False,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            columns: Texts, numbers and times that are never empty; together unique.
            cursors: Writes and reads where a page ended.
            descending: From the last row to the first.

        Raises:
            ValueError: A column may be empty, which has no place in an order.
        """
        empty = [column.name for column in columns if column.nullable]
        if empty or not columns:
            raise ValueError(f"no order: {empty} may be empty")
        self._columns = tuple(columns)
        self._cursors = cursors
        self._descending = descending

    def page(
        self,
        connection: Connection,
        statement: Select[Any],
        *,
        of: str,
        cursor: str | None = None,
        limit: int,
    ) -> Page:
        """Return a page.

        Args:
            connection: Where to read.
            statement: What to list, with its filter; without an order and a limit.
            of: Which list, with the values of its filter: a cursor is good for that alone.
            cursor: What the page before said; `None` for the first one.
            limit: How many rows at most, from 1 to `MAX_ROWS`.

        Raises:
            CursorError: The cursor was not handed out for this list.
            ValueError: The limit is outside its bounds.
        """
        if not 1 <= limit <= MAX_ROWS:
            raise ValueError(f"a page has 1 to {MAX_ROWS} rows")
        if cursor is not None:
            statement = statement.where(self._behind(cursor, of))
        order = [each.desc() if self._descending else each for each in self._columns]
        ends = [each.label(f"end_{n}") for n, each in enumerate(self._columns)]
        # One more than is shown tells whether there is a next page.
        found = connection.execute(
            statement.add_columns(*ends).order_by(*order).limit(limit + 1)
        )
        rows = found.all()
        if len(rows) <= limit:
            return Page(rows, None)
        end = tuple(rows[limit - 1])[-len(ends) :]
        return Page(rows[:limit], self._cursors.write(end, of=of))

    def _behind(self, cursor: str, of: str) -> Any:
        values = self._cursors.read(cursor, of=of)
        if len(values) != len(self._columns):
            # Of an earlier version of the program, which had another order.
            raise CursorError("a cursor of another order")
        place = tuple_(
            *(
                literal(value, column.type)
                for value, column in zip(values, self._columns, strict=True)
            )
        )
        here = tuple_(*self._columns)
        return here < place if self._descending else here > place
