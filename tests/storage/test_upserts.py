"""Rows that may be there already, on both databases."""

from sqlalchemy import select

from gateway.storage.database import Database
from gateway.storage.tables import IDENTITY
from gateway.storage.upserts import insert_or_update, insert_unless_there
from tests.storage.conftest import NOON

ROW = {
    "id": "us-east-1:1",
    "provider": "corp",
    "subject": "ana",
    "kind": "authenticated",
    "created_at": NOON,
}


def _rows(database: Database) -> list[tuple[str, str, str]]:
    columns = IDENTITY.c.id, IDENTITY.c.subject, IDENTITY.c.kind
    with database.reading() as connection:
        return [
            (row.id, row.subject, row.kind)
            for row in connection.execute(select(*columns).order_by(IDENTITY.c.id))
        ]


def test_a_row_that_is_there_is_left_alone(database: Database) -> None:
    """Whichever of its keys finds it."""
    with database.writing() as connection:
        for change in ({}, {"id": "us-east-1:2"}, {"subject": "bob"}):
            connection.execute(insert_unless_there(IDENTITY), {**ROW, **change})

    assert _rows(database) == [("us-east-1:1", "ana", "authenticated")]


def test_a_row_that_is_there_is_changed_where_it_may(database: Database) -> None:
    """What is not named stays as it was."""
    key = [IDENTITY.c.provider, IDENTITY.c.subject]
    statement = insert_or_update(IDENTITY, key, change=[IDENTITY.c.kind])

    with database.writing() as connection:
        connection.execute(statement, ROW)
        connection.execute(statement, {**ROW, "id": "us-east-1:2", "kind": "service"})
        connection.execute(statement, {**ROW, "id": "us-east-1:3", "subject": "bob"})

    assert _rows(database) == [
        ("us-east-1:1", "ana", "service"),
        ("us-east-1:3", "bob", "authenticated"),
    ]


def test_by_default_all_of_a_row_but_its_key_is_changed(database: Database) -> None:
    """As if it had been put there now."""
    statement = insert_or_update(IDENTITY, [IDENTITY.c.provider, IDENTITY.c.subject])

    with database.writing() as connection:
        connection.execute(statement, ROW)
        connection.execute(statement, {**ROW, "id": "us-east-1:2", "kind": "service"})

    assert _rows(database) == [("us-east-1:2", "ana", "service")]
