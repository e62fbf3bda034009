"""What the services of pools stand on in a test."""

from typing import Any

from gateway.app.pools import PoolGround
from gateway.keys.seal import StoreKey
from gateway.storage.database import Database
from tests.flows.house import NOON
from tests.pool.leaks import KnownLeaks

KEY = StoreKey(bytes(range(32)))


class NothingToTell:
    """Is told of nothing."""

    def warning(self, event: str, **fields: Any) -> None:
        raise AssertionError(event)

    debug = info = error = exception = warning


def ground(database: Database, store_key: StoreKey = KEY) -> PoolGround:
    return PoolGround(
        database=database,
        store_key=store_key,
        clock=lambda: NOON,
        region="eu-central-1",
        public_url="https://gateway.example",
        logger=NothingToTell(),
        leaks=KnownLeaks(),
    )
