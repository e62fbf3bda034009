"""Secrets at rest: AES-256-GCM under the store key.

One store key (`[storage] encrypt_with`) seals the key ring and secrets in rows. What is
sealed names the key that sealed it, so that a wrong key is told apart from damage, and
is bound to its purpose, so that a sealed value cannot be moved to another place.

References: NIST SP 800-38D (GCM); RFC 5116 section 5.2 (AEAD_AES_256_GCM).
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.keys.errors import SealError

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = "v1"

_HEX = re.compile(r"[0-9A-Fa-f]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
# 32 random bytes have about 30 different values; fewer than this is a pattern or a
# phrase, which somebody can guess.
_FEWEST_DIFFERENT_BYTES = 16


@dataclass(frozen=True, slots=True)
class StoreKey:
    """The key that protects everything secret at rest.

    Attributes:
        secret: 32 random bytes.
    """

    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: bytes | str) -> "StoreKey":
        """Return the key that a secret reference revealed.

        Args:
            text: 32 bytes as base64 (either alphabet, with or without padding), as 64
                hexadecimal digits, or as they are. White space around the first two is
                ignored.

        Raises:
            SealError: It is none of these, or clearly no random bytes.
        """
        secret = _decode(text.encode() if isinstance(text, str) else text)
        if secret is None:
            raise SealError(
                "the store key must be 32 random bytes, in base64 or hexadecimal; "
                "`openssl rand -base64 32` makes one"
            )
        if len(set(secret)) < _FEWEST_DIFFERENT_BYTES:
            raise SealError("the store key repeats itself: it is not random")
        return cls(secret)

    @property
    def id(self) -> str:
        """A name for the key that tells nothing about it."""
        return hashlib.sha256(b"gateway store key\0" + self.secret).hexdigest()[:16]

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose; neither the key nor others follow from them.

        Args:
            purpose: With a version: `pool codes, version 1`.
        """
        info = b"gateway " + purpose.encode()
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(self.secret)


def _decode(raw: bytes) -> bytes | None:
    text = raw.strip().decode("latin-1")
    # Before anything else: 32 or 64 hexadecimal digits are also valid in the other two
    # forms, and half a key must not pass for a whole one.
    if _HEX.fullmatch(text):
        return bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else None
    if _BASE64.fullmatch(text):
        standard = text.rstrip("=").translate(str.maketrans("-_", "+/")) + "="
        return base64.b64decode(standard, validate=True)
    return raw if len(raw) == KEY_BYTES else None


class Seal:
    """Seals and opens values with one store key."""

    def __init__(self, *, key: StoreKey) -> None:
        self._id = key.id
        self._cipher = AESGCM(key.secret)

    def seal(self, plaintext: bytes, *, purpose: str) -> str:
        """Return the sealed value as printable ASCII.

        Args:
            plaintext: What to protect.
            purpose: Where the value belongs; it can be opened for that alone.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, plaintext, self._context(purpose))
        body = base64.urlsafe_b64encode(nonce + sealed).decode("ascii")
        return f"{FORMAT}.{self._id}.{body}"

    def open(self, sealed: str, *, purpose: str) -> bytes:
        """Return what was sealed.

        Raises:
            SealError: It was sealed with another key or for another purpose, or it is
                damaged.
        """
        form, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        if form != FORMAT:
            raise SealError("not a sealed value of a known format")
        if key_id != self._id:
            raise SealError(
                f"sealed with store key {key_id[:16]!r}, but the one at hand is "
                f"{self._id!r}"
            )
        try:
            raw = base64.b64decode(body, altchars=b"-_", validate=True)
            return self._cipher.decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], self._context(purpose)
            )
        except (ValueError, InvalidTag) as error:
            raise SealError("the sealed value is damaged or out of place") from error

    def _context(self, purpose: str) -> bytes:
        return f"{FORMAT}.{self._id}.{purpose}".encode()
