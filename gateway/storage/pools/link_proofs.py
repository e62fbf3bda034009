"""Links that wait for a proof: somebody has been at a provider, and is to sign in here too.

Works inside a transaction of somebody else's, so that of two who use one, one wins.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from gateway.storage.pools.link_table import LINK_PROOF

_FIND: Final = select(LINK_PROOF).where(LINK_PROOF.c.digest == bindparam("the_digest"))


@dataclass(frozen=True, slots=True)
class StoredLinkProof:
    """What is kept of a link that waits.

    Attributes:
        pool_id: The pool.
        sub: Who is to sign in.
        provider: Where the browser has been.
        subject: As whom.
        browser: Digest of the browser's name.
        login: What the provider has said and given, sealed.
        expires_at: From when on it is good for nothing.
    """

    pool_id: str
    sub: str
    provider: str
    subject: str
    browser: bytes = field(repr=False)
    login: str = field(repr=False)
    expires_at: datetime


class StoredLinkProofs:
    """The waiting links of everybody, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: bytes) -> StoredLinkProof | None:
        """Return one, however old it is."""
        row = self._connection.execute(_FIND, {"the_digest": digest}).first()
        if row is None:
            return None
        values = dict(row._mapping)  # noqa: SLF001 - the public way to a row's names
        del values["digest"]
        return StoredLinkProof(**values)

    def add(self, digest: bytes, proof: StoredLinkProof) -> None:
        """Keep one."""
        names = [
            column.name for column in LINK_PROOF.columns if column.name != "digest"
        ]
        row: dict[str, Any] = {name: getattr(proof, name) for name in names}
        self._connection.execute(insert(LINK_PROOF), {"digest": digest, **row})

    def remove(self, digest: bytes) -> bool:
        """Remove one; return whether it was there."""
        done = self._connection.execute(
            delete(LINK_PROOF).where(LINK_PROOF.c.digest == digest)
        )
        return done.rowcount > 0

    def remove_of(self, pool_id: str, sub: str) -> int:
        """Remove everything that waits for somebody; return how much there was."""
        done = self._connection.execute(
            delete(LINK_PROOF).where(
                LINK_PROOF.c.pool_id == pool_id, LINK_PROOF.c.sub == sub
            )
        )
        return done.rowcount

    def remove_expired(self, now: datetime) -> int:
        """Remove what is over; return how much there was."""
        done = self._connection.execute(
            delete(LINK_PROOF).where(LINK_PROOF.c.expires_at <= now)
        )
        return done.rowcount
