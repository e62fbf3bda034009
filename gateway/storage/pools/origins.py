"""What people have let clients do, and the refresh tokens that came of it.

Works inside a transaction of somebody else's, so that of two who use a token at once both
find the same. When a token is good is the business of `gateway.oauth`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from gateway.model.user import User
from gateway.storage.epochs import note_change
from gateway.storage.pools.group_tables import POOL_MEMBERSHIP
from gateway.storage.pools.oauth_tables import OAUTH_ORIGIN, OAUTH_REFRESH
from gateway.storage.pools.tables import POOL_USER
from gateway.storage.pools.users import PROFILE, USER_TOPIC, change_key, user_of
from gateway.storage.prepared import Prepared
from gateway.storage.upserts import insert_unless_there

_FIND: Final = select(OAUTH_ORIGIN).where(OAUTH_ORIGIN.c.id == bindparam("the_id"))
# The person too, in one look: most requests for tokens begin with it.
_WITH_USER: Final = (
    OAUTH_ORIGIN.c.id,
    OAUTH_ORIGIN.c.client_id,
    OAUTH_ORIGIN.c.authorization,
    OAUTH_ORIGIN.c.created_at.label("granted_at"),
    OAUTH_ORIGIN.c.expires_at,
    OAUTH_ORIGIN.c.revoked_at,
)
_FIND_REFRESH: Final = Prepared(
    select(
        OAUTH_REFRESH.c.expires_at.label("token_expires_at"),
        OAUTH_REFRESH.c.replaced_at,
        *_WITH_USER,
        *PROFILE,
        # Most people are in no group, and then nobody has to look for their groups.
        exists()
        .where(
            POOL_MEMBERSHIP.c.pool_id == OAUTH_ORIGIN.c.pool_id,
            POOL_MEMBERSHIP.c.sub == OAUTH_ORIGIN.c.sub,
        )
        .label("has_groups"),
    )
    .join(OAUTH_ORIGIN, OAUTH_ORIGIN.c.id == OAUTH_REFRESH.c.origin_id)
    .join(
        POOL_USER,
        (POOL_USER.c.pool_id == OAUTH_ORIGIN.c.pool_id)
        & (POOL_USER.c.sub == OAUTH_ORIGIN.c.sub),
    )
    .where(OAUTH_REFRESH.c.digest == bindparam("the_digest"))
)
_REPLACE: Final = Prepared(
    update(OAUTH_REFRESH)
    .where(OAUTH_REFRESH.c.digest == bindparam("the_digest"))
    .values(replaced_at=bindparam("the_time"))
)
_ADD: Final = insert(OAUTH_ORIGIN)
_ADD_REFRESH: Final = Prepared(insert_unless_there(OAUTH_REFRESH))
_REVOKE: Final = (
    update(OAUTH_ORIGIN)
    .where(
        OAUTH_ORIGIN.c.id == bindparam("the_id"), OAUTH_ORIGIN.c.revoked_at.is_(None)
    )
    .values(revoked_at=bindparam("the_time"))
)


@dataclass(frozen=True, slots=True)
class StoredOrigin:
    """One authorization of a client by a person.

    Attributes:
        id: A UUID: `origin_jti`.
        pool_id: The pool.
        sub: The person.
        client_id: The client.
        authorization: What was granted, and how the person signed in.
        created_at: When it was granted.
        expires_at: From then on nothing that came from it is good.
        revoked_at: When it was taken back; `None` if it was not.
    """

    id: str
    pool_id: str
    sub: str
    client_id: str
    authorization: Mapping[str, Any]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredRefresh:
    """A refresh token that was handed out.

    Attributes:
        expires_at: From when on it is good for nothing.
        replaced_at: When it was exchanged for its successor; `None` if it was not.
        origin: Where it came from.
        user: Whose it is.
        has_groups: Whether they are in any group.
    """

    expires_at: datetime
    replaced_at: datetime | None
    origin: StoredOrigin
    user: User
    has_groups: bool


class Origins:
    """The authorizations of all people, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, origin_id: str) -> StoredOrigin | None:
        """Return an authorization, however old or revoked it is."""
        row = self._connection.execute(_FIND, {"the_id": origin_id}).first()
        return None if row is None else _origin(row, created_at=row.created_at)

    def add(self, origin: StoredOrigin) -> None:
        """Keep a new authorization."""
        self._connection.execute(
            _ADD,
            {
                "id": origin.id,
                "pool_id": origin.pool_id,
                "sub": origin.sub,
                "client_id": origin.client_id,
                "authorization": dict(origin.authorization),
                "created_at": origin.created_at,
                "expires_at": origin.expires_at,
                "revoked_at": origin.revoked_at,
            },
        )

    def revoke(self, origin_id: str, now: datetime) -> bool:
        """Take an authorization back; return whether it was in force.

        All gateways hear of it: they remember whose access tokens they have seen.
        """
        origin = self.find(origin_id)
        if origin is None or origin.revoked_at is not None:
            return False
        self._connection.execute(_REVOKE, {"the_id": origin_id, "the_time": now})
        key = change_key(origin.pool_id, origin.sub)
        note_change(self._connection, USER_TOPIC, key)
        return True

    def revoke_of(self, pool_id: str, sub: str, client_id: str, now: datetime) -> int:
        """Take back all that somebody has granted a client; return how much it was."""
        done = self._connection.execute(
            update(OAUTH_ORIGIN)
            .where(
                OAUTH_ORIGIN.c.pool_id == pool_id,
                OAUTH_ORIGIN.c.sub == sub,
                OAUTH_ORIGIN.c.client_id == client_id,
                OAUTH_ORIGIN.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        return done.rowcount

    def find_refresh(self, digest: bytes) -> StoredRefresh | None:
        """Return a refresh token, however old or replaced it is."""
        row = _FIND_REFRESH.first(self._connection, {"the_digest": digest})
        if row is None:
            return None
        origin = _origin(row, created_at=row.granted_at)
        return StoredRefresh(
            expires_at=row.token_expires_at,
            replaced_at=row.replaced_at,
            origin=origin,
            user=user_of(row),
            has_groups=row.has_groups,
        )

    def add_refresh(
        self, digest: bytes, origin_id: str, *, expires_at: datetime
    ) -> None:
        """Keep a refresh token, unless it is kept already."""
        _ADD_REFRESH.run(
            self._connection,
            {
                "digest": digest,
                "origin_id": origin_id,
                "expires_at": expires_at,
                "replaced_at": None,
            },
        )

    def replace(self, digest: bytes, now: datetime) -> None:
        """Keep that a refresh token was exchanged for its successor."""
        _REPLACE.run(self._connection, {"the_digest": digest, "the_time": now})

    def remove_expired(self, now: datetime) -> int:
        """Remove what is over, with its tokens; return how much there was."""
        done = self._connection.execute(
            delete(OAUTH_ORIGIN).where(OAUTH_ORIGIN.c.expires_at <= now)
        )
        return done.rowcount


def _origin(row: Any, *, created_at: datetime) -> StoredOrigin:
    return StoredOrigin(
        id=row.id,
        pool_id=row.pool_id,
        sub=row.sub,
        client_id=row.client_id,
        authorization=row.authorization,
        created_at=created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
