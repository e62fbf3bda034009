"""What proves the people of pools: hashes, verifiers, seeds, which factors are on.

What could be used as it is, is sealed by whoever writes; here it is text. Works inside a
transaction of somebody else's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from gateway.storage.pools.tables import POOL_SECRET
from gateway.storage.upserts import insert_or_update

_FIND: Final = select(POOL_SECRET).where(
    POOL_SECRET.c.pool_id == bindparam("pool_id"), POOL_SECRET.c.sub == bindparam("sub")
)
_KEEP: Final = insert_or_update(POOL_SECRET, [POOL_SECRET.c.pool_id, POOL_SECRET.c.sub])


@dataclass(frozen=True, slots=True)
class UserSecrets:
    """What proves one person.

    Attributes:
        password_hash: PHC string; `None` if the person has no password.
        srp_verifier: Sealed; `None` if there is none.
        password_set_at: When the password was last set.
        past_hashes: Of passwords before this one that must not come again, the last first.
        temporary_until: A password that an administrator gave is good until then; `None`
            for one of the person's own.
        totp_seed: Sealed; `None` if no authenticator was set up.
        totp_step: The last time step whose code was used; the first one with which the
            person has proven that the authenticator works.
        totp_pending: The sealed seed of an authenticator that was not proven yet, and
            proves nobody.
        totp_name: What the person calls the authenticator.
        second_factors: Which are switched on, and which is preferred, as the pool has it.
    """

    password_hash: str | None = field(default=None, repr=False)
    srp_verifier: str | None = field(default=None, repr=False)
    password_set_at: datetime | None = None
    past_hashes: tuple[str, ...] = field(default=(), repr=False)
    temporary_until: datetime | None = None
    totp_seed: str | None = field(default=None, repr=False)
    totp_step: int | None = None
    totp_pending: str | None = field(default=None, repr=False)
    totp_name: str | None = None
    second_factors: Mapping[str, Any] = field(default_factory=dict)


class AllSecrets:
    """The secrets of all people, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, sub: str) -> UserSecrets:
        """Return what proves a person; nothing does if nothing was kept."""
        row = self._connection.execute(_FIND, {"pool_id": pool_id, "sub": sub}).first()
        if row is None:
            return UserSecrets()
        return secrets_of(row)

    def keep(self, pool_id: str, sub: str, secrets: UserSecrets) -> None:
        """Replace what proves a person."""
        self._connection.execute(_KEEP, row_of(pool_id, sub, secrets))


def row_of(pool_id: str, sub: str, secrets: UserSecrets) -> dict[str, Any]:
    """Return the row of what proves a person."""
    return {
        "pool_id": pool_id,
        "sub": sub,
        "password_hash": secrets.password_hash,
        "srp_verifier": secrets.srp_verifier,
        "password_set_at": secrets.password_set_at,
        "past_hashes": list(secrets.past_hashes) or None,
        "temporary_until": secrets.temporary_until,
        "totp_seed": secrets.totp_seed,
        "totp_step": secrets.totp_step,
        "totp_pending": secrets.totp_pending,
        "totp_name": secrets.totp_name,
        "second_factors": dict(secrets.second_factors),
    }


def secrets_of(row: Any) -> UserSecrets:
    """Return what a row says that proves a person."""
    return UserSecrets(
        password_hash=row.password_hash,
        srp_verifier=row.srp_verifier,
        password_set_at=row.password_set_at,
        past_hashes=tuple(row.past_hashes or ()),
        temporary_until=row.temporary_until,
        totp_seed=row.totp_seed,
        totp_step=row.totp_step,
        totp_pending=row.totp_pending,
        totp_name=row.totp_name,
        second_factors=row.second_factors,
    )
