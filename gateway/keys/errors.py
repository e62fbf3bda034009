"""The failures of keys at rest.

UnavailableError
├── SealError                    something sealed cannot be opened
└── KeyRingError                 the ring cannot be read, trusted or written
    └── UnpublishedKeyError      the next key is too young to sign
"""

from gateway.model.errors import UnavailableError


class SealError(UnavailableError):
    """A store key is unusable, or what was sealed cannot be opened with it."""

    code = "seal_broken"


class KeyRingError(UnavailableError):
    """The key ring cannot be read, trusted or written. Nothing was overwritten."""

    code = "keys_unavailable"


class UnpublishedKeyError(KeyRingError):
    """The next key has not been published for long enough to sign."""
