"""Sign-ins that came from a provider, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.storage.database import Database
from gateway.storage.pools.federated_sessions import (
    StoredFederatedSession,
    StoredFederatedSessions,
)
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA = person(1)
ONE = StoredFederatedSession(
    "one", PEOPLE, ANA.sub, "corp", "1", b"u" * 32, None, "sealed-rest", NOON
)
TWO = replace(ONE, sign_in="two", upstream=None, expires_at=NOON + timedelta(hours=1))
THREE = replace(TWO, sign_in="three", provider="other")


def test_a_sign_in_is_found_by_either_side(database: Database) -> None:
    """By the browser's session, by the provider's session and by its subject."""
    add_pools(database)
    with database.writing() as connection:
        add(connection, ANA)
        sessions = StoredFederatedSessions(connection)
        for each in (ONE, TWO, THREE):
            sessions.add(each)

        assert sessions.has("one")
        assert not sessions.has("four")
        assert sessions.of_upstream("corp", b"u" * 32) == [ONE]
        assert sessions.of_upstream("other", b"u" * 32) == []
        assert sessions.of_subject("corp", "1") == [ONE, TWO]
        assert sessions.of_browser("b") is None
        sessions.bind("two", "b")
        assert sessions.of_browser("b") == replace(TWO, browser_session="b")

        assert sessions.remove("two")
        assert not sessions.remove("two")
        assert sessions.remove_expired(NOON) == 1
        assert not sessions.has("one")
        Users(connection).remove(PEOPLE, ANA.sub)
        assert not sessions.has("three")
    assert "sealed-rest" not in repr(ONE)
