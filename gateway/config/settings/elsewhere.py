"""A program elsewhere that the gateway asks or tells something, and the way to it."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.config.settings.addresses import UrlText, parse_url
from gateway.config.settings.authorities import Authorities
from gateway.config.settings.section import Loose, Section, flaw
from gateway.config.settings.values import Duration, Network, private_address_of


class Elsewhere(Section):
    """Where a program is, and how long one waits for it."""

    url: UrlText = Field(description="Where requests are sent.")
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
