"""Changes are passed on, and a database that is away is told of once."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from gateway.app.hearing import SWEEP, Hearing
from gateway.identity.recent import RecentChanges
from gateway.model.errors import StorageError
from gateway.pool.pools import POOL_TOPIC
from gateway.storage.epochs import News
from gateway.storage.pools.users import USER_TOPIC
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from tests.flows.house import NOON
from tests.telemetry.fakes import MemorySink

SECOND = timedelta(seconds=1)


class Reader:
    """Says what the test has it say."""

    def __init__(self) -> None:
        self.news: News | StorageError = News()
        self.swept_at: list[datetime] = []
        self.sweeps = True

    def catch_up(self) -> News:
        if isinstance(self.news, StorageError):
            raise self.news
        return self.news

    def forget_old(self, now: datetime) -> None:
        self.swept_at.append(now)
        if not self.sweeps:
            raise StorageError("read-only")


class Desk:
    """A hearing with everything around it."""

    def __init__(self) -> None:
        self.now = NOON
        self.reader = Reader()
        self.recent = RecentChanges()
        self.sink = MemorySink()
        self.writer = LineWriter(sink=self.sink)
        self.hearing = Hearing(
            reader=self.reader,
            recent=self.recent,
            clock=lambda: self.now,
            logger=build_logger(
                writer=self.writer, level="info", clock=lambda: self.now
            ),
        )

    def logged(self) -> list[str]:
        self.writer.flush()
        return [json.loads(line)["event"] for line in self.sink.data.splitlines()]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.writer.close()


def test_changed_identities_are_passed_on(desk: Desk) -> None:
    """Those alone: other topics have other listeners."""
    desk.reader.news = News(
        {"identity": frozenset({"ana"}), "others": frozenset({"bob"})}
    )

    desk.hearing.tick()

    assert desk.recent.outdate("ana", 0)
    assert not desk.recent.outdate("bob", 0)


def test_everything_is_passed_on(desk: Desk) -> None:
    """Too much to tell."""
    desk.reader.news = News(everything=True)

    desk.hearing.tick()

    assert desk.recent.outdate("anybody", 0)


def test_a_database_that_is_away_is_told_of_once(desk: Desk) -> None:
    """And once more when it is back."""
    desk.reader.news = StorageError("db: is locked")
    for _ in range(3):
        desk.hearing.tick()
    desk.reader.news = News()
    for _ in range(3):
        desk.hearing.tick()

    assert desk.logged() == [
        "changes of identities are not heard",
        "changes of identities are heard again",
    ]


def test_old_changes_are_removed_now_and_then(desk: Desk) -> None:
    """The pair around the time; that it cannot be done is no reason not to listen."""
    desk.reader.sweeps = False
    for length in (SWEEP - SECOND, SECOND, SECOND, SWEEP):
        desk.now += length
        desk.hearing.tick()

    assert desk.reader.swept_at == [NOON + SWEEP, NOON + 2 * SWEEP + SECOND]
    assert desk.logged() == []


def test_people_of_pools_are_passed_on_beside_identities(desk: Desk) -> None:
    """Under a text that is no identity's id."""
    desk.reader.news = News({USER_TOPIC: frozenset({"pool/ana"})})

    desk.hearing.tick()

    assert desk.recent.outdate("pool_user/pool/ana", 0)
    assert not desk.recent.outdate("pool/ana", 0)


def test_a_pool_that_changes_takes_everything_along(desk: Desk) -> None:
    """It may be gone, with everybody in it."""
    desk.reader.news = News({POOL_TOPIC: frozenset({"pool"})})

    desk.hearing.tick()

    assert desk.recent.outdate("anybody", 0)
