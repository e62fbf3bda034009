"""The passkeys of people, and what authenticators were asked to sign.

Works inside a transaction of somebody else's, so that of two who answer one challenge at once
one wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
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

from gateway.storage.pools.factor_tables import POOL_PASSKEY, POOL_PASSKEY_CHALLENGE

_OF = and_(
    POOL_PASSKEY.c.pool_id == bindparam("the_pool_id"),
    POOL_PASSKEY.c.sub == bindparam("the_sub"),
)
_ONE = and_(
    POOL_PASSKEY.c.pool_id == bindparam("the_pool_id"),
    POOL_PASSKEY.c.credential_id == bindparam("the_credential_id"),
)
_ASKED = and_(
    POOL_PASSKEY_CHALLENGE.c.pool_id == bindparam("the_pool_id"),
    POOL_PASSKEY_CHALLENGE.c.digest == bindparam("the_digest"),
)
_FIND: Final = select(POOL_PASSKEY).where(_ONE)
_LIST: Final = (
    select(POOL_PASSKEY)
    .where(_OF)
    .order_by(POOL_PASSKEY.c.created_at, POOL_PASSKEY.c.credential_id)
)
_COUNT: Final = select(func.count()).select_from(POOL_PASSKEY).where(_OF)
_ADD: Final = insert(POOL_PASSKEY)
_CHANGE: Final = update(POOL_PASSKEY).where(_ONE)
_REMOVE: Final = delete(POOL_PASSKEY).where(
    and_(_ONE, POOL_PASSKEY.c.sub == bindparam("the_sub"))
)
_ASK: Final = insert(POOL_PASSKEY_CHALLENGE)
_FIND_ASKED: Final = select(POOL_PASSKEY_CHALLENGE).where(_ASKED)
_REMOVE_ASKED: Final = delete(POOL_PASSKEY_CHALLENGE).where(_ASKED)


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey of somebody's.

    Attributes:
        pool_id: The pool.
        credential_id: What the authenticator calls it; nobody else's in the pool.
        sub: The person.
        relying_party_id: The host that it is good for.
        public_key: In COSE's form.
        sign_count: What its counter said last; 0 for those that have none.
        name: What the person calls it.
        transports: How it may be reached, as the browser has it.
        attachment: `platform`, `cross-platform`, or empty if nobody said.
        aaguid: The model of the authenticator; zeros if it does not tell.
        may_be_backed_up: Whether it may be on several machines.
        is_backed_up: Whether it was when it was last used.
        created_at: When it was made.
        used_at: When somebody last signed in with it.
    """

    pool_id: str
    credential_id: bytes
    sub: str
    relying_party_id: str
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    transports: tuple[str, ...]
    attachment: str
    aaguid: str
    may_be_backed_up: bool
    is_backed_up: bool
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What an authenticator was asked to sign.

    Attributes:
        sub: Whose it has to be; empty for anybody's.
        expires_at: From when on an answer is too late.
    """

    sub: str
    expires_at: datetime


class Passkeys:
    """The passkeys of all people, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, pool_id: str, credential_id: bytes) -> Passkey | None:
        """Return a passkey by what its authenticator calls it."""
        row = self._connection.execute(
            _FIND, {"the_pool_id": pool_id, "the_credential_id": credential_id}
        ).first()
        return None if row is None else _passkey(row)

    def list(self, pool_id: str, sub: str) -> Sequence[Passkey]:
        """Return a person's passkeys, the oldest first: a bounded number."""
        rows = self._connection.execute(_LIST, {"the_pool_id": pool_id, "the_sub": sub})
        return [_passkey(row) for row in rows]

    def count(self, pool_id: str, sub: str) -> int:
        """Return how many a person has."""
        found: int = self._connection.execute(
            _COUNT, {"the_pool_id": pool_id, "the_sub": sub}
        ).scalar_one()
        return found

    def add(self, passkey: Passkey) -> None:
        """Keep a new one.

        Raises:
            DuplicateError: Somebody of the pool has it already.
        """
        self._connection.execute(_ADD, _row(passkey))

    def change(self, passkey: Passkey) -> None:
        """Keep how it is now, in the place of how it was."""
        key = {
            "the_pool_id": passkey.pool_id,
            "the_credential_id": passkey.credential_id,
        }
        self._connection.execute(_CHANGE, {**_row(passkey), **key})

    def remove(self, pool_id: str, sub: str, credential_id: bytes) -> bool:
        """Remove one that is the person's; return whether there was one."""
        done = self._connection.execute(
            _REMOVE,
            {
                "the_pool_id": pool_id,
                "the_sub": sub,
                "the_credential_id": credential_id,
            },
        )
        return done.rowcount > 0


class PasskeyQuestions:
    """What authenticators were asked, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, pool_id: str, digest: bytes, question: Question) -> None:
        """Keep what is asked."""
        row = {
            "pool_id": pool_id,
            "digest": digest,
            "sub": question.sub,
            "expires_at": question.expires_at,
        }
        self._connection.execute(_ASK, row)

    def take(self, pool_id: str, digest: bytes) -> Question | None:
        """Return what was asked, and forget it: an answer is good once."""
        named = {"the_pool_id": pool_id, "the_digest": digest}
        row = self._connection.execute(_FIND_ASKED, named).first()
        if row is None:
            return None
        self._connection.execute(_REMOVE_ASKED, named)
        return Question(row.sub, row.expires_at)

    def remove_expired(self, now: datetime) -> int:
        """Forget what nobody can answer any more; return how much there was."""
        done = self._connection.execute(
            delete(POOL_PASSKEY_CHALLENGE).where(
                POOL_PASSKEY_CHALLENGE.c.expires_at <= now
            )
        )
        return done.rowcount


def _row(passkey: Passkey) -> dict[str, Any]:
    names = [column.name for column in POOL_PASSKEY.columns]
    row = {name: getattr(passkey, name) for name in names}
    return {**row, "transports": list(passkey.transports)}


def _passkey(row: Any) -> Passkey:
    values = dict(row._mapping)  # noqa: SLF001 - the public way to a row's names
    return Passkey(**{**values, "transports": tuple(values["transports"])})
