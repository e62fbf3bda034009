"""What logs call somebody: the same name for the same identity, and not the identity.

Keyed, because identities are few enough to be tried one by one against a plain digest.
Two lines about one identity can be joined; without the key, neither can be traced back.
"""

import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache

# How many names are remembered; the rest costs a microsecond each time.
_REMEMBERED = 4096
_DIGEST_BYTES = 16

# Keeps the key apart from every other that is derived from the same secret.
_PURPOSE = b"gateway log pseudonym, version 1"
_VALUE_PURPOSE = b"gateway log value, version 1"


class Pseudonyms:
    """Names identities in logs."""

    def __init__(self, *, secret: bytes, hashed: bool = True) -> None:
        """Derive the key.

        Args:
            secret: At least 16 bytes that only this installation knows. The same secret
                gives the same names, also after a restart.
            hashed: False to write ids as they are.

        Raises:
            ValueError: The secret is too short to protect anything.
        """
        key = _derive(secret, _PURPOSE)

        def name(identity_id: str) -> str:
            raw = identity_id.encode("utf-8", "surrogatepass")
            return hashlib.blake2b(raw, key=key, digest_size=_DIGEST_BYTES).hexdigest()

        self._name = lru_cache(maxsize=_REMEMBERED)(name if hashed else str)

    def of(self, identity_id: str) -> str:
        """Return what to write instead of the id; empty stays empty."""
        return self._name(identity_id) if identity_id else ""


def value_hasher(secret: bytes) -> Callable[[bytes], str]:
    """Return what hashes values for the decision log: 32 hexadecimal digits.

    Args:
        secret: As for `Pseudonyms`; whoever has it can hash a value and compare.

    Raises:
        ValueError: The secret is too short to protect anything.
    """
    key = _derive(secret, _VALUE_PURPOSE)

    def digest(raw: bytes) -> str:
        return hashlib.blake2b(raw, key=key, digest_size=_DIGEST_BYTES).hexdigest()

    return digest


def _derive(secret: bytes, purpose: bytes) -> bytes:
    if len(secret) < _DIGEST_BYTES:
        raise ValueError("a secret of fewer than 16 bytes can be guessed")
    return hmac.digest(secret, purpose, "sha256")
