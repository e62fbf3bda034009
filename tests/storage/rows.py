"""Rows for tests that care for transactions alone."""

from sqlalchemy import text

from gateway.storage.database import Database

INSERT = text(
    "INSERT INTO identity (id, kind, created_at) "
    "VALUES (:id, 'guest', '2026-05-04 12:00:00.000000')"
)
COUNT = text("SELECT count(*) FROM identity")


def insert(database: Database, subject: str = "s") -> None:
    with database.writing() as connection:
        connection.execute(INSERT, {"id": subject})


def count(database: Database) -> int:
    with database.reading() as connection:
        found: int = connection.execute(COUNT).scalar_one()
    return found
