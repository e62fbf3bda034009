"""Passwords as they are kept: argon2id, a few at a time.

Each hash burns a core for tens of milliseconds and takes megabytes, which is its purpose;
so only so many run at once, and who would wait too long is told to come again. A sign-in
with an unknown name takes the same way as one with a wrong password.

References: RFC 9106 (argon2); OWASP Password Storage Cheat Sheet (the parameters).
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from gateway.model.errors import UnavailableError

PATIENCE: Final = timedelta(seconds=5)

# Of hashes that were made elsewhere: each sign-in does their work.
_MAX_KEPT: Final = 255
_MAX_MEMORY_KIB: Final = 256 * 1024
_MAX_ITERATIONS: Final = 16
_MAX_LANES: Final = 16
_MIN_HASH_BYTES: Final = 16


class BusyHashingError(UnavailableError):
    """Too many passwords are being checked."""

    public = "Too many people are signing in just now. Please try again in a moment."


@dataclass(frozen=True, slots=True)
class Parameters:
    """How much work a hash is. Raised as machines get faster; old hashes stay good.

    Attributes:
        iterations: Passes over the memory.
        memory_kib: Memory that each takes.
    """

    iterations: int = 2
    memory_kib: int = 19 * 1024


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of a password.

    Attributes:
        matches: Whether it is the one.
        outdated: Whether it should be hashed anew, with the present parameters.
    """

    matches: bool
    outdated: bool = False


class Passwords:
    """Hashes and verifies passwords. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        at_once: int,
        parameters: Parameters | None = None,
        patience: timedelta = PATIENCE,
    ) -> None:
        """Prepare.

        Args:
            at_once: How many may be worked on at a time: the number of cores, or less.
            parameters: For new hashes.
            patience: How long one waits for its turn.
        """
        work = parameters or Parameters()
        self._hasher = PasswordHasher(
            time_cost=work.iterations,
            memory_cost=work.memory_kib,
            parallelism=1,
            type=Type.ID,
        )
        self._turns = threading.BoundedSemaphore(at_once)
        self._patience = patience.total_seconds()
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return what to keep of a password: PHC string format, with its own salt.

        Raises:
            BusyHashingError: It was not its turn in time.
        """
        with self._turn():
            return self._hasher.hash(_octets(password))

    def verify(self, kept: str | None, password: str) -> Verification:
        """Return whether a password is the one that was kept.

        Args:
            kept: From `hash`; `None` if there is no such person, or no password: then it
                takes as long, and never matches.
            password: As typed.

        Raises:
            BusyHashingError: It was not its turn in time.
        """
        with self._turn():
            matches = self._matches(self._nobodys if kept is None else kept, password)
        if not matches or kept is None:
            return Verification(matches=False)
        return Verification(
            matches=True, outdated=self._hasher.check_needs_rehash(kept)
        )

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _octets(password))
        except (VerificationError, InvalidHashError):
            return False

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._patience):
            raise BusyHashingError("no turn within the patience of password hashing")
        try:
            yield
        finally:
            self._turns.release()


def is_verifiable(kept: str) -> bool:
    """Whether a hash that came from elsewhere can be verified here, with bounded work.

    Those of the argon2 family can, in PHC string format.
    """
    if not kept.isascii() or len(kept) > _MAX_KEPT:
        return False
    try:
        work = extract_parameters(kept)
    except InvalidHashError:
        return False
    return (
        work.memory_cost <= _MAX_MEMORY_KIB
        and work.time_cost <= _MAX_ITERATIONS
        and work.parallelism <= _MAX_LANES
        and work.hash_len >= _MIN_HASH_BYTES
    )


def _octets(password: str) -> bytes:
    # Halves of a surrogate pair are no text, and a wrong password like any other.
    return password.encode("utf-8", "surrogatepass")
