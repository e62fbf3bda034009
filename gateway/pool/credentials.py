"""A password, turned into what is kept of it.

Both the hash that a typed password is compared with and the verifier that one is proven by:
a person may sign in either way.
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from gateway.model.user import User
from gateway.pool import srp
from gateway.pool.errors import InvalidPasswordError
from gateway.pool.passwords.hashing import Passwords
from gateway.pool.passwords.leaks import LeaksUnknownError
from gateway.pool.passwords.policy import LeakFailure, LeakPolicy, PasswordProblem
from gateway.pool.pool import Pool
from gateway.storage.pools.secrets import UserSecrets

_PURPOSE = "pool srp verifier"


class Sealer(Protocol):
    """Seals what must be opened again."""

    def seal(self, plaintext: bytes, *, purpose: str) -> str:
        """Return the sealed value as printable ASCII."""

    def open(self, sealed: str, *, purpose: str) -> bytes:
        """Return what was sealed, or raise `SealError`."""


class Leaks(Protocol):
    """Knows passwords from leaks (`gateway.pool.passwords.leaks`)."""

    def times_seen(self, password: str) -> int:
        """Return how often one was seen, or raise `LeaksUnknownError`."""


class Credentials:
    """Makes what is kept of a password. Burns a core; call it in a thread."""

    def __init__(self, *, passwords: Passwords, sealer: Sealer, leaks: Leaks) -> None:
        self._passwords = passwords
        self._sealer = sealer
        self._leaks = leaks

    def check(self, pool: Pool, password: str, *, about: User) -> None:
        """Refuse a password that the pool does not take.

        Never to be called inside a transaction: a service elsewhere may be asked.

        Raises:
            InvalidPasswordError: With everything that is wrong with it.
            LeaksUnknownError: Nobody could be asked whether it is known from a leak, and
                the pool takes none then.
        """
        policy = pool.settings.password
        known = [about.username, *about.attributes.values()]
        problems = policy.problems(password, about=known)
        # Of what is refused anyway, nobody elsewhere hears.
        if not problems and policy.leaked and self._is_leaked(policy.leaked, password):
            problems = (PasswordProblem.LEAKED,)
        if problems:
            raise InvalidPasswordError(problems=problems)

    def _is_leaked(self, policy: LeakPolicy, password: str) -> bool:
        try:
            return self._leaks.times_seen(password) > policy.at_most
        except LeaksUnknownError:
            if policy.on_failure is LeakFailure.REFUSE:
                raise
            return False

    def make(
        self,
        pool: Pool,
        user: User,
        password: str,
        *,
        before: UserSecrets,
        now: datetime,
    ) -> UserSecrets:
        """Return what is to be kept of a person's own new password.

        Whoever asks has checked whether the pool takes it; whether the person had it before
        is seen here, because it is as much work as hashing.

        Args:
            pool: The pool.
            user: Whose it is: the verifier is good for this user name alone.
            password: As typed.
            before: What was kept so far; what has nothing to do with passwords stays.
            now: The time.

        Raises:
            InvalidPasswordError: It was the person's before, and must not come again.
            BusyHashingError: Too many passwords are being worked on.
        """
        past = _past(pool, before)
        if any(self._passwords.verify(kept, password).matches for kept in past):
            raise InvalidPasswordError(problems=[PasswordProblem.USED_BEFORE])
        return self._made(pool, user, password, before, now)

    def make_temporary(
        self,
        pool: Pool,
        user: User,
        password: str,
        *,
        before: UserSecrets,
        now: datetime,
    ) -> UserSecrets:
        """Return what is to be kept of a password that an administrator gives.

        It is good for the pool's `temporary_lifetime`, and then for nothing.

        Raises:
            BusyHashingError: Too many passwords are being worked on.
        """
        made = self._made(pool, user, password, before, now)
        lifetime = pool.settings.password.temporary_lifetime
        return replace(made, temporary_until=now + lifetime)

    def rehash(self, before: UserSecrets, password: str) -> UserSecrets:
        """Return what was kept, with the same password hashed as it is today.

        Raises:
            BusyHashingError: Too many passwords are being worked on.
        """
        return replace(before, password_hash=self._passwords.hash(password))

    def renewed(
        self, pool: Pool, user: User, before: UserSecrets, password: str
    ) -> UserSecrets:
        """Return what would be kept of the same password today.

        With a verifier, if there was none: whoever came from another system has a hash
        alone, and could not prove the password without typing it.

        Raises:
            BusyHashingError: Too many passwords are being worked on.
        """
        after = self.rehash(before, password)
        if before.srp_verifier is not None:
            return after
        verifier = srp.make_verifier(pool.group, user.username, password)
        return replace(after, srp_verifier=self.seal_verifier(pool, user, verifier))

    def verifier(
        self, pool: Pool, user: User, secrets: UserSecrets
    ) -> srp.Verifier | None:
        """Return what a person proves a password by; `None` if there is nothing.

        Raises:
            SealError: It was sealed with another key, or is somebody else's.
        """
        if secrets.srp_verifier is None:
            return None
        purpose = _purpose(pool, user)
        kept = json.loads(self._sealer.open(secrets.srp_verifier, purpose=purpose))
        return srp.Verifier(int(kept["salt"], 16), int(kept["value"], 16))

    def _made(
        self, pool: Pool, user: User, password: str, before: UserSecrets, now: datetime
    ) -> UserSecrets:
        verifier = srp.make_verifier(pool.group, user.username, password)
        return replace(
            before,
            password_hash=self._passwords.hash(password),
            srp_verifier=self.seal_verifier(pool, user, verifier),
            password_set_at=now,
            # The new one is one of those that must not come again.
            past_hashes=_past(pool, before)[
                : max(0, pool.settings.password.history - 1)
            ],
            temporary_until=None,
        )

    def seal_verifier(self, pool: Pool, user: User, verifier: srp.Verifier) -> str:
        """Return a verifier as it is kept."""
        kept = {"salt": f"{verifier.salt:x}", "value": f"{verifier.value:x}"}
        purpose = _purpose(pool, user)
        return self._sealer.seal(json.dumps(kept).encode(), purpose=purpose)


def with_password(secrets: UserSecrets, made: UserSecrets) -> UserSecrets:
    """Return secrets with the password of others.

    A password is hashed before the transaction that keeps it; what else proves the person
    is as that transaction finds it.

    Args:
        secrets: As they are kept now.
        made: From `Credentials.make`.
    """
    return replace(
        secrets,
        password_hash=made.password_hash,
        srp_verifier=made.srp_verifier,
        password_set_at=made.password_set_at,
        past_hashes=made.past_hashes,
        temporary_until=made.temporary_until,
    )


def _past(pool: Pool, before: UserSecrets) -> tuple[str, ...]:
    """Return the hashes of what must not come again, the last first."""
    present = () if before.password_hash is None else (before.password_hash,)
    return (*present, *before.past_hashes)[: pool.settings.password.history]


def _purpose(pool: Pool, user: User) -> str:
    # Bound to the person: moved to another row, it opens nothing.
    return f"{_PURPOSE} {pool.id} {user.sub}"
