"""The stable ids of those who were seen, and the logins that lead to them.

A login is one subject of one provider; several may lead to one identity. When that may be,
and under which proof, is `gateway.federation`'s to say. The functions stand in a transaction
of the caller's, so that what they do is kept together with what allowed it.

Whatever changes whom a login leads to is told to every gateway (`gateway.storage.epochs`): by
triggers of the database, except for a login that is added, which here alone tells from the
first one of somebody new.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from gateway.model.errors import StorageError
from gateway.model.identity import IdentityKind
from gateway.storage.database import Database
from gateway.storage.epochs import IDENTITY_TOPIC, note_change
from gateway.storage.errors import TooManyLoginsError
from gateway.storage.tables import IDENTITY, IDENTITY_LOGIN

# Nobody signs in with more; and each look at an identity reads all of them.
MAX_LOGINS = 20

_LOGIN = IDENTITY_LOGIN.c
_OTHER = IDENTITY_LOGIN.alias("other")

# Made once: to make a statement takes longer than to execute it.
_FIND = (
    select(
        IDENTITY.c.id,
        IDENTITY.c.created_at,
        IDENTITY.c.disabled,
        IDENTITY.c.kind,
        _OTHER.c.provider,
    )
    .select_from(IDENTITY_LOGIN)
    .join(IDENTITY, IDENTITY.c.id == _LOGIN.identity_id)
    .join(_OTHER, _OTHER.c.identity_id == IDENTITY.c.id)
    .where(
        _LOGIN.provider == bindparam("of_provider"),
        _LOGIN.subject == bindparam("of_subject"),
    )
)
_BY_ID = select(
    IDENTITY.c.id, IDENTITY.c.created_at, IDENTITY.c.disabled, IDENTITY.c.kind
).where(IDENTITY.c.id == bindparam("of_id"))
_LOGINS = (
    select(_LOGIN.provider, _LOGIN.subject, _LOGIN.linked_at)
    .where(_LOGIN.identity_id == bindparam("of_id"))
    .order_by(_LOGIN.linked_at, _LOGIN.provider, _LOGIN.subject)
)
_COUNT = select(func.count()).where(
    _LOGIN.identity_id.in_([bindparam("one"), bindparam("other")])
)
_INSERT = insert(IDENTITY)
_INSERT_LOGIN = insert(IDENTITY_LOGIN)
_MOVE = (
    update(IDENTITY_LOGIN)
    .where(_LOGIN.identity_id == bindparam("of_id"))
    .values(identity_id=bindparam("to_id"))
)
_SET = (
    update(IDENTITY)
    .where(IDENTITY.c.id == bindparam("of_id"))
    .values(kind=bindparam("to_kind"), disabled=bindparam("to_disabled"))
)
_REMOVE = delete(IDENTITY).where(IDENTITY.c.id == bindparam("of_id"))
_REMOVE_LOGIN = delete(IDENTITY_LOGIN).where(
    _LOGIN.provider == bindparam("of_provider"),
    _LOGIN.subject == bindparam("of_subject"),
)


@dataclass(frozen=True, slots=True)
class StoredIdentity:
    """What is kept of an identity.

    Attributes:
        id: `region:uuid`.
        created_at: When it was first seen.
        disabled: An operator has switched it off.
        kind: What it was at the first sight, or became since: a guest with an account.
        linked: Ids of the providers of its other logins, in alphabetical order.
    """

    id: str
    created_at: datetime
    disabled: bool
    kind: IdentityKind
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Login:
    """One subject of one provider that leads to an identity.

    Attributes:
        provider: Id of the provider.
        subject: The provider's name for the identity.
        linked_at: Since when it leads there.
    """

    provider: str
    subject: str
    linked_at: datetime


def find_identity(
    connection: Connection, provider: str, subject: str
) -> StoredIdentity | None:
    """Return whom a login leads to; `None` if it was never seen."""
    names = {"of_provider": provider, "of_subject": subject}
    rows = connection.execute(_FIND, names).all()
    if not rows:
        return None
    first = rows[0]
    return StoredIdentity(
        id=first.id,
        created_at=first.created_at,
        disabled=first.disabled,
        kind=IdentityKind(first.kind),
        linked=tuple(sorted({row.provider for row in rows} - {provider})),
    )


def logins_of(connection: Connection, identity_id: str) -> tuple[Login, ...]:
    """Return all logins of an identity, in the order in which they came."""
    rows = connection.execute(_LOGINS, {"of_id": identity_id})
    return tuple(Login(row.provider, row.subject, row.linked_at) for row in rows)


def add_identity(
    connection: Connection, identity: StoredIdentity, provider: str, subject: str
) -> StoredIdentity | None:
    """Add somebody whom no login leads to yet, and the first one that does.

    Returns:
        The identity; `None` if its id belongs to somebody else, and then nothing is done.
    """
    if connection.execute(_BY_ID, {"of_id": identity.id}).first() is not None:
        return None
    row = {
        "id": identity.id,
        "kind": identity.kind.value,
        "created_at": identity.created_at,
    }
    connection.execute(_INSERT, row)
    _insert_login(connection, identity.id, provider, subject, identity.created_at)
    return identity


def attach(
    connection: Connection, identity_id: str, provider: str, subject: str, now: datetime
) -> bool:
    """Have a login that was never seen lead to an identity.

    Returns:
        False if it leads somewhere already, or if there is no such identity; then nothing
        is done.

    Raises:
        TooManyLoginsError: The identity has as many as it may.
    """
    if find_identity(connection, provider, subject) is not None:
        return False
    if connection.execute(_BY_ID, {"of_id": identity_id}).first() is None:
        return False
    _bound(connection, identity_id, identity_id, more=1)
    _insert_login(connection, identity_id, provider, subject, now)
    note_change(connection, IDENTITY_TOPIC, identity_id)
    return True


def join(connection: Connection, keep: str, other: str) -> bool:
    """Make two identities one: all logins lead to the first, the second is gone.

    A guest becomes what the other one is. If either was switched off, both are.

    Args:
        connection: One that may write.
        keep: The id that stays.
        other: The id that nobody will have any more.

    Returns:
        False if one of them is not there, or both are the same; then nothing is done.

    Raises:
        TooManyLoginsError: Together they have more than one may.
    """
    kept = connection.execute(_BY_ID, {"of_id": keep}).first()
    gone = connection.execute(_BY_ID, {"of_id": other}).first()
    if kept is None or gone is None or keep == other:
        return False
    _bound(connection, keep, other, more=0)
    kind = gone.kind if kept.kind == IdentityKind.GUEST else kept.kind
    disabled = kept.disabled or gone.disabled
    connection.execute(_SET, {"of_id": keep, "to_kind": kind, "to_disabled": disabled})
    connection.execute(_MOVE, {"of_id": other, "to_id": keep})
    connection.execute(_REMOVE, {"of_id": other})
    return True


def upgrade(connection: Connection, identity_id: str, kind: IdentityKind) -> bool:
    """Have a guest be somebody with an account from now on; its guest tokens end.

    Returns:
        False if there is no such guest.
    """
    found = connection.execute(_BY_ID, {"of_id": identity_id}).first()
    if found is None or found.kind != IdentityKind.GUEST:
        return False
    connection.execute(
        _SET,
        {
            "of_id": identity_id,
            "to_kind": kind.value,
            "to_disabled": found.disabled,
        },
    )
    note_change(connection, IDENTITY_TOPIC, identity_id)
    return True


def detach(connection: Connection, provider: str, subject: str) -> bool:
    """Have a login lead nowhere; at its next sight it is somebody new.

    The last login stays, since nobody could come back to the identity. So does one that
    bears an identity's id: a guest's, which would otherwise be given again.

    Returns:
        False if it leads nowhere, or stays.
    """
    found = find_identity(connection, provider, subject)
    if found is None or connection.execute(_BY_ID, {"of_id": subject}).first():
        return False
    if len(logins_of(connection, found.id)) == 1:
        return False
    connection.execute(_REMOVE_LOGIN, {"of_provider": provider, "of_subject": subject})
    return True


class IdentityStore:
    """Finds identities by what their provider calls them."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def find_or_create(
        self,
        provider: str,
        subject: str,
        *,
        kind: IdentityKind,
        now: datetime,
        new_id: str,
    ) -> StoredIdentity:
        """Return the identity of a provider's subject; the same for all who ask at once.

        Args:
            provider: Id of the provider.
            subject: The provider's name for the identity, 1 to 1024 characters.
            kind: Kept at the first sight.
            now: When it is seen.
            new_id: The id that it gets if it is new here.

        Raises:
            StorageError: The database cannot be read, or, for a new identity, written;
                or `new_id` belongs to somebody else.
        """
        with self._database.reading() as connection:
            known = find_identity(connection, provider, subject)
        if known is not None:
            return known
        new = StoredIdentity(new_id, now, disabled=False, kind=kind)

        def create(connection: Connection) -> StoredIdentity | None:
            # Somebody may have been quicker.
            found = find_identity(connection, provider, subject)
            return found or add_identity(connection, new, provider, subject)

        created = self._database.write(create)
        if created is None:
            raise StorageError(f"identity id {new_id!r} belongs to somebody else")
        return created

    def find(self, provider: str, subject: str) -> StoredIdentity | None:
        """Return whom a login leads to; `None` if it was never seen.

        Raises:
            StorageError: The database cannot be read.
        """
        with self._database.reading() as connection:
            return find_identity(connection, provider, subject)

    def logins_of(self, identity_id: str) -> tuple[Login, ...]:
        """Return all logins of an identity, in the order in which they came.

        Raises:
            StorageError: The database cannot be read.
        """
        with self._database.reading() as connection:
            return logins_of(connection, identity_id)

    def join(self, keep: str, other: str) -> bool:
        """Make two identities one; see `join`.

        Raises:
            TooManyLoginsError: Together they have more logins than one may.
            StorageError: The database cannot be written.
        """
        return self._database.write(lambda connection: join(connection, keep, other))

    def detach(self, provider: str, subject: str) -> bool:
        """Have a login lead nowhere; see `detach`.

        Raises:
            StorageError: The database cannot be written.
        """
        return self._database.write(
            lambda connection: detach(connection, provider, subject)
        )


def _bound(connection: Connection, one: str, other: str, *, more: int) -> None:
    both = {"one": one, "other": other}
    if connection.execute(_COUNT, both).scalar_one() + more > MAX_LOGINS:
        raise TooManyLoginsError(f"identity {one} would have too many logins")


def _insert_login(
    connection: Connection, identity_id: str, provider: str, subject: str, now: datetime
) -> None:
    row = {
        "provider": provider,
        "subject": subject,
        "identity_id": identity_id,
        "linked_at": now,
    }
    connection.execute(_INSERT_LOGIN, row)
