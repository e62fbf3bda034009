"""A database with two pools and nobody in them, and people to put there."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, insert

from gateway.model.user import User, UserStatus
from gateway.storage.database import Database
from gateway.storage.pools.tables import POOL
from gateway.storage.pools.users import Name, Users

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PEOPLE, OTHERS = "us-east-1_Ab3dEfGh9", "us-east-1_Others999"


def add_pools(database: Database) -> None:
    """Add both pools."""
    with database.writing() as connection:
        connection.execute(
            insert(POOL),
            [
                {"id": id_, "settings": {}, "created_at": NOON, "updated_at": NOON}
                for id_ in (PEOPLE, OTHERS)
            ],
        )


def person(number: int, *, pool_id: str = PEOPLE, **changed: object) -> User:
    """Return somebody whose id sorts by the number."""
    user = User(
        pool_id=pool_id,
        sub=f"{number:08}-0000-4000-8000-000000000000",
        username=f"user{number}",
        status=UserStatus.CONFIRMED,
        enabled=True,
        attributes={"email": f"user{number}@example.com", "name": "Ünï \N{SNOWMAN}"},
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(user, **changed)  # type: ignore[arg-type]  # by the tests' own words


def add(connection: Connection, user: User, *names: str, **search: str | None) -> None:
    """Add a person with names that lead to them."""
    found = {"by_username": user.username, **search}
    Users(connection).add(
        user, [Name(name, "username") for name in names], search=found
    )
