"""The queue of messages, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.errors import CursorError
from gateway.storage.pools.message_tables import MAX_ERROR
from gateway.storage.pools.messages import (
    MessageLists,
    Messages,
    MessageState,
    StoredMessage,
)
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA = person(1)
LISTS = MessageLists(cursors=Cursors(secret=b"\1" * 32))


def message(number: int, **changed: object) -> StoredMessage:
    """Return a message that waits since noon, or so many minutes after."""
    made = StoredMessage(
        id=f"{number:032x}",
        pool_id=PEOPLE,
        sub=ANA.sub,
        kind="sign_up",
        medium="email",
        destination="ana@example.com",
        state=MessageState.WAITING,
        content="sealed",
        created_at=NOON + number * MINUTE,
        due_at=NOON + number * MINUTE,
        give_up_at=NOON + timedelta(days=1),
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # by the tests' own words


@pytest.fixture
def people(database: Database) -> Database:
    """Return a database with Ana in it."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
    return database


def keep(people: Database, *messages: StoredMessage) -> None:
    with people.writing() as connection:
        for each in messages:
            Messages(connection).add(each)


def claim(people: Database, now: datetime, limit: int = 10) -> list[StoredMessage]:
    return people.write(
        lambda connection: list(
            Messages(connection).claim(now=now, until=now + MINUTE, limit=limit)
        )
    )


def find(people: Database, number: int) -> StoredMessage | None:
    with people.reading() as connection:
        return Messages(connection).find(f"{number:032x}")


def test_messages_are_claimed_in_the_order_in_which_they_are_due(
    people: Database,
) -> None:
    """To the moment, and no more than asked for."""
    keep(people, message(3), message(1), message(2))

    assert claim(people, NOON) == []
    first, second = claim(people, NOON + 2 * MINUTE, limit=2)

    until = NOON + 3 * MINUTE
    assert first == replace(message(1), due_at=until, tries=1)
    assert second == replace(message(2), due_at=until, tries=1)
    assert find(people, 1) == first


def test_whether_anything_is_due_is_told_without_a_claim(people: Database) -> None:
    """To the moment; what is over is not."""
    keep(people, message(1), message(0, state=MessageState.FAILED))

    with people.reading() as connection:
        messages = Messages(connection)
        assert not messages.is_any_due(NOON)
        assert messages.is_any_due(NOON + MINUTE)


def test_what_is_claimed_is_nobody_elses_until_its_time_is_over(
    people: Database,
) -> None:
    """Whoever died over it leaves it to the next."""
    keep(people, message(0))
    (mine,) = claim(people, NOON)

    assert claim(people, NOON + MINUTE - timedelta(microseconds=1)) == []
    (theirs,) = claim(people, NOON + MINUTE)

    assert (mine.tries, theirs.tries) == (1, 2)


def test_what_came_of_a_message_is_kept_for_the_last_claim_alone(
    people: Database,
) -> None:
    """Who comes back too late does not undo what another one has done."""
    keep(people, message(0))
    (late,) = claim(people, NOON)
    (last,) = claim(people, NOON + MINUTE)
    failed = replace(last, state=MessageState.FAILED, error="x" * 600, content=None)
    failed = replace(failed, finished_at=NOON, purge_at=NOON + MINUTE)

    with people.writing() as connection:
        messages = Messages(connection)
        assert not messages.settle(replace(late, state=MessageState.DELIVERED))
        assert messages.settle(failed)
        assert not messages.settle(failed)

    assert find(people, 0) == replace(failed, error="x" * MAX_ERROR)
    assert claim(people, NOON + timedelta(days=9)) == []


def test_a_message_that_failed_may_be_tried_again(people: Database) -> None:
    """As long as it is known what was to be told."""
    failed = {"state": MessageState.FAILED, "finished_at": NOON, "purge_at": NOON}
    keep(people, message(0, **failed), message(1, content=None, **failed), message(2))
    later = NOON + timedelta(days=2)

    with people.writing() as connection:
        messages = Messages(connection)
        done = [
            messages.retry(f"{number:032x}", now=NOON, give_up_at=later)
            for number in range(4)
        ]

    assert done == [True, False, False, False]
    assert find(people, 0) == message(0, give_up_at=later)


def test_contents_go_first_and_the_rest_goes_later(people: Database) -> None:
    """To the moment."""
    done = {"state": MessageState.DELIVERED, "finished_at": NOON}
    keep(people, message(0, purge_at=NOON, **done), message(1, purge_at=None))
    month = NOON + timedelta(days=30)

    def purge(now: datetime) -> int:
        return people.write(
            lambda connection: Messages(connection).purge(now, keep_until=month)
        )

    assert purge(NOON - timedelta(microseconds=1)) == 0
    assert purge(NOON) == 1
    emptied = find(people, 0)
    assert emptied == message(0, content=None, purge_at=month, **done)
    assert purge(month - timedelta(microseconds=1)) == 0
    assert purge(month) == 1
    assert find(people, 0) is None
    assert find(people, 1) == message(1)


def test_messages_go_with_the_person(people: Database) -> None:
    """Who is deleted is told nothing any more."""
    keep(people, message(0))

    with people.writing() as connection:
        Users(connection).remove(PEOPLE, ANA.sub)

    assert find(people, 0) is None


def test_lists_are_pages_the_latest_first(people: Database) -> None:
    """By address, by state, by both, and all."""
    other = {"destination": "bob@example.com"}
    failed = {"state": MessageState.FAILED}
    keep(people, message(1), message(2, **failed), message(3, **other), message(4))

    def ids(connection: Connection, **filters: object) -> list[int]:
        page = LISTS.page(connection, **filters)  # type: ignore[arg-type]
        return [int(each.id, 16) for each in page.messages]

    with people.reading() as connection:
        assert ids(connection) == [4, 3, 2, 1]
        assert ids(connection, to="ana@example.com") == [4, 2, 1]
        assert ids(connection, state=MessageState.FAILED) == [2]
        assert ids(connection, to="bob@example.com", state=MessageState.FAILED) == []
        first = LISTS.page(connection, to="ana@example.com", limit=2)
        assert ids(connection, to="ana@example.com", cursor=first.next) == [1]
        with pytest.raises(CursorError):
            LISTS.page(connection, to="bob@example.com", cursor=first.next)


@pytest.mark.parametrize(
    ("where", "order", "index"),
    [
        ("state = 'waiting' AND due_at <= '2026-05-04'", "due_at, id", "due"),
        ("state = 'failed'", "created_at DESC, id DESC", "state"),
        ("destination = 'a'", "created_at DESC, id DESC", "destination"),
        ("created_at < '2026-05-04'", "created_at DESC, id DESC", "created_at"),
        ("purge_at <= '2026-05-04'", "purge_at", "purge_at"),
    ],
)
def test_whatever_is_asked_is_a_piece_of_an_index(
    people: Database, where: str, order: str, index: str
) -> None:
    """Nothing is sorted."""
    with people.writing() as connection:
        on_server = connection.dialect.name == "postgresql"
        explain = "EXPLAIN" if on_server else "EXPLAIN QUERY PLAN"
        if on_server:
            for name in ("seqscan", "sort", "bitmapscan"):
                connection.execute(text(f"SET LOCAL enable_{name} = off"))
        plan = "\n".join(
            str(row)
            for row in connection.execute(
                text(
                    f"{explain} SELECT * FROM pool_message WHERE {where} "  # noqa: S608 - of the test
                    f"ORDER BY {order} LIMIT 10"
                )
            )
        )

    assert f"ix_pool_message_{index}" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
