"""Who of a provider is who of a pool.

Works inside a transaction of somebody else's, so that of two first sign-ins at once one makes
the person. What a provider said is sealed by whoever writes; here it is text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gateway.storage.pools.federation_tables import FEDERATED_LOGIN

_THIS: Final = (
    (FEDERATED_LOGIN.c.pool_id == bindparam("the_pool"))
    & (FEDERATED_LOGIN.c.provider == bindparam("the_provider"))
    & (FEDERATED_LOGIN.c.subject == bindparam("the_subject"))
)
_FIND: Final = select(FEDERATED_LOGIN).where(_THIS)
_TOUCH: Final = update(FEDERATED_LOGIN).where(_THIS)
_REMOVE: Final = delete(FEDERATED_LOGIN).where(_THIS)

# More than anybody is allowed to have; it bounds what is read for one person.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody of a provider, and who that is here.

    Attributes:
        pool_id: The pool.
        provider: The provider's id.
        subject: Its name for them.
        sub: Who it is of the pool.
        created_at: Since when.
        last_at: When they last signed in with it; `None` for never yet.
        claims: Sealed: what the provider said then; `None` for nothing yet.
    """

    pool_id: str
    provider: str
    subject: str
    sub: str
    created_at: datetime
    last_at: datetime | None = None
    claims: str | None = field(default=None, repr=False)


class FederatedLogins:
    """The logins of all pools, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, provider: str, subject: str) -> Login | None:
        """Return a login."""
        key = _key(pool_id, provider, subject)
        row = self._connection.execute(_FIND, key).first()
        return None if row is None else _login(row)

    def add(self, login: Login) -> None:
        """Keep a new login.

        Raises:
            DuplicateError: It leads to somebody already.
        """
        self._connection.execute(
            insert(FEDERATED_LOGIN),
            [
                {
                    "pool_id": login.pool_id,
                    "provider": login.provider,
                    "subject": login.subject,
                    "sub": login.sub,
                    "created_at": login.created_at,
                    "last_at": login.last_at,
                    "claims": login.claims,
                }
            ],
        )

    def touch(self, login: Login) -> bool:
        """Keep when somebody has signed in with it and what was said; return if it is there.

        Who it leads to stays as it is.
        """
        done = self._connection.execute(
            _TOUCH.values(last_at=login.last_at, claims=login.claims),
            _key(login.pool_id, login.provider, login.subject),
        )
        return done.rowcount > 0

    def of_person(self, pool_id: str, sub: str) -> Sequence[Login]:
        """Return what leads to a person, in the order of providers; `MOST` at most."""
        rows = self._connection.execute(
            select(FEDERATED_LOGIN)
            .where(FEDERATED_LOGIN.c.pool_id == pool_id, FEDERATED_LOGIN.c.sub == sub)
            .order_by(FEDERATED_LOGIN.c.provider, FEDERATED_LOGIN.c.subject)
            .limit(MOST)
        )
        return [_login(row) for row in rows]

    def remove(self, pool_id: str, provider: str, subject: str) -> bool:
        """Let a login lead to nobody; return whether it led to somebody."""
        key = _key(pool_id, provider, subject)
        return self._connection.execute(_REMOVE, key).rowcount > 0


def _key(pool_id: str, provider: str, subject: str) -> dict[str, str]:
    return {"the_pool": pool_id, "the_provider": provider, "the_subject": subject}


def _login(row: Any) -> Login:
    return Login(
        pool_id=row.pool_id,
        provider=row.provider,
        subject=row.subject,
        sub=row.sub,
        created_at=row.created_at,
        last_at=row.last_at,
        claims=row.claims,
    )
