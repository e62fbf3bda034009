"""Pages hold every row once, in order, and each is a piece of an index."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    text,
)

from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import CursorError
from gateway.storage.keyset import MAX_ROWS, Keyset
from gateway.storage.tables import Instant
from tests.storage.conftest import NOON

CURSORS = Cursors(secret=b"s" * 32)
ROWS = 57

BOOK = Table(
    "book",
    MetaData(),
    Column("shelf", String(20), primary_key=True),
    # Not alone: SQLite would make it the row's own number, which ends no range.
    Column("id", Integer, primary_key=True),
    Column("title", String(50), nullable=False),
    Column("bought_at", Instant(), nullable=False),
    Column("lent_to", String(50)),
    Index("ix_book_shelf", "shelf", "bought_at", "id"),
)
KEYSET = Keyset([BOOK.c.bought_at, BOOK.c.id], cursors=CURSORS)
ON_SHELF = select(BOOK.c.id, BOOK.c.title).where(BOOK.c.shelf == "a")


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.writing() as connection:
        BOOK.create(connection)
        connection.execute(
            insert(BOOK),
            [
                {
                    "id": number,
                    "shelf": "ab"[number % 2],
                    "title": f"Title {number}",
                    # Many at the same time, so that the second column counts.
                    "bought_at": NOON + timedelta(days=secrets.randbelow(5)),
                }
                for number in range(2 * ROWS)
            ],
        )
        yield connection


def _walk(connection: Connection, keyset: Keyset, limit: int) -> list[list[int]]:
    pages, cursor = [], None
    while True:
        page = keyset.page(connection, ON_SHELF, of="a", cursor=cursor, limit=limit)
        pages.append([row.id for row in page.rows])
        if page.next is None:
            return pages
        cursor = page.next


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 19, ROWS - 1, ROWS, ROWS + 1, MAX_ROWS])
def test_every_row_is_on_one_page(
    connection: Connection, limit: int, *, descending: bool
) -> None:
    """In the order, which the pages' size does not change."""
    order = [BOOK.c.bought_at, BOOK.c.id]
    sorted_by = [each.desc() for each in order] if descending else order
    wanted = list(connection.execute(ON_SHELF.order_by(*sorted_by)).scalars())
    keyset = Keyset(order, cursors=CURSORS, descending=descending)

    pages = _walk(connection, keyset, limit)

    assert [each for page in pages for each in page] == wanted
    assert {len(page) for page in pages[:-1]} <= {limit}
    assert 0 < len(pages[-1]) <= limit


def test_an_empty_list_is_one_page(connection: Connection) -> None:
    """Without a next one."""
    nothing = ON_SHELF.where(BOOK.c.id < 0)

    page = KEYSET.page(connection, nothing, of="nothing", limit=10)

    assert (list(page.rows), page.next) == ([], None)


def test_rows_that_come_and_go_disturb_no_other(connection: Connection) -> None:
    """With numbered pages, one would be shown twice or left out."""
    first = KEYSET.page(connection, ON_SHELF, of="a", limit=10)
    wanted = [each for page in _walk(connection, KEYSET, 10) for each in page]
    gone = first.rows[3].id
    connection.execute(delete(BOOK).where(BOOK.c.id == gone))
    # The row at which the page ended, too.
    connection.execute(delete(BOOK).where(BOOK.c.id == first.rows[-1].id))
    new = {"id": 9999, "shelf": "a", "title": "x", "bought_at": NOON - timedelta(1)}
    connection.execute(insert(BOOK), [new])

    second = KEYSET.page(
        connection, ON_SHELF, of="a", cursor=first.next, limit=MAX_ROWS
    )

    assert [row.id for row in second.rows] == wanted[10:]


def test_a_page_is_a_piece_of_an_index(connection: Connection) -> None:
    """Nothing is sorted, and nothing before the page is looked at."""
    cursor = KEYSET.page(connection, ON_SHELF, of="a", limit=10).next
    assert cursor
    on_server = connection.dialect.name == "postgresql"
    explain = "EXPLAIN " if on_server else "EXPLAIN QUERY PLAN "
    if on_server:
        # So few rows are read as a whole otherwise.
        for name in ("seqscan", "sort", "bitmapscan"):
            connection.execute(text(f"SET LOCAL enable_{name} = off"))
    behind = ON_SHELF.where(KEYSET._behind(cursor, "a"))
    statement = behind.order_by(BOOK.c.bought_at, BOOK.c.id).limit(10)
    compiled = statement.compile(
        dialect=connection.dialect, compile_kwargs={"literal_binds": True}
    )

    plan = "\n".join(
        str(row) for row in connection.exec_driver_sql(f"{explain}{compiled}")
    )

    assert "ix_book_shelf" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
    bound = "ROW(bought_at, id) > ROW(" if on_server else "(bought_at,id)>(?,?)"
    assert bound.replace(" ", "") in plan.replace(" ", "")


@pytest.mark.parametrize("limit", [0, -1, MAX_ROWS + 1])
def test_a_page_is_bounded(connection: Connection, limit: int) -> None:
    """Whoever speaks with callers has told them so already."""
    with pytest.raises(ValueError, match="1 to 1000"):
        KEYSET.page(connection, ON_SHELF, of="a", limit=limit)


def test_a_cursor_of_another_list_is_refused(connection: Connection) -> None:
    """Another filter; another number of columns; no cursor at all."""
    other = Keyset([BOOK.c.id], cursors=CURSORS)
    cursor = KEYSET.page(connection, ON_SHELF, of="a", limit=1).next

    for keyset, of, each in (
        (KEYSET, "b", cursor),
        (other, "a", cursor),
        (KEYSET, "a", "nonsense"),
    ):
        with pytest.raises(CursorError):
            keyset.page(connection, ON_SHELF, of=of, cursor=each, limit=1)


@pytest.mark.parametrize("columns", [[], [BOOK.c.lent_to, BOOK.c.id]])
def test_what_may_be_empty_is_no_order(columns: list[Column[str]]) -> None:
    """NULL is before nothing and behind nothing: such rows would never be shown."""
    with pytest.raises(ValueError, match="no order"):
        Keyset(columns, cursors=CURSORS)
