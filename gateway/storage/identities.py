"""The stable ids of those who were seen: one for each subject of each provider."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from gateway.model.errors import StorageError
from gateway.model.identity import IdentityKind
from gateway.storage.database import Database
from gateway.storage.tables import IDENTITY
from gateway.storage.upserts import insert_unless_there

# Made once: to make a statement takes longer than to execute it.
_FIND = select(IDENTITY.c.id, IDENTITY.c.created_at, IDENTITY.c.disabled).where(
    IDENTITY.c.provider == bindparam("provider"),
    IDENTITY.c.subject == bindparam("subject"),
)
_INSERT = insert_unless_there(IDENTITY)


@dataclass(frozen=True, slots=True)
class StoredIdentity:
    """What is kept of an identity.

    Attributes:
        id: `region:uuid`.
        created_at: When it was first seen.
        disabled: An operator has switched it off.
    """

    id: str
    created_at: datetime
    disabled: bool


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
            kind: Kept for whoever reads the table; asked for at the first sight only.
            now: When it is seen.
            new_id: The id that it gets if it is new here.

        Raises:
            StorageError: The database cannot be read, or, for a new identity, written;
                or `new_id` belongs to somebody else.
        """
        with self._database.reading() as connection:
            known = _find(connection, provider, subject)
        if known is not None:
            return known
        row = {
            "id": new_id,
            "provider": provider,
            "subject": subject,
            "kind": kind.value,
            "created_at": now,
        }

        def insert(connection: Connection) -> StoredIdentity | None:
            connection.execute(_INSERT, row)
            # Ours, or that of whoever was quicker.
            return _find(connection, provider, subject)

        found = self._database.write(insert)
        if found is None:
            raise StorageError(f"identity id {new_id!r} belongs to somebody else")
        return found


def _find(connection: Connection, provider: str, subject: str) -> StoredIdentity | None:
    names = {"provider": provider, "subject": subject}
    row = connection.execute(_FIND, names).first()
    return None if row is None else StoredIdentity(row.id, row.created_at, row.disabled)
