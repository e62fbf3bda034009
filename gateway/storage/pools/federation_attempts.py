"""Browsers that are at a provider, as digests of what they were sent there with.

Works inside a transaction of somebody else's, so that of two who come back with the same one
wins.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from gateway.storage.pools.federation_tables import FEDERATION_ATTEMPT

_THIS: Final = FEDERATION_ATTEMPT.c.digest == bindparam("the_digest")
_FIND: Final = select(FEDERATION_ATTEMPT).where(_THIS)
_REMOVE: Final = delete(FEDERATION_ATTEMPT).where(_THIS)
_CHANGE: Final = (
    update(FEDERATION_ATTEMPT).where(_THIS).values(rest=bindparam("the_rest"))
)
_COUNT: Final = select(func.count()).where(
    FEDERATION_ATTEMPT.c.address == bindparam("the_address"),
    FEDERATION_ATTEMPT.c.expires_at > bindparam("now"),
)


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """What is kept while a browser is at a provider.

    Attributes:
        digest: Of the state that it was sent there with.
        pool_id: The pool that the person wants to come into.
        provider: The provider's id.
        browser: Digest of what the browser has to show when it comes back.
        address: Where it came from; empty if nobody knows.
        rest: Sealed.
        expires_at: From when on it is good for nothing.
    """

    digest: bytes = field(repr=False)
    pool_id: str
    provider: str
    browser: bytes = field(repr=False)
    address: str
    rest: str = field(repr=False)
    expires_at: datetime


class StoredAttempts:
    """The attempts of all browsers, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: bytes) -> StoredAttempt | None:
        """Return an attempt, however old it is."""
        row = self._connection.execute(_FIND, {"the_digest": digest}).first()
        if row is None:
            return None
        return StoredAttempt(
            digest=row.digest,
            pool_id=row.pool_id,
            provider=row.provider,
            browser=row.browser,
            address=row.address,
            rest=row.rest,
            expires_at=row.expires_at,
        )

    def add(self, attempt: StoredAttempt) -> None:
        """Keep a new attempt."""
        self._connection.execute(
            insert(FEDERATION_ATTEMPT),
            [
                {
                    "digest": attempt.digest,
                    "pool_id": attempt.pool_id,
                    "provider": attempt.provider,
                    "browser": attempt.browser,
                    "address": attempt.address,
                    "rest": attempt.rest,
                    "expires_at": attempt.expires_at,
                }
            ],
        )

    def change(self, digest: bytes, rest: str) -> None:
        """Keep something else of an attempt, sealed."""
        values = {"the_digest": digest, "the_rest": rest}
        self._connection.execute(_CHANGE, values)

    def count_from(self, address: str, now: datetime) -> int:
        """Return how many of an address are under way."""
        values = {"the_address": address, "now": now}
        found: int = self._connection.execute(_COUNT, values).scalar_one()
        return found

    def remove(self, digest: bytes) -> bool:
        """Let it be good for nothing; return whether it was there."""
        return self._connection.execute(_REMOVE, {"the_digest": digest}).rowcount > 0

    def remove_expired(self, now: datetime) -> int:
        """Remove what is over; return how much there was."""
        done = self._connection.execute(
            delete(FEDERATION_ATTEMPT).where(FEDERATION_ATTEMPT.c.expires_at <= now)
        )
        return done.rowcount
