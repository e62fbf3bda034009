"""One-time codes: made, kept as digests, tried a limited number of times.

Six digits are guessed in a million tries, so a digest alone would hide nothing: it is keyed,
and bound to what the code is for and whose it is. Where codes are kept is the business of
`gateway.storage`; here is what they are.

References: NIST SP 800-63B section 5.1.3.2 (out-of-band codes: 20 bits, 10 minutes or a limit
on tries); RFC 4226 section 7.3 (throttling).
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

DIGITS: Final = 6
FIRST_FACTOR_DIGITS: Final = 8

# Of a million codes, five guesses hit one in two hundred thousand times.
MAX_TRIES: Final = 5

_CONTEXT: Final = b"gateway pool code 1"


class Purpose(StrEnum):
    """What a code is good for, and nothing else."""

    SIGN_UP = "sign_up"
    FORGOT_PASSWORD = "forgot_password"  # noqa: S105 - a name, not a password
    VERIFY_ATTRIBUTE = "verify_attribute"
    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"


# As Amazon Cognito has them ("Quotas in Amazon Cognito"); those of a sign-in end with its
# session, which is shorter.
LIFETIMES: Final = {
    Purpose.SIGN_UP: timedelta(hours=24),
    Purpose.FORGOT_PASSWORD: timedelta(hours=1),
    Purpose.VERIFY_ATTRIBUTE: timedelta(hours=24),
    Purpose.SIGN_IN: timedelta(minutes=15),
    Purpose.SECOND_FACTOR: timedelta(minutes=15),
}


class Outcome(StrEnum):
    """What came of a code that somebody typed."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class KeptCode:
    """What is kept of a code that was sent.

    Attributes:
        digest: Keyed; see the module.
        expires_at: From when on it is good for nothing.
        tries: How often something else was typed.
    """

    digest: bytes
    expires_at: datetime
    tries: int = 0


class Codes:
    """Makes codes and checks them."""

    def __init__(self, *, secret: bytes) -> None:
        """Take the secret.

        Args:
            secret: 32 bytes that never leave the gateway; with another one, every code that
                was sent is wrong.
        """
        self._secret = secret

    def make(
        self, purpose: Purpose, owner: str, *, now: datetime, digits: int = DIGITS
    ) -> tuple[str, KeptCode]:
        """Return a new code, and what to keep of it.

        Args:
            purpose: What it is for.
            owner: Whose it is: ids that no other person or attribute has.
            now: The time.
            digits: How many it has.
        """
        code = f"{secrets.randbelow(10**digits):0{digits}}"
        digest = self._digest(purpose, owner, code)
        return code, KeptCode(digest, now + LIFETIMES[purpose])

    def check(
        self,
        kept: KeptCode | None,
        purpose: Purpose,
        owner: str,
        code: str,
        now: datetime,
    ) -> tuple[Outcome, KeptCode | None]:
        """Return whether a code is right, and what is to be kept from now on.

        A right code is good once, and one that was missed too often is good no more: then
        nothing is kept. Takes as long where nothing was kept at all.

        Args:
            kept: What was kept; `None` if there is no such code, or no such person.
            purpose: What it is used for.
            owner: Who uses it.
            code: As typed.
            now: The time.
        """
        digest = self._digest(purpose, owner, code.strip())
        matches = hmac.compare_digest(digest, kept.digest if kept else bytes(32))
        if kept is None or now >= kept.expires_at:
            return Outcome.EXPIRED, None
        if matches:
            return Outcome.RIGHT, None
        if kept.tries + 1 >= MAX_TRIES:
            return Outcome.WRONG, None
        return Outcome.WRONG, replace(kept, tries=kept.tries + 1)

    def _digest(self, purpose: Purpose, owner: str, code: str) -> bytes:
        # The parts' lengths keep them apart, whatever they hold.
        parts = [part.encode("utf-8", "replace") for part in (purpose, owner, code)]
        said = b"".join(len(part).to_bytes(4) + part for part in parts)
        return hmac.digest(self._secret, _CONTEXT + said, "sha256")
