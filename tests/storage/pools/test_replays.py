"""What may not be presented again, on each database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from gateway.storage.pools.replays import Replays
from tests.databases import Place

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_of_many_who_present_it_at_once_one_is_first(place: Place) -> None:
    database = place.open(busy_timeout=timedelta(seconds=30))

    def attempt(_: int) -> bool:
        return database.write(
            lambda connection: Replays(connection).is_first(b"\1", until=NOON)
        )

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(attempt, range(4)))

    assert sorted(found) == [False, False, False, True]
    with database.writing() as connection:
        replays = Replays(connection)
        assert replays.is_first(b"\2", until=NOON + timedelta(seconds=1))
        assert replays.remove_expired(NOON) == 1
        assert replays.is_first(b"\1", until=NOON)
        assert not replays.is_first(b"\2", until=NOON)
    database.close()
