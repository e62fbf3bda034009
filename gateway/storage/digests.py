"""What is handed out and recognised later: kept as a digest, never as it is.

Whoever reads the database, or a backup of it, can use nothing of it. For values that nobody
can guess: refresh tokens, sessions, authorization codes. What people type is short enough to
be tried out against a digest, and needs a key (`gateway.pool.codes`).
"""

import hashlib
import hmac
import secrets

# 256 random bits: none is ever met by trying.
RANDOM_BYTES = 32
DIGEST_BYTES = 32

# As much text as somebody may have sent in place of one.
MAX_CHARACTERS = 8192


def new_value() -> str:
    """Return a new value to hand out, of letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def digest_of(value: str, *, purpose: str) -> bytes:
    """Return what to keep of a value, and what to look for when it comes back.

    Args:
        value: As it was handed out, or as somebody sent it.
        purpose: What it is good for; it is recognised for that alone.

    Raises:
        ValueError: It is longer than anything that is handed out.
    """
    if len(value) > MAX_CHARACTERS:
        raise ValueError(f"a value of {len(value)} characters")
    # "surrogatepass": what a caller sends need not be text that can be written.
    parts = [each.encode("utf-8", "surrogatepass") for each in (purpose, value)]
    lengths = b"".join(len(part).to_bytes(8, "big") for part in parts)
    return hashlib.sha256(lengths + b"".join(parts)).digest()


def is_digest_of(digest: bytes, value: str, *, purpose: str) -> bool:
    """Return whether a digest is that of a value, in the same time for each answer."""
    return hmac.compare_digest(digest, digest_of(value, purpose=purpose))
