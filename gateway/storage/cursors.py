"""Where a page of a list ended, as a text that a caller carries to the next one.

Encrypted and bound to its list, so that a caller can neither read nor make nor bend one, nor
carry it over to another list. The same position is always the same text. Nothing is kept
here, and every gateway with the same storage key understands it.

Reference: RFC 5297 (AES-SIV).
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.storage.errors import CursorError

# Longer than any that is handed out: two names of 512 characters, each of four bytes.
MAX_CURSOR_CHARACTERS = 8192

# Keeps the key apart from every other that is derived from the same secret.
_PURPOSE = b"gateway list cursor, version 1"
_KEY_BYTES = 64

CursorValue = str | int | bool | datetime


class Cursors:
    """Writes and reads cursors."""

    def __init__(self, *, secret: bytes) -> None:
        """Derive the key.

        Args:
            secret: The storage key, or another that all gateways of a database have.
        """
        key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(secret)
        self._cipher = AESSIV(key)

    def write(self, values: Sequence[CursorValue], *, of: str) -> str:
        """Return the cursor of a position.

        Args:
            values: Of the last row, in the columns that the list is in the order of.
            of: Which list, its filter included: the cursor is good for that alone.
        """
        plain = json.dumps([_written(value) for value in values]).encode()
        sealed = self._cipher.encrypt(plain, [of.encode()])
        return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")

    def read(self, cursor: str, *, of: str) -> tuple[CursorValue, ...]:
        """Return the position that a caller came back with.

        Raises:
            CursorError: It was not handed out, or for another list.
        """
        if not 0 < len(cursor) <= MAX_CURSOR_CHARACTERS or not cursor.isascii():
            raise CursorError("a cursor of another length or alphabet")
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(sealed, [of.encode()])
        except (binascii.Error, ValueError, InvalidTag) as error:
            raise CursorError(
                "a cursor that was not handed out for this list"
            ) from error
        return tuple(_read(value) for value in json.loads(plain))


def _written(value: CursorValue) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _read(value: Any) -> CursorValue:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"])
    found: CursorValue = value
    return found
