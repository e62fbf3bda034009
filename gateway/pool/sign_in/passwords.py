"""Proving somebody by a password that was typed.

Whoever is not known takes the same way as somebody whose password is wrong: counted, hashed
against nobody's, refused with the same words.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.credentials import Credentials
from gateway.pool.errors import NotAuthorizedError
from gateway.pool.names import comparable
from gateway.pool.passwords.hashing import Passwords
from gateway.pool.pool import Pool
from gateway.pool.tries import Tries
from gateway.storage.database import Database
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users


class PasswordProof:
    """Proves people by their passwords. Burns a core; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        credentials: Credentials,
        passwords: Passwords,
        tries: Tries,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._passwords = passwords
        self._tries = tries
        self._clock = clock

    def prove(self, pool: Pool, name: str, password: str, *, address: str) -> User:
        """Return whom a name and a password prove. Whether they are let in is another step.

        Args:
            pool: The pool.
            name: What was typed: a user name, or whatever else leads to somebody.
            password: As typed.
            address: Where the request comes from.

        Raises:
            AttemptsExceededError: There were too many tries.
            NotAuthorizedError: They prove nobody.
            BusyHashingError: Too many passwords are being checked.
            StorageError: Nobody can be looked up.
        """
        attempt = self._tries.begin(pool, name, address)
        user, secrets = self._find(pool, name)
        found = self._passwords.verify(secrets.password_hash, password)
        if user is None or not found.matches:
            raise NotAuthorizedError("unknown name, or wrong password")
        if secrets.temporary_until and secrets.temporary_until <= self._clock():
            raise NotAuthorizedError("a temporary password that has expired")
        self._tries.succeed(attempt)
        if found.outdated or secrets.srp_verifier is None:
            self._hash_anew(pool, user, password, secrets)
        return user

    def _find(self, pool: Pool, name: str) -> tuple[User | None, UserSecrets]:
        sensitive = pool.settings.sign_in.case_sensitive
        form = comparable(name, case_sensitive=sensitive)
        with self._database.reading() as connection:
            user = Users(connection).find_named(pool.id, form)
            # Looked for either way: it takes as long for somebody whom nobody knows.
            sub = "" if user is None else user.sub
            return user, AllSecrets(connection).find(pool.id, sub)

    def _hash_anew(
        self, pool: Pool, user: User, password: str, before: UserSecrets
    ) -> None:
        """Keep what a new password leaves behind, while this one is at hand."""
        after = self._credentials.renewed(pool, user, before, password)

        def work(connection: Connection) -> None:
            kept = AllSecrets(connection)
            # Unless the password was changed in the meantime.
            now = kept.find(pool.id, user.sub)
            if now.password_hash == before.password_hash:
                # What else proves the person may have changed: a code is used up, say.
                renewed = replace(
                    now,
                    password_hash=after.password_hash,
                    srp_verifier=after.srp_verifier,
                )
                kept.keep(pool.id, user.sub, renewed)

        self._database.write(work)
