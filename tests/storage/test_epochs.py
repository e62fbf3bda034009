"""Every change is told, once, whoever makes it and however late it is kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from gateway.model.errors import StorageError
from gateway.model.identity import IdentityKind
from gateway.storage.database import Database
from gateway.storage.epochs import (
    IDENTITY_TOPIC,
    RETENTION,
    ChangeReader,
    News,
    heard_as,
    note_change,
)
from gateway.storage.identities import IdentityStore
from gateway.storage.tables import CHANGE
from tests.peers.postgresql import PostgresqlServer
from tests.storage.conftest import NOON, OnServer, Place
from tests.storage.rows import insert

NOTE = "INSERT INTO change (topic, key) VALUES ('pool', '{}')"


class Monotonic:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def reader(database: Database) -> ChangeReader:
    return ChangeReader(database=database)


def _note(database: Database, *keys: str, topic: str = "pool") -> None:
    with database.writing() as connection:
        for key in keys:
            note_change(connection, topic, key)


def _do(database: Database, statement: str) -> None:
    with database.writing() as connection:
        connection.execute(text(statement))


def _keys(news: News) -> Mapping[str, set[str]]:
    assert not news.everything
    return {topic: set(keys) for topic, keys in news.keys.items()}


def test_what_has_changed_is_told_once(
    reader: ChangeReader, database: Database
) -> None:
    """By topic, each key once."""
    assert _keys(reader.catch_up()) == {}

    _note(database, "a", "b", "a")
    _note(database, "a", topic="client")

    assert _keys(reader.catch_up()) == {"pool": {"a", "b"}, "client": {"a"}}
    assert _keys(reader.catch_up()) == {}


def test_each_reader_is_told(reader: ChangeReader, place: Place) -> None:
    """Other processes, with connections of their own; from their beginning on."""
    other = place.open()
    _note(other, "early")
    second = ChangeReader(database=other)
    _note(other, "late")

    assert _keys(reader.catch_up()) == {"pool": {"early", "late"}}
    assert _keys(second.catch_up()) == {"pool": {"late"}}
    other.close()


def test_what_was_not_kept_is_not_told(
    reader: ChangeReader, database: Database
) -> None:
    """A change belongs to its transaction."""
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        note_change(connection, "pool", str(1 // 0))
    with pytest.raises(StorageError):
        _do(database, NOTE.format("a") + " nonsense")

    assert _keys(reader.catch_up()) == {}


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE identity SET disabled = true WHERE id = 'a'", {"a"}),
        ("UPDATE identity SET disabled = true", {"a", "b"}),
        ("UPDATE identity SET disabled = false", set()),
        ("UPDATE identity SET kind = 'service'", set()),
        ("DELETE FROM identity WHERE id = 'b'", {"b"}),
    ],
)
def test_the_database_itself_tells_of_identities(
    reader: ChangeReader, database: Database, statement: str, told: set[str]
) -> None:
    """Also if an operator's own SQL did it; what changes nothing is not told."""
    insert(database, "a")
    insert(database, "b")
    assert _keys(reader.catch_up()) == {}

    _do(database, statement)

    assert _keys(reader.catch_up()) == ({IDENTITY_TOPIC: told} if told else {})


def test_a_new_identity_is_no_change(reader: ChangeReader, database: Database) -> None:
    """Nobody can have remembered it."""
    store = IdentityStore(database=database)
    for _ in range(2):
        store.find_or_create(
            "corp", "ana", kind=IdentityKind.AUTHENTICATED, now=NOON, new_id="a"
        )

    assert _keys(reader.catch_up()) == {}


def test_too_many_changes_are_everything(database: Database) -> None:
    """The pair around the limit; afterwards all is as before."""
    reader = ChangeReader(database=database, limit=3)

    _note(database, "a", "b", "c")
    assert _keys(reader.catch_up()) == {"pool": {"a", "b", "c"}}
    _note(database, "a", "b", "c", "d")
    assert reader.catch_up().everything
    assert _keys(reader.catch_up()) == {}
    _note(database, "e")
    assert _keys(reader.catch_up()) == {"pool": {"e"}}


def test_who_could_not_look_for_long_is_told_everything(database: Database) -> None:
    """Changes may have been removed meanwhile; the pair around the time."""
    monotonic = Monotonic()
    reader = ChangeReader(database=database, monotonic=monotonic)
    half = RETENTION.total_seconds() / 2

    monotonic.now += half - 1
    assert _keys(reader.catch_up()) == {}
    monotonic.now += half
    assert reader.catch_up().everything
    assert _keys(reader.catch_up()) == {}


def test_old_changes_are_removed_and_numbers_not_given_again(
    reader: ChangeReader, database: Database
) -> None:
    """Or a change would hide behind a mark that is ahead of it."""
    _note(database, "a", "b")
    reader.catch_up()
    _do(database, "UPDATE change SET changed_at = '2026-05-04 12:00:00.000000'")

    reader.forget_old(NOON + RETENTION)
    assert _count(database) == 2
    reader.forget_old(NOON + RETENTION + timedelta(seconds=1))
    assert _count(database) == 0

    _note(database, "c")
    assert _keys(reader.catch_up()) == {"pool": {"c"}}


def _count(database: Database) -> int:
    with database.reading() as connection:
        number: int = connection.execute(
            text("SELECT count(*) FROM change")
        ).scalar_one()
    return number


def test_a_change_bears_its_time_in_utc(database: Database) -> None:
    """Whatever the zone of the machine; else it would be removed too early."""
    before = datetime.now(UTC)
    _note(database, "a")

    with database.reading() as connection:
        changed_at = connection.execute(select(CHANGE.c.changed_at)).scalar_one()

    # SQLite knows milliseconds; another machine's clock is the server's matter.
    assert abs(changed_at - before) < timedelta(minutes=1)


def test_a_database_that_is_away_loses_nothing(
    reader: ChangeReader, database: Database
) -> None:
    """What changed meanwhile is told when it is back."""
    _note(database, "a")
    _do(database, "ALTER TABLE change RENAME TO gone")

    with pytest.raises(StorageError):
        reader.catch_up()

    _do(database, "ALTER TABLE gone RENAME TO change")
    assert _keys(reader.catch_up()) == {"pool": {"a"}}


@pytest.fixture
def on_server(server: PostgresqlServer) -> OnServer:
    return OnServer(server)


@pytest.mark.postgresql
def test_a_change_that_is_kept_late_is_told(on_server: OnServer) -> None:
    """It began, and got its number, before others that were told already."""
    server, name = on_server.server, on_server.name
    database = on_server.open()
    reader = ChangeReader(database=database)
    with server.connect(name) as late, late.transaction():
        late.execute(NOTE.format("late").encode())
        server.execute(NOTE.format("early"), name)
        assert _keys(reader.catch_up()) == {"pool": {"early"}}
        server.execute(NOTE.format("next"), name)
        # Not again what was told, although the mark cannot move.
        assert _keys(reader.catch_up()) == {"pool": {"next"}}

    assert _keys(reader.catch_up()) == {"pool": {"late"}}
    assert _keys(reader.catch_up()) == {}
    database.close()
    server.drop_database(name)


@pytest.mark.postgresql
def test_a_crowd_behind_a_transaction_that_goes_on_is_everything_once(
    on_server: OnServer,
) -> None:
    """Or nothing could be remembered for as long as it goes on."""
    server, name = on_server.server, on_server.name
    database = on_server.open()
    reader = ChangeReader(database=database, limit=2)
    with server.connect(name) as late, late.transaction():
        late.execute(NOTE.format("late").encode())
        for key in "abc":
            server.execute(NOTE.format(key), name)
        assert reader.catch_up().everything
        assert _keys(reader.catch_up()) == {}
        server.execute(NOTE.format("d"), name)
        assert reader.catch_up().everything

    assert reader.catch_up().everything
    assert _keys(reader.catch_up()) == {}
    database.close()
    server.drop_database(name)


def test_an_identity_is_heard_under_its_own_id() -> None:
    """Everything else under its topic as well: no two things are one text."""
    assert heard_as(IDENTITY_TOPIC, "region:1") == "region:1"
    assert heard_as("pool_user", "region:1") == "pool_user/region:1"
