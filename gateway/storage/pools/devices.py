"""The devices that people have confirmed. Works inside a transaction of somebody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from gateway.storage.cursors import Cursors
from gateway.storage.keyset import Keyset
from gateway.storage.pools.factor_tables import POOL_DEVICE as TABLE

_OF: Final = and_(
    TABLE.c.pool_id == bindparam("the_pool_id"), TABLE.c.sub == bindparam("the_sub")
)
_ONE: Final = and_(_OF, TABLE.c.key == bindparam("the_key"))
_FIND: Final = select(TABLE).where(_ONE)
_REMOVE: Final = delete(TABLE).where(_ONE)
_CHANGE: Final = update(TABLE).where(_ONE)
_COUNT: Final = select(func.count()).select_from(TABLE).where(_OF)
_LEAST_USED: Final = (
    select(TABLE.c.key).where(_OF).order_by(TABLE.c.used_at, TABLE.c.key).limit(1)
)


@dataclass(frozen=True, slots=True)
class Device:
    """A device that somebody has confirmed.

    Attributes:
        pool_id: The pool.
        sub: The person.
        key: What it is called on the wire.
        group_key: What is hashed into its proofs beside the key.
        verifier: What it proves its own password by, sealed.
        name: What the person, or the program on it, calls it.
        is_remembered: Whether it may stand for a second factor.
        created_at: When it was confirmed.
        updated_at: When anything of this last changed.
        used_at: When the person last signed in with it.
        address: Where from.
    """

    pool_id: str
    sub: str
    key: str
    group_key: str
    verifier: str = field(repr=False)
    name: str
    is_remembered: bool
    created_at: datetime
    updated_at: datetime
    used_at: datetime
    address: str


class StoredDevices:
    """The devices of all people, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, sub: str, key: str) -> Device | None:
        """Return one of a person's devices."""
        row = self._connection.execute(_FIND, _named(pool_id, sub, key)).first()
        return None if row is None else _device(row)

    def add(self, device: Device) -> None:
        """Keep a new one.

        Raises:
            DuplicateError: The person has it already.
        """
        self._connection.execute(insert(TABLE), _row(device))

    def change(self, device: Device) -> None:
        """Keep how it is now, in the place of how it was."""
        named = _named(device.pool_id, device.sub, device.key)
        self._connection.execute(_CHANGE, {**_row(device), **named})

    def remove(self, pool_id: str, sub: str, key: str) -> bool:
        """Forget one of a person's devices; return whether there was one."""
        done = self._connection.execute(_REMOVE, _named(pool_id, sub, key))
        return done.rowcount > 0

    def remove_least_used(self, pool_id: str, sub: str, *, keep: int) -> None:
        """Forget those that were not used for longest, until so many are left."""
        named = {"the_pool_id": pool_id, "the_sub": sub}
        while self._connection.execute(_COUNT, named).scalar_one() > keep:
            key = self._connection.execute(_LEAST_USED, named).scalar_one()
            self.remove(pool_id, sub, key)

    def page(
        self,
        cursors: Cursors,
        pool_id: str,
        sub: str,
        *,
        cursor: str | None,
        limit: int,
    ) -> tuple[Sequence[Device], str | None]:
        """Return a page of a person's devices, the oldest first, and the next one's cursor.

        Raises:
            CursorError: The cursor was not handed out for this list.
        """
        page = Keyset([TABLE.c.created_at, TABLE.c.key], cursors=cursors).page(
            self._connection,
            select(TABLE).where(TABLE.c.pool_id == pool_id, TABLE.c.sub == sub),
            of=f"devices of {pool_id} {sub}",
            cursor=cursor,
            limit=limit,
        )
        return [_device(row) for row in page.rows], page.next


def _named(pool_id: str, sub: str, key: str) -> dict[str, str]:
    return {"the_pool_id": pool_id, "the_sub": sub, "the_key": key}


_NAMES: Final = tuple(each.name for each in fields(Device))


def _row(device: Device) -> dict[str, Any]:
    return {name: getattr(device, name) for name in _NAMES}


def _device(row: Any) -> Device:
    return Device(**{name: getattr(row, name) for name in _NAMES})
