"""Statements that are asked so often that they are compiled once and for all.

SQLAlchemy looks each statement up, binds its values and wraps its rows anew each time; for a
small statement that costs several times what SQLite itself takes. Here SQLAlchemy's own
compiler writes the SQL and its own types convert the values, once; the driver is asked in the
transaction of the caller's connection. Whoever calls sees no difference. A server is asked by
way of SQLAlchemy as ever: the way there is what takes the time.

What goes wrong is raised as the driver says it, which `gateway.storage.database` translates.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.types import TypeEngine

_SQLITE: Final = "sqlite"

_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as SQLite's driver takes it.

    Attributes:
        text: The SQL.
        binds: Of each place in it, whose value it takes, and how that is converted.
        row: What a row becomes; of a statement that has none, nothing.
        results: How the values of a row are converted, in their order.
    """

    text: str
    binds: Sequence[tuple[str, _Convert | None]]
    row: Callable[..., Any]
    results: Sequence[_Convert | None]

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values for the places, in their order."""
        return [
            values[name] if convert is None else convert(values[name])
            for name, convert in self.binds
        ]

    def read(self, found: Sequence[Any]) -> Any:
        """Return a row, whose values have the names of the columns."""
        return self.row(
            *[
                value if convert is None else convert(value)
                for value, convert in zip(found, self.results, strict=True)
            ]
        )


class Prepared:
    """One statement. All of its values are named, and all of them are always given."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        """Keep a statement; it is compiled when it is first asked.

        Args:
            statement: Each value that it takes is a `bindparam`; an `insert` takes one for
                each column of its table.
        """
        self._statement = statement

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return the first row that is found, with attributes named by its columns.

        Args:
            connection: Of the caller's transaction.
            values: By name.

        Returns:
            `None` if there is no row.
        """
        if connection.dialect.name != _SQLITE:
            return connection.execute(self._statement, dict(values)).first()
        ready = self._ready
        found = _driver(connection).execute(ready.text, ready.bound(values)).fetchone()
        return None if found is None else ready.read(found)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Change what the statement changes; the arguments are those of `first`."""
        if connection.dialect.name != _SQLITE:
            connection.execute(self._statement, dict(values))
            return
        ready = self._ready
        _driver(connection).execute(ready.text, ready.bound(values))

    @cached_property
    def _ready(self) -> _Compiled:
        dialect = SQLiteDialect_pysqlite()
        compiled = self._statement.compile(dialect=dialect)

        def bind(kind: TypeEngine[Any]) -> _Convert | None:
            return kind.dialect_impl(dialect).bind_processor(dialect)

        def result(kind: TypeEngine[Any]) -> _Convert | None:
            return kind.dialect_impl(dialect).result_processor(dialect, None)

        names = compiled.positiontup or ()
        columns = getattr(self._statement, "selected_columns", ())
        return _Compiled(
            text=compiled.string,
            binds=[(name, bind(compiled.binds[name].type)) for name in names],
            row=namedtuple("Row", [column.key for column in columns]),  # noqa: PYI024
            results=[result(column.type) for column in columns],
        )


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
