"""Devices without a keyboard that wait for a person to let them in, as digests.

Works inside a transaction of somebody else's, so that of two who use one, one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gateway.storage.pools.oauth_tables import OAUTH_DEVICE

_FIND: Final = select(OAUTH_DEVICE).where(
    OAUTH_DEVICE.c.digest == bindparam("the_digest")
)
_FIND_TYPED: Final = select(OAUTH_DEVICE).where(
    OAUTH_DEVICE.c.user_code_digest == bindparam("the_digest")
)


@dataclass(frozen=True, slots=True)
class StoredDeviceRequest:
    """What is kept of a device that waits.

    Attributes:
        digest: Of what the device asks with.
        user_code_digest: Of what the person types.
        pool_id: The client's pool.
        client_id: The client.
        request: What it asks for.
        state: What the person has decided.
        sub: Who has; `None` if nobody yet.
        signed_in: How that person had signed in; `None` likewise.
        interval_seconds: How long the device has to wait between two questions.
        polled_at: When it last asked; `None` if it did not.
        expires_at: From when on it is good for nothing.
    """

    digest: bytes = field(repr=False)
    user_code_digest: bytes = field(repr=False)
    pool_id: str
    client_id: str
    request: Mapping[str, Any]
    state: str
    sub: str | None
    signed_in: Mapping[str, Any] | None
    interval_seconds: int
    polled_at: datetime | None
    expires_at: datetime


class StoredDeviceRequests:
    """The devices of all clients, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, digest: bytes) -> StoredDeviceRequest | None:
        """Return what a device asks with, however old it is."""
        row = self._connection.execute(_FIND, {"the_digest": digest}).first()
        return None if row is None else _request(row)

    def find_typed(self, user_code_digest: bytes) -> StoredDeviceRequest | None:
        """Return what a person has typed the code of, however old it is."""
        row = self._connection.execute(
            _FIND_TYPED, {"the_digest": user_code_digest}
        ).first()
        return None if row is None else _request(row)

    def add(self, request: StoredDeviceRequest) -> None:
        """Keep a new one.

        Raises:
            DuplicateError: Its code is typed for another one.
        """
        self._connection.execute(insert(OAUTH_DEVICE), [_row(request)])

    def change(self, request: StoredDeviceRequest) -> None:
        """Replace what is kept of one."""
        row = _row(request)
        self._connection.execute(
            update(OAUTH_DEVICE)
            .where(OAUTH_DEVICE.c.digest == request.digest)
            .values({name: value for name, value in row.items() if name != "digest"})
        )

    def remove(self, digest: bytes) -> None:
        """Remove one."""
        self._connection.execute(
            delete(OAUTH_DEVICE).where(OAUTH_DEVICE.c.digest == digest)
        )

    def remove_expired(self, now: datetime) -> int:
        """Remove what is over; return how much there was."""
        done = self._connection.execute(
            delete(OAUTH_DEVICE).where(OAUTH_DEVICE.c.expires_at <= now)
        )
        return done.rowcount


def _row(request: StoredDeviceRequest) -> dict[str, Any]:
    return {
        "digest": request.digest,
        "user_code_digest": request.user_code_digest,
        "pool_id": request.pool_id,
        "client_id": request.client_id,
        "request": dict(request.request),
        "state": request.state,
        "sub": request.sub,
        "signed_in": None if request.signed_in is None else dict(request.signed_in),
        "interval_seconds": request.interval_seconds,
        "polled_at": request.polled_at,
        "expires_at": request.expires_at,
    }


def _request(row: Any) -> StoredDeviceRequest:
    return StoredDeviceRequest(
        digest=row.digest,
        user_code_digest=row.user_code_digest,
        pool_id=row.pool_id,
        client_id=row.client_id,
        request=row.request,
        state=row.state,
        sub=row.sub,
        signed_in=row.signed_in,
        interval_seconds=row.interval_seconds,
        polled_at=row.polled_at,
        expires_at=row.expires_at,
    )
