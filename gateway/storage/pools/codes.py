"""Codes that were sent to people and not used yet, as digests.

One for each person, purpose and target: a new one takes the place of the one before. Works
inside a transaction of somebody else's, so that of two who use a code at once one wins.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, select

from gateway.storage.pools.tables import POOL_CODE
from gateway.storage.upserts import insert_or_update

_KEY: Final = (
    POOL_CODE.c.pool_id,
    POOL_CODE.c.sub,
    POOL_CODE.c.purpose,
    POOL_CODE.c.target,
)
_MEANT: Final = and_(*(column == bindparam(f"the_{column.name}") for column in _KEY))
_FIND: Final = select(POOL_CODE).where(_MEANT)
_REMOVE: Final = delete(POOL_CODE).where(_MEANT)
_KEEP: Final = insert_or_update(POOL_CODE, _KEY)


@dataclass(frozen=True, slots=True)
class CodeKey:
    """Which code.

    Attributes:
        pool_id: The pool.
        sub: The person.
        purpose: What it is good for.
        target: For which attribute, if several may wait for one; else empty.
    """

    pool_id: str
    sub: str
    purpose: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class StoredCode:
    """What is kept of a code.

    Attributes:
        digest: Keyed.
        expires_at: From when on it is good for nothing.
        tries: How often something else was typed.
        value: What it puts into force: the address that it proves, say.
    """

    digest: bytes = field(repr=False)
    expires_at: datetime
    tries: int = 0
    value: str = field(default="", repr=False)


class UserCodes:
    """The codes of all people, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, key: CodeKey) -> StoredCode | None:
        """Return the code that was sent last, however old it is."""
        row = self._connection.execute(_FIND, _named(key)).first()
        if row is None:
            return None
        return StoredCode(row.digest, row.expires_at, row.tries, row.value)

    def keep(self, key: CodeKey, code: StoredCode) -> None:
        """Keep a code in the place of the one before."""
        self._connection.execute(
            _KEEP,
            {
                "pool_id": key.pool_id,
                "sub": key.sub,
                "purpose": key.purpose,
                "target": key.target,
                "digest": code.digest,
                "expires_at": code.expires_at,
                "tries": code.tries,
                "value": code.value,
            },
        )

    def remove(self, key: CodeKey) -> None:
        """Let a code be good for nothing."""
        self._connection.execute(_REMOVE, _named(key))

    def remove_expired(self, now: datetime) -> int:
        """Remove what is good for nothing any more; return how many there were."""
        done = self._connection.execute(
            delete(POOL_CODE).where(POOL_CODE.c.expires_at <= now)
        )
        return done.rowcount


def _named(key: CodeKey) -> dict[str, str]:
    return {
        "the_pool_id": key.pool_id,
        "the_sub": key.sub,
        "the_purpose": key.purpose,
        "the_target": key.target,
    }
