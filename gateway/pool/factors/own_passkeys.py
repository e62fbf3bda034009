"""The passkeys of one person, as they see and sort them."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import PasskeyNotFoundError
from gateway.pool.factors.labels import label_of
from gateway.pool.factors.notices import NO_NOTICES, FactorNotices
from gateway.pool.factors.webauthn_answers import MAX_CREDENTIAL_ID
from gateway.pool.pool import Pool
from gateway.storage.database import Database
from gateway.storage.pools.passkeys import Passkey, Passkeys

UNNAMED = "Passkey"


class OwnPasskeys:
    """Lists, names and removes passkeys. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, notices: FactorNotices = NO_NOTICES
    ) -> None:
        self._database = database
        self._notices = notices

    def list(self, pool: Pool, user: User) -> Sequence[Passkey]:
        """Return a person's passkeys, the oldest first.

        Raises:
            StorageError: They cannot be read.
        """
        with self._database.reading() as connection:
            return Passkeys(connection).list(pool.id, user.sub)

    def rename(self, pool: Pool, user: User, credential_id: str, name: str) -> None:
        """Call a passkey something else.

        Args:
            pool: The pool.
            user: Whose it is.
            credential_id: As the browser has it (base64url).
            name: What the person calls it.

        Raises:
            InvalidParameterError: The name is none.
            PasskeyNotFoundError: The person has no such passkey.
            StorageError: Nothing was kept.
        """
        label = label_of(name, otherwise=UNNAMED)
        raw = _raw_id(credential_id)

        def work(connection: Connection) -> None:
            kept = Passkeys(connection)
            passkey = kept.find(pool.id, raw)
            if passkey is None or passkey.sub != user.sub:
                raise PasskeyNotFoundError
            kept.change(replace(passkey, name=label))

        self._database.write(work)

    def remove(self, pool: Pool, user: User, credential_id: str) -> None:
        """Let a passkey prove nobody any more.

        Args:
            pool: The pool.
            user: Whose it is.
            credential_id: As the browser has it (base64url).

        Raises:
            PasskeyNotFoundError: The person has no such passkey.
            StorageError: It is there still.
        """
        raw = _raw_id(credential_id)

        def work(connection: Connection) -> bool:
            kept = Passkeys(connection)
            passkey = kept.find(pool.id, raw)
            is_gone = kept.remove(pool.id, user.sub, raw)
            if is_gone and passkey is not None:
                self._notices.changed(connection, pool, user, device=passkey.name)
            return is_gone

        if not self._database.write(work):
            raise PasskeyNotFoundError


def text_id(passkey: Passkey) -> str:
    """Return what a passkey is called on every wire (base64url)."""
    return base64.urlsafe_b64encode(passkey.credential_id).decode().rstrip("=")


def _raw_id(text: str) -> bytes:
    if len(text) > 2 * MAX_CREDENTIAL_ID:
        raise PasskeyNotFoundError
    digits = text.rstrip("=")
    try:
        padded = digits + "=" * (-len(digits) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise PasskeyNotFoundError from error
