"""One identity for a person of a pool and for the logins that lead to them.

Whatever somebody shows, their ID token of a provider or a token of the pool, policies and
upstreams see the same identity.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.model.identity import IdentityKind
from gateway.storage.identities import (
    StoredIdentity,
    add_identity,
    attach,
    detach,
    find_identity,
    join,
)


@dataclass(frozen=True, slots=True)
class Key:
    """What leads to an identity.

    Attributes:
        provider: Id of the provider, or of the file that declares the pool.
        subject: Its name for somebody; in a pool, the `sub`.
    """

    provider: str
    subject: str


class SameIdentity:
    """Keeps identities together, in transactions of somebody else's.

    Args:
        region: First part of new ids.
        provider_of: From a pool's id to the id of the file that declares it; `None` for a
            pool that no file declares, whose tokens are no credentials here.
    """

    def __init__(
        self, *, region: str, provider_of: Callable[[str], str | None]
    ) -> None:
        self._region = region
        self._provider_of = provider_of

    def tie(
        self, connection: Connection, person: Key, login: Key, now: datetime
    ) -> None:
        """Let a login lead to the identity of a person of a pool.

        Args:
            connection: One that may write.
            person: The pool's id and the `sub`.
            login: The provider's id and subject.
            now: The time.

        Raises:
            TooManyLoginsError: The person has as many as one may.
        """
        pool = self._provider_of(person.provider)
        if pool is None:
            return
        own = find_identity(connection, pool, person.subject)
        other = find_identity(connection, login.provider, login.subject)
        if own is None and other is None:
            new = StoredIdentity(
                f"{self._region}:{uuid.uuid4()}",
                now,
                disabled=False,
                kind=IdentityKind.AUTHENTICATED,
            )
            own = add_identity(connection, new, pool, person.subject)
        if own is None and other is not None:
            attach(connection, other.id, pool, person.subject, now)
        elif own is not None and other is None:
            attach(connection, own.id, login.provider, login.subject, now)
        elif own is not None and other is not None:
            join(connection, own.id, other.id)

    def untie(self, connection: Connection, person: Key, login: Key) -> None:
        """Let a login lead to somebody else from now on, if it leads to the person."""
        pool = self._provider_of(person.provider)
        if pool is None:
            return
        own = find_identity(connection, pool, person.subject)
        other = find_identity(connection, login.provider, login.subject)
        if own is not None and other is not None and own.id == other.id:
            detach(connection, login.provider, login.subject)

    def unite(self, connection: Connection, keep: Key, other: Key) -> None:
        """Make two people of one pool one identity.

        Args:
            connection: One that may write.
            keep: The pool's id and the `sub` of the one that stays.
            other: The other one, likewise.

        Raises:
            TooManyLoginsError: Together they have more than one may.
        """
        pool = self._provider_of(keep.provider)
        if pool is None:
            return
        own = find_identity(connection, pool, keep.subject)
        gone = find_identity(connection, pool, other.subject)
        if own is not None and gone is not None:
            join(connection, own.id, gone.id)
