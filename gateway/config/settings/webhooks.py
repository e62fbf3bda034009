"""Signed requests to a program of the operator's: where, and what they are signed with.

Reference: Standard Webhooks 1.0.0 (https://www.standardwebhooks.com).
"""

import base64
import binascii
from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.config.settings.addresses import UrlText, parse_url
from gateway.config.settings.authorities import Authorities
from gateway.config.settings.references import Secret, SecretRef
from gateway.config.settings.section import Loose, Section, flaw
from gateway.config.settings.values import Duration, Network, private_address_of

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


class WebhookSettings(Section):
    """A program that is told something by signed HTTP requests."""

    url: UrlText = Field(description="Where requests are sent, by POST.")
    secret: Annotated[Secret, AfterValidator(_check_secret)] = Field(
        description="Signs each request: `whsec_` and base64, or 24 to 64 bytes."
    )
    allow_private_addresses: Annotated[tuple[Network, ...], Loose] = Field(
        default=(),
        max_length=64,
        description="Private networks that the host may resolve to. By default none.",
    )
    allow_plain_http: bool = Field(
        default=False,
        description="Send without TLS. Only to a program on this machine.",
    )
    ca: Authorities | None = Field(
        default=None,
        description="Certificates, in PEM form, that sign the program's own. Without it, "
        "the system's.",
    )
    timeout: Duration = Field(
        default=timedelta(seconds=5),
        ge=timedelta(milliseconds=100),
        le=timedelta(seconds=5),
        description="For one try; somebody may be waiting for it.",
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        url = parse_url(self.url)
        if not url.tls and not (url.loopback and self.allow_plain_http):
            raise flaw(
                "E106",
                "has to be https",
                hint="for a program on this machine: allow_plain_http = true"
                if url.loopback
                else "",
                at=("url",),
            )
        address = private_address_of(url.host)
        networks = self.allow_private_addresses
        if address and not any(address in network for network in networks):
            raise flaw(
                "E330",
                f"`allow_private_addresses` leaves out {address}",
                hint="without it, the gateway goes to public addresses alone",
                at=("url",),
            )
        return self
