"""Signed requests to a program of the operator's: where, and what they are signed with.

Reference: Standard Webhooks 1.0.0 (https://www.standardwebhooks.com).
"""

import base64
import binascii
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from gateway.config.settings.elsewhere import Elsewhere
from gateway.config.settings.references import Secret, SecretRef
from gateway.config.settings.section import flaw

_PREFIX: Final = b"whsec_"
# "MUST be between 24 bytes and 64 bytes".
_SECRET_BYTES: Final = range(24, 65)


def signing_key(secret: SecretRef) -> bytes:
    """Return the key that a secret stands for.

    Args:
        secret: `whsec_` and base64, as the standard writes it; or 24 to 64 bytes as they
            are. White space around is ignored.

    Raises:
        ValueError: It is neither.
    """
    raw = secret.reveal().strip()
    if raw.startswith(_PREFIX):
        try:
            raw = base64.b64decode(raw.removeprefix(_PREFIX), validate=True)
        except binascii.Error as error:
            raise ValueError("what follows `whsec_` is no base64") from error
    if len(raw) not in _SECRET_BYTES:
        raise ValueError("the secret of a webhook has 24 to 64 bytes")
    return raw


def _check_secret(secret: SecretRef) -> SecretRef:
    try:
        signing_key(secret)
    except ValueError as error:
        raise flaw(
            "E505",
            str(error),
            hint='`echo "whsec_$(openssl rand -base64 32)"` makes one',
        ) from None
    return secret


class WebhookSettings(Elsewhere):
    """A program that is told something by signed HTTP requests (POST)."""

    secret: Annotated[Secret, AfterValidator(_check_secret)] = Field(
        description="Signs each request: `whsec_` and base64, or 24 to 64 bytes."
    )
