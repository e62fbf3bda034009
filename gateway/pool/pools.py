"""Pools: found, made, changed, deleted.

Reference: Amazon Cognito, CreateUserPool, UpdateUserPool, DeleteUserPool.
"""

import re
import secrets
import string
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.config.settings.own_paths import POOL_ID
from gateway.pool.errors import (
    InvalidParameterError,
    NameTakenError,
    NotAllowedError,
    PoolNotFoundError,
)
from gateway.pool.flaws.flaw import refuse
from gateway.pool.flaws.settings import find_change_flaws, find_flaws
from gateway.pool.json_form import from_json, to_json
from gateway.pool.listed import Listed
from gateway.pool.paging import PAGE, check_limit
from gateway.pool.pool import Pool
from gateway.pool.remembered import Remembered
from gateway.pool.settings import PoolSettings
from gateway.storage.cursors import Cursors
from gateway.storage.database import Database
from gateway.storage.epochs import note_change
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.pools import StoredPool, StoredPools

# What changes of pools are told under (`gateway.storage.epochs`); the key is the pool's id.
POOL_TOPIC: Final = "pool"

_LETTERS: Final = string.ascii_letters + string.digits
_RANDOM: Final = 9

_ID: Final = re.compile(POOL_ID)


def is_pool_id(text: str) -> bool:
    """Whether a pool may be called that."""
    return _ID.fullmatch(text) is not None


class Pools:
    """All pools. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        cursors: Cursors,
        clock: Callable[[], datetime],
        region: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remember nothing yet.

        Args:
            database: Where pools are kept.
            cursors: Writes and reads where a page of a list ended.
            clock: The time.
            region: What ids of new pools begin with.
            monotonic: Seconds that pass.
        """
        self._database = database
        self._cursors = cursors
        self._clock = clock
        self._region = region
        self._remembered: Remembered[Pool] = Remembered(monotonic=monotonic)

    def find(self, pool_id: str) -> Pool | None:
        """Return a pool, as it was at most a second ago.

        Raises:
            StorageError: The database cannot be read.
        """
        if not is_pool_id(pool_id):
            return None
        return self._remembered.get(pool_id, lambda: self._read(pool_id))

    def get(self, pool_id: str) -> Pool:
        """Return a pool, as it was at most a second ago.

        Raises:
            PoolNotFoundError: There is none of that id.
            StorageError: The database cannot be read.
        """
        pool = self.find(pool_id)
        if pool is None:
            raise PoolNotFoundError("no such pool")
        return pool

    def list(self, *, cursor: str | None = None, limit: int = PAGE) -> Listed[Pool]:
        """Return a page of all pools, in the order of their ids.

        Raises:
            CursorError: The cursor is none of this list's.
            InvalidParameterError: The limit is none.
            StorageError: The database cannot be read.
        """
        check_limit(limit)
        with self._database.reading() as connection:
            stored, end = StoredPools(connection).page(
                self._cursors, cursor=cursor, limit=limit
            )
        return Listed([_pool(each) for each in stored], end)

    def create(self, settings: PoolSettings, *, pool_id: str | None = None) -> Pool:
        """Make a pool.

        Args:
            settings: What it is told.
            pool_id: Its id; a new one if there is none.

        Raises:
            InvalidParameterError: A setting is not one, or the id is none.
            NameTakenError: There is a pool with that id.
            StorageError: Nothing was kept.
        """
        refuse(find_flaws(settings))
        if pool_id is None:
            pool_id = self._new_id()
        elif not is_pool_id(pool_id):
            raise InvalidParameterError(f"id: has to be like {self._new_id()}")
        pool = Pool(pool_id, settings, self._clock())

        def work(connection: Connection) -> None:
            StoredPools(connection).add(
                StoredPool(pool.id, to_json(settings), pool.created_at, pool.created_at)
            )

        try:
            self._database.write(work)
        except DuplicateError as error:
            raise NameTakenError("there is a pool with that id") from error
        self._remembered.forget(pool.id)
        return pool

    def change(
        self, pool_id: str, revise: Callable[[PoolSettings], PoolSettings]
    ) -> Pool:
        """Tell a pool something else.

        Args:
            pool_id: Which.
            revise: From the present settings to the new ones; may be called several times.

        Raises:
            PoolNotFoundError: There is none of that id.
            InvalidParameterError: A setting is not one, or cannot be changed any more.
            StorageError: Nothing was kept.
        """
        now = self._clock()

        def work(connection: Connection) -> Pool:
            pools = StoredPools(connection)
            stored = pools.find(pool_id)
            if stored is None:
                raise PoolNotFoundError("no such pool")
            before = _pool(stored)
            settings = revise(before.settings)
            refuse(find_flaws(settings))
            refuse(find_change_flaws(before.settings, settings))
            pools.change(pool_id, to_json(settings), now)
            note_change(connection, POOL_TOPIC, pool_id)
            return Pool(pool_id, settings, before.created_at)

        try:
            return self._database.write(work)
        finally:
            self._remembered.forget(pool_id)

    def delete(self, pool_id: str) -> None:
        """Delete a pool with everybody and everything in it.

        Raises:
            PoolNotFoundError: There is none of that id.
            NotAllowedError: It is protected; that has to be switched off first.
            StorageError: Nothing was deleted.
        """

        def work(connection: Connection) -> None:
            pools = StoredPools(connection)
            stored = pools.find(pool_id)
            if stored is None:
                raise PoolNotFoundError("no such pool")
            if _pool(stored).settings.is_protected:
                raise NotAllowedError("the pool is protected from being deleted")
            pools.remove(pool_id)
            note_change(connection, POOL_TOPIC, pool_id)

        try:
            self._database.write(work)
        finally:
            self._remembered.forget(pool_id)

    def _read(self, pool_id: str) -> Pool | None:
        with self._database.reading() as connection:
            stored = StoredPools(connection).find(pool_id)
        return None if stored is None else _pool(stored)

    def _new_id(self) -> str:
        random = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
        return f"{self._region}_{random}"


def _pool(stored: StoredPool) -> Pool:
    settings = from_json(PoolSettings, stored.settings)
    return Pool(stored.id, settings, stored.created_at)
