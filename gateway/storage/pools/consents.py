"""What people have consented to, for each client. Works inside a transaction of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from gateway.storage.pools.oauth_tables import OAUTH_CONSENT
from gateway.storage.upserts import insert_or_update

_KEY: Final = (
    OAUTH_CONSENT.c.pool_id,
    OAUTH_CONSENT.c.sub,
    OAUTH_CONSENT.c.client_id,
)
_FIND: Final = select(OAUTH_CONSENT.c.scopes).where(
    *(column == bindparam(f"the_{column.name}") for column in _KEY)
)
_KEEP: Final = insert_or_update(OAUTH_CONSENT, _KEY)
# Nobody uses more clients of one pool than this.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class StoredConsent:
    """What somebody has consented to.

    Attributes:
        client_id: The client.
        scopes: What it may ask for without asking the person again.
        granted_at: When the person last said so.
    """

    client_id: str
    scopes: tuple[str, ...]
    granted_at: datetime


class Consents:
    """The consents of all people, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, sub: str, client_id: str) -> frozenset[str]:
        """Return the scopes that somebody has consented to."""
        row = self._connection.execute(
            _FIND,
            {"the_pool_id": pool_id, "the_sub": sub, "the_client_id": client_id},
        ).first()
        return frozenset() if row is None else frozenset(row.scopes)

    def keep(self, pool_id: str, sub: str, consent: StoredConsent) -> None:
        """Keep a consent in the place of what was kept before."""
        self._connection.execute(
            _KEEP,
            {
                "pool_id": pool_id,
                "sub": sub,
                "client_id": consent.client_id,
                "scopes": list(consent.scopes),
                "granted_at": consent.granted_at,
            },
        )

    def list(self, pool_id: str, sub: str) -> Sequence[StoredConsent]:
        """Return what somebody has consented to, in the order of clients."""
        rows = self._connection.execute(
            select(OAUTH_CONSENT)
            .where(OAUTH_CONSENT.c.pool_id == pool_id, OAUTH_CONSENT.c.sub == sub)
            .order_by(OAUTH_CONSENT.c.client_id)
            .limit(MOST)
        )
        return [
            StoredConsent(row.client_id, tuple(row.scopes), row.granted_at)
            for row in rows
        ]

    def remove(self, pool_id: str, sub: str, client_id: str) -> bool:
        """Remove a consent; return whether there was one."""
        done = self._connection.execute(
            delete(OAUTH_CONSENT).where(
                OAUTH_CONSENT.c.pool_id == pool_id,
                OAUTH_CONSENT.c.sub == sub,
                OAUTH_CONSENT.c.client_id == client_id,
            )
        )
        return done.rowcount > 0
