"""Which passwords a pool takes.

Two kinds of demand stand side by side: Cognito's (length and classes of characters), because
imported pools have them, and how hard a password is to guess, which is what counts. Whether
one is known from a leak is a question to somebody else (`gateway.pool.passwords.leaks`).

References: Amazon Cognito, "Adding user pool password requirements"; NIST SP 800-63B
section 5.1.1.2 (length before classes, no silent changes to what was typed).
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from zxcvbn import zxcvbn

# Longer ones are refused before anything is computed over them.
MAX_LENGTH: Final = 256
SHORTEST_POLICY: Final = 6
LONGEST_POLICY: Final = 99
MAX_STRENGTH: Final = 4
MOST_SEEN: Final = 1_000_000

# What zxcvbn looks at: its time grows faster than the length, and who gets this far has a
# strong password already.
_JUDGED_LENGTH: Final = 72
_JUDGED_WORDS: Final = 32

_SYMBOLS: Final = frozenset("^$*.[]{}()?-\"!@#%&/\\,><':;|_~`+= ")


class PasswordProblem(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_LOWERCASE = "no_lowercase"
    NO_UPPERCASE = "no_uppercase"
    NO_NUMBER = "no_number"
    NO_SYMBOL = "no_symbol"
    NOT_TEXT = "not_text"
    BLANK_AT_THE_ENDS = "blank_at_the_ends"
    TOO_EASY_TO_GUESS = "too_easy_to_guess"
    USED_BEFORE = "used_before"
    LEAKED = "leaked"


class LeakFailure(StrEnum):
    """What becomes of a password that nobody could ask about."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class LeakPolicy:
    """What a pool makes of passwords that are known from leaks.

    Attributes:
        at_most: How often one may have been seen, 0 to `MOST_SEEN`.
        on_failure: What becomes of one while nobody can be asked.
    """

    at_most: int = 0
    on_failure: LeakFailure = LeakFailure.ACCEPT


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a pool demands of passwords. By default, what Cognito does.

    Attributes:
        min_length: In characters, `SHORTEST_POLICY` to `LONGEST_POLICY`.
        lowercase: Whether one of a to z is needed.
        uppercase: Whether one of A to Z is needed.
        number: Whether one of 0 to 9 is needed.
        symbol: Whether one of Cognito's symbols is needed; a blank inside is one.
        history: How many passwords, the present one included, must not come again, 0 to 24.
        min_strength: Least score of zxcvbn, 0 (any) to 4 (very unguessable).
        temporary_lifetime: How long a password that an administrator gave is good for.
        leaked: What becomes of passwords that are known from leaks; `None` if nobody is
            asked about them.
    """

    min_length: int = 8
    lowercase: bool = True
    uppercase: bool = True
    number: bool = True
    symbol: bool = True
    history: int = 0
    min_strength: int = 0
    temporary_lifetime: timedelta = timedelta(days=7)
    leaked: LeakPolicy | None = None

    def problems(
        self, password: str, *, about: Sequence[str] = ()
    ) -> Sequence[PasswordProblem]:
        """Return everything that is wrong with a password; nothing if it is taken.

        Args:
            password: As typed; it is never changed.
            about: What others know of the person: name, address. A password made of it is
                easy to guess.
        """
        if len(password) > MAX_LENGTH:
            return (PasswordProblem.TOO_LONG,)
        if not _is_text(password):
            return (PasswordProblem.NOT_TEXT,)
        problems = [*self._shape(password)]
        if not problems and self._is_weak(password, about):
            problems.append(PasswordProblem.TOO_EASY_TO_GUESS)
        return tuple(problems)

    def _shape(self, password: str) -> Iterator[PasswordProblem]:
        if len(password) < self.min_length:
            yield PasswordProblem.TOO_SHORT
        if password != password.strip(" "):
            # Forms and mail programs lose them, and the person wonders why.
            yield PasswordProblem.BLANK_AT_THE_ENDS
        if self.lowercase and not _any(password, "a", "z"):
            yield PasswordProblem.NO_LOWERCASE
        if self.uppercase and not _any(password, "A", "Z"):
            yield PasswordProblem.NO_UPPERCASE
        if self.number and not _any(password, "0", "9"):
            yield PasswordProblem.NO_NUMBER
        if self.symbol and _SYMBOLS.isdisjoint(password):
            yield PasswordProblem.NO_SYMBOL

    def _is_weak(self, password: str, about: Sequence[str]) -> bool:
        if not self.min_strength:
            return False
        words = [word[:_JUDGED_LENGTH] for word in about if word][:_JUDGED_WORDS]
        judged = zxcvbn(password[:_JUDGED_LENGTH], user_inputs=words)
        return bool(judged["score"] < self.min_strength)


def _any(password: str, first: str, last: str) -> bool:
    return any(first <= character <= last for character in password)


def _is_text(password: str) -> bool:
    """Whether it can be typed again: no control characters, no halves of a pair."""
    return not any(unicodedata.category(each) in {"Cc", "Cs"} for each in password)
