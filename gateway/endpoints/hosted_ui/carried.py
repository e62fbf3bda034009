"""What one page hands to the next, by way of the browser.

Sealed, so that it can be neither read nor changed; bound to what it is for and to the
browser that it was made for, so that a copied address opens nothing elsewhere; and good for
a while only. So a page can be loaded again, two tabs do not meet, and nothing is kept here
for people who never come back.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from gateway.endpoints.hosted_ui.errors import StaleStepError
from gateway.model.errors import UnavailableError

# Longer than any challenge of a sign-in waits.
LIFETIME: Final = timedelta(minutes=20)

_UNTIL: Final = "until"


class Sealer(Protocol):
    """Protects values for a purpose."""

    def seal(self, plaintext: bytes, *, purpose: str) -> str:
        """Return the sealed value as printable ASCII."""

    def open(self, sealed: str, *, purpose: str) -> bytes:
        """Return what was sealed; raise `UnavailableError` if that was for another one."""


class Carrier:
    """Packs and unpacks."""

    def __init__(self, *, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        self._sealer = sealer
        self._clock = clock

    def pack(self, kind: str, browser: str, values: Mapping[str, Any]) -> str:
        """Return values as a text that can stand in an address.

        Args:
            kind: What they are for.
            browser: The browser's name.
            values: Anything that JSON can say.
        """
        until = (self._clock() + LIFETIME).timestamp()
        plain = json.dumps({**values, _UNTIL: until}, separators=(",", ":"))
        return self._sealer.seal(plain.encode(), purpose=_purpose(kind, browser))

    def unpack(self, kind: str, browser: str, packed: str) -> Mapping[str, Any]:
        """Return the values.

        Raises:
            StaleStepError: There are none, they are too old, or not for this.
        """
        if not packed or not packed.isascii():
            raise StaleStepError("nothing was carried along")
        try:
            plain = self._sealer.open(packed, purpose=_purpose(kind, browser))
        except UnavailableError as error:
            # Whoever changes an address is at fault, and not the store key.
            raise StaleStepError("what was carried along is not ours") from error
        values: Mapping[str, Any] = json.loads(plain)
        if values[_UNTIL] <= self._clock().timestamp():
            raise StaleStepError("what was carried along is too old")
        return values


def _purpose(kind: str, browser: str) -> str:
    return f"hosted_ui {kind} {browser}"
