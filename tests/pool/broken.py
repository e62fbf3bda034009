"""A database that fails at one of the statements that write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import event

from gateway.storage.database import Database

_WRITES = ("INSERT", "UPDATE", "DELETE")


class BrokenError(Exception):
    """The database is gone."""


class Break:
    """Where it breaks, and whether it came to that."""

    def __init__(self, number: int) -> None:
        self._left = number
        self.happened = False

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().startswith(_WRITES):
            return
        self._left -= 1
        if self._left == 0:
            self.happened = True
            raise BrokenError(statement)


@contextmanager
def breaking(database: Database, number: int) -> Iterator[Break]:
    """Let the database fail at the n-th statement that writes."""
    broken = Break(number)
    event.listen(database._engine, "before_cursor_execute", broken)
    try:
        yield broken
    finally:
        event.remove(database._engine, "before_cursor_execute", broken)


def break_at_each(
    database: Database,
    attempt: Callable[[], object],
    signs: Callable[[], tuple[bool, ...]],
) -> int:
    """Try something until it succeeds, with a failure one statement later each time.

    After each of them all signs that it was done are there, or none.

    Returns:
        How often it failed.
    """
    assert not any(signs())
    for number in count(1):
        with breaking(database, number) as broken:
            try:
                attempt()
            except BrokenError:
                assert broken.happened
        assert len(set(signs())) == 1, f"at statement {number}: {signs()}"
        if all(signs()):
            return number - 1
        assert broken.happened
    raise AssertionError
