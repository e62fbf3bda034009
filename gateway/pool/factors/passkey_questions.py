"""What authenticators were asked to sign, until it is answered: once, and soon.

Reference: Web Authentication level 3, section 13.4.3 (challenges).
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.pool.errors import PasskeyQuestionError
from gateway.pool.pool import Pool
from gateway.storage.database import Database
from gateway.storage.digests import digest_of
from gateway.storage.pools.passkeys import PasskeyQuestions, Question

# From the question to the answer: somebody may have to fetch a key from another room.
LIFETIME: Final = timedelta(minutes=5)

CHALLENGE_BYTES: Final = 32
# What nobody has answered is swept out no more often than that.
_SWEEP: Final = timedelta(minutes=1)


class Ceremony(StrEnum):
    """What an authenticator is asked for; an answer to one is none to the other."""

    REGISTRATION = "passkey registration"
    ASSERTION = "passkey assertion"


class Questions:
    """Asks, and takes answers once. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._swept_at = clock()

    def ask(self, pool: Pool, ceremony: Ceremony, *, sub: str, bound_to: str) -> bytes:
        """Return a new challenge.

        Args:
            pool: The pool.
            ceremony: What is asked for.
            sub: Whose answer it has to be; empty for anybody's.
            bound_to: The session that asks; empty for none.

        Raises:
            StorageError: Nothing was kept.
        """
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        digest = _digest(ceremony, bound_to, challenge)
        now = self._clock()
        if now - self._swept_at >= _SWEEP:
            self._swept_at = now
            self._database.write(
                lambda connection: PasskeyQuestions(connection).remove_expired(now)
            )
        question = Question(sub, now + LIFETIME)
        self._database.write(
            lambda connection: PasskeyQuestions(connection).keep(
                pool.id, digest, question
            )
        )
        return challenge

    def take(
        self, pool: Pool, ceremony: Ceremony, challenge: bytes, *, bound_to: str
    ) -> str:
        """Return whose answer it has to be; empty for anybody's.

        From now on the question is answered, whatever comes of the answer.

        Raises:
            PasskeyQuestionError: Nobody has asked this, or too long ago, or in another
                session.
            StorageError: It could not be looked up.
        """
        if len(challenge) != CHALLENGE_BYTES:
            raise PasskeyQuestionError("a challenge of another length")
        digest = _digest(ceremony, bound_to, challenge)
        now = self._clock()
        question = self._database.write(
            lambda connection: PasskeyQuestions(connection).take(pool.id, digest)
        )
        if question is None or question.expires_at <= now:
            raise PasskeyQuestionError
        return question.sub


def _digest(ceremony: Ceremony, bound_to: str, challenge: bytes) -> bytes:
    return digest_of(challenge.hex() + bound_to, purpose=ceremony)
