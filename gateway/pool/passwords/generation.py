"""Passwords for people to begin with, which they are asked to replace.

Random enough that nobody guesses one, and made of what can be read out over the phone.
"""

import secrets
from typing import Final

from gateway.pool.passwords.policy import PasswordPolicy

# With four kinds of characters, about a hundred random bits.
LENGTH: Final = 18

# Without those that are taken for one another (I, l, 1, O, 0), and symbols that no mail
# program and no shell makes something else of.
_LOWERCASE: Final = "abcdefghijkmnopqrstuvwxyz"
_UPPERCASE: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_NUMBERS: Final = "23456789"
_SYMBOLS: Final = "-_.+:@"
_ALL: Final = _LOWERCASE + _UPPERCASE + _NUMBERS + _SYMBOLS


def new_password(policy: PasswordPolicy) -> str:
    """Return a random password that a policy takes: one of each kind, whatever it asks."""
    length = max(LENGTH, policy.min_length)
    kinds = (_LOWERCASE, _UPPERCASE, _NUMBERS, _SYMBOLS)
    characters = [secrets.choice(kind) for kind in kinds]
    characters += [secrets.choice(_ALL) for _ in range(length - len(kinds))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
