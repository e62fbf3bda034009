"""Counts tries before they are made, so that no two of them are free at once.

Whoever may try has been counted already; a success takes it back. So a thousand guesses at
the same moment are a thousand, and not one. Nobody waits for the disk for it, twice in each
sign-in: a power cut forgets the last few tries, and no guesser causes those.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import AttemptsExceededError
from gateway.pool.names import comparable
from gateway.pool.pool import Pool
from gateway.pool.throttling import (
    FREE_TRIES,
    FREE_TRIES_EVERYWHERE,
    Failures,
    after_failure,
    network_of,
)
from gateway.storage.database import Database
from gateway.storage.pools.failures import (
    EVERYWHERE,
    FailureKey,
    StoredFailures,
    UserFailures,
)

# What is longer is nobody's name; it is counted all the same.
_MAX_NAME: Final = 256

# In no comparable form (NFKC has another character in its place): so nobody who types a
# name is counted as if a factor had been tried.
_FACTOR: Final = "\N{FULLWIDTH COLON}"


@dataclass(frozen=True, slots=True)
class Try:
    """One try, which has been counted.

    Attributes:
        here: What it is counted for, at the network that it comes from.
        everywhere: What it is counted for, wherever it comes from.
    """

    here: FailureKey
    everywhere: FailureKey


class Tries:
    """Lets people try, and makes them wait."""

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, pool: Pool, name: str, address: str) -> Try:
        """Count a try that is about to be made.

        Args:
            pool: The pool.
            name: As typed; it need not be anybody's.
            address: Where the request comes from.

        Raises:
            AttemptsExceededError: It has to wait. (That is the same for names that nobody
                has.)
        """
        return self._begin(pool, _form(pool, name), address)

    def begin_factor(self, pool: Pool, user: User, factor: str, address: str) -> Try:
        """Count a try at something that is asked for beside the name.

        Apart from what is typed for a password: whoever has that one would start anew with
        each sign-in, and guess a second factor without end.

        Args:
            pool: The pool.
            user: Whose factor it is.
            factor: Which one.
            address: Where the request comes from.

        Raises:
            AttemptsExceededError: It has to wait.
        """
        return self._begin(pool, f"{_FACTOR}{factor} {user.sub}", address)

    def _begin(self, pool: Pool, form: str, address: str) -> Try:
        attempt = Try(
            FailureKey(pool.id, form, network_of(address)),
            FailureKey(pool.id, form, EVERYWHERE),
        )
        now = self._clock()

        def work(connection: Connection) -> datetime:
            kept = UserFailures(connection)
            here = kept.find(attempt.here)
            everywhere = kept.find(attempt.everywhere)
            until = _blocked_until(here, everywhere, now)
            if until <= now:
                _count(kept, attempt.here, here, now)
                _count(kept, attempt.everywhere, everywhere, now)
            return until

        until = self._database.write(work, lasting=False)
        if until > now:
            seconds = ceil((until - now).total_seconds())
            raise AttemptsExceededError(
                f"to wait {seconds} seconds", retry_after=seconds
            )
        return attempt

    def forgive(self, pool: Pool, name: str, address: str) -> None:
        """Let somebody try at once who has just proven otherwise who they are.

        Args:
            pool: The pool.
            name: As typed.
            address: Where the request comes from.
        """
        form = _form(pool, name)
        self.succeed(
            Try(
                FailureKey(pool.id, form, network_of(address)),
                FailureKey(pool.id, form, EVERYWHERE),
            )
        )

    def succeed(self, attempt: Try) -> None:
        """Take back what was counted: the try was right, and the network is known now."""
        now = self._clock()

        def work(connection: Connection) -> None:
            kept = UserFailures(connection)
            kept.keep(attempt.here, StoredFailures(0, now, succeeded_at=now))
            # The others' tries stay: whoever guesses waits for people to sign in.
            others = kept.find(attempt.everywhere)
            if others is not None:
                left = replace(others, count=max(0, others.count - 1))
                kept.keep(attempt.everywhere, left)

        self._database.write(work, lasting=False)


def _form(pool: Pool, name: str) -> str:
    sensitive = pool.settings.sign_in.case_sensitive
    return comparable(name, case_sensitive=sensitive)[:_MAX_NAME]


def _blocked_until(
    here: StoredFailures | None, everywhere: StoredFailures | None, now: datetime
) -> datetime:
    until = now
    if here is not None:
        until = Failures(here.count, here.last_at).blocked_until(free=FREE_TRIES)
    # Where somebody has signed in from, strangers elsewhere do not keep them out.
    is_known = (
        here is not None and here.succeeded_at is not None and here.count < FREE_TRIES
    )
    if everywhere is not None and not is_known:
        failures = Failures(everywhere.count, everywhere.last_at)
        until = max(until, failures.blocked_until(free=FREE_TRIES_EVERYWHERE))
    return until


def _count(
    kept: UserFailures, key: FailureKey, before: StoredFailures | None, now: datetime
) -> None:
    counted = after_failure(
        None if before is None else Failures(before.count, before.last_at), now
    )
    succeeded_at = None if before is None else before.succeeded_at
    kept.keep(key, StoredFailures(counted.count, counted.last_at, succeeded_at))
