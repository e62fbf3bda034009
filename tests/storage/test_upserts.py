"""Rows that may be there already, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.storage.database import Database
from gateway.storage.tables import IDENTITY, IDENTITY_LOGIN
from gateway.storage.upserts import insert_or_update, insert_unless_there
from tests.storage.conftest import NOON
from tests.storage.rows import insert

FIRST, SECOND, LATER = "us-east-1:1", "us-east-1:2", NOON + timedelta(days=1)
ROW = {
    "provider": "corp",
    "subject": "ana",
    "identity_id": FIRST,
    "linked_at": NOON,
}
KEY = [IDENTITY_LOGIN.c.provider, IDENTITY_LOGIN.c.subject]


@pytest.fixture(autouse=True)
def _identities(database: Database) -> None:
    for each in (FIRST, SECOND):
        insert(database, each)


def _rows(database: Database) -> list[tuple[str, str, datetime]]:
    columns = IDENTITY_LOGIN.c.identity_id, KEY[1], IDENTITY_LOGIN.c.linked_at
    with database.reading() as connection:
        return [
            (row.identity_id, row.subject, row.linked_at)
            for row in connection.execute(select(*columns).order_by(KEY[1]))
        ]


def test_a_row_that_is_there_is_left_alone(database: Database) -> None:
    """Whichever of its keys finds it."""
    with database.writing() as connection:
        for change in ({}, {"identity_id": SECOND}):
            connection.execute(insert_unless_there(IDENTITY_LOGIN), {**ROW, **change})
        row = {"id": FIRST, "kind": "service", "created_at": NOON}
        connection.execute(insert_unless_there(IDENTITY), row)
        kinds = connection.execute(select(IDENTITY.c.kind)).scalars().all()

    assert _rows(database) == [(FIRST, "ana", NOON)]
    assert kinds == ["guest", "guest"]


def test_a_row_that_is_there_is_changed_where_it_may(database: Database) -> None:
    """What is not named stays as it was."""
    statement = insert_or_update(
        IDENTITY_LOGIN, KEY, change=[IDENTITY_LOGIN.c.linked_at]
    )

    with database.writing() as connection:
        connection.execute(statement, ROW)
        later = {**ROW, "identity_id": SECOND, "linked_at": LATER}
        connection.execute(statement, later)
        connection.execute(statement, {**ROW, "subject": "bob"})

    assert _rows(database) == [(FIRST, "ana", LATER), (FIRST, "bob", NOON)]


def test_by_default_all_of_a_row_but_its_key_is_changed(database: Database) -> None:
    """As if it had been put there now."""
    statement = insert_or_update(IDENTITY_LOGIN, KEY)

    with database.writing() as connection:
        connection.execute(statement, ROW)
        later = {**ROW, "identity_id": SECOND, "linked_at": LATER}
        connection.execute(statement, later)

    assert _rows(database) == [(SECOND, "ana", LATER)]
