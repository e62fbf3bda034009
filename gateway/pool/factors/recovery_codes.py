"""Recovery codes: for whoever has lost the phone that they prove themselves with.

Ten at a time, shown once, each good once. What is kept is keyed, so that a copy of the
database alone does not let anybody try codes out against it.

Reference: NIST SP 800-63B section 5.1.2 (look-up secrets).
"""

import hmac
import secrets
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import CodeMismatchError, UserNotFoundError
from gateway.pool.pool import Pool
from gateway.pool.tries import Tries
from gateway.storage.database import Database
from gateway.storage.pools.recovery_codes import StoredRecoveryCodes
from gateway.storage.pools.users import Users

COUNT: Final = 10

# Crockford's: without letters that are taken for others on paper.
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_READ_AS: Final = str.maketrans("oil", "011")
# Fifty bits; section 5.1.2.2 asks for twenty, where tries are limited.
_LENGTH: Final = 10
_MAX_TYPED: Final = 64

_CONTEXT: Final = b"gateway pool recovery code 1"


class RecoveryCodes:
    """Makes recovery codes, and lets each pass once. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, secret: bytes, tries: Tries) -> None:
        """Take the services.

        Args:
            database: Where the digests are.
            secret: 32 bytes that never leave the gateway; with another one, every code that
                was shown is wrong.
            tries: Makes those wait who guess.
        """
        self._database = database
        self._secret = secret
        self._tries = tries

    def make(self, pool: Pool, user: User) -> tuple[str, ...]:
        """Return new codes, in the place of all that the person has had.

        Raises:
            UserNotFoundError: The person is gone.
            StorageError: Nothing was kept; those from before are good still.
        """
        codes = tuple(
            "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
            for _ in range(COUNT)
        )
        digests = [self._digest(pool, user, code) for code in codes]

        def work(connection: Connection) -> None:
            if Users(connection).find(pool.id, user.sub) is None:
                raise UserNotFoundError
            StoredRecoveryCodes(connection).replace(pool.id, user.sub, digests)

        self._database.write(work)
        return tuple(f"{code[: _LENGTH // 2]}-{code[_LENGTH // 2 :]}" for code in codes)

    def use(self, pool: Pool, user: User, code: str, *, address: str) -> int:
        """Let a code pass, once; return how many are left.

        Args:
            pool: The pool.
            user: The person.
            code: As typed: in any case, with or without what stands between its halves.
            address: Where the request comes from.

        Raises:
            AttemptsExceededError: Too many codes were wrong.
            CodeMismatchError: It is none of the person's, or was used.
            StorageError: It could not be checked.
        """
        attempt = self._tries.begin_factor(pool, user, "recovery_code", address)
        digest = self._digest(pool, user, _read(code))

        def work(connection: Connection) -> int | None:
            kept = StoredRecoveryCodes(connection)
            if not kept.use(pool.id, user.sub, digest):
                return None
            return kept.count(pool.id, user.sub)

        left = self._database.write(work)
        if left is None:
            raise CodeMismatchError
        self._tries.succeed(attempt)
        return left

    def left(self, pool: Pool, user: User) -> int:
        """Return how many codes a person has left.

        Raises:
            StorageError: They cannot be counted.
        """
        with self._database.reading() as connection:
            return StoredRecoveryCodes(connection).count(pool.id, user.sub)

    def remove(self, pool: Pool, user: User) -> None:
        """Let all codes of a person be good for nothing.

        Raises:
            StorageError: They are good still.
        """
        self._database.write(
            lambda connection: StoredRecoveryCodes(connection).replace(
                pool.id, user.sub, []
            )
        )

    def _digest(self, pool: Pool, user: User, code: str) -> bytes:
        # The parts' lengths keep them apart, whatever they hold.
        parts = [part.encode("utf-8", "replace") for part in (pool.id, user.sub, code)]
        said = b"".join(len(part).to_bytes(4) + part for part in parts)
        return hmac.digest(self._secret, _CONTEXT + said, "sha256")


def _read(code: str) -> str:
    """Return the letters that somebody has meant; nothing, if that is no code at all."""
    if len(code) > _MAX_TYPED:
        return ""
    letters = code.casefold().translate(_READ_AS)
    return "".join(each for each in letters if each not in " -")
