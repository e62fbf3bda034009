"""`[network]`: where the gateway may go to ask a provider."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from gateway.config.settings.addresses import Host, Url, parse_url
from gateway.config.settings.references import File
from gateway.config.settings.section import Loose, Section, flaw
from gateway.config.settings.values import (
    Duration,
    Network,
    Rate,
    RateOf,
    private_address_of,
)


class JwksSettings(Section):
    """How the provider's keys are kept fresh."""

    refresh: Duration = Field(
        default=timedelta(minutes=15),
        ge=timedelta(seconds=1),
        le=timedelta(days=1),
        description="Keys older than this are fetched again.",
    )
    unknown_kid: RateOf = Field(
        default=Rate(1, timedelta(seconds=30)),
        description="How often an unknown key id may cause a fetch.",
    )
    stale: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(0),
        le=timedelta(days=30),
        description="How long cached keys serve while the provider is down. After a "
        "withdrawal of a key, it may be believed for this long at most.",
    )


class WaySettings(Section):
    """Bounds on the way to a provider without keys."""

    allow_hosts: Annotated[tuple[Host, ...], Loose] = Field(
        default=(),
        max_length=64,
        description="Hosts that the gateway may ask. By default those of the provider's "
        "addresses in this file.",
    )
    allow_private_addresses: Annotated[tuple[Network, ...], Loose] = Field(
        default=(),
        max_length=64,
        description="Private networks that the hosts may resolve to. By default none.",
    )
    allow_plain_http: bool = Field(
        default=False,
        description="Fetch without TLS. Only for a provider on this machine.",
    )
    ca: File | None = Field(
        default=None,
        description="Certificates, in PEM form, that sign the provider's own. Without "
        "it, the system's.",
    )
    timeout: Duration = Field(
        default=timedelta(seconds=3),
        ge=timedelta(milliseconds=100),
        le=timedelta(seconds=30),
        description="For one fetch.",
    )

    def check(self, text: str, *key: str, hosts: tuple[str, ...]) -> None:
        """Refuse an address of the provider that no request could be sent to.

        Args:
            text: The URL.
            key: The setting that it stands in, from the outermost table on.
            hosts: Those that may be asked.
        """
        url = parse_url(text)
        if url.host not in hosts:
            raise flaw("E330", f"`network.allow_hosts` leaves out {url.host}", at=key)
        self.check_scheme(url, *key)
        address = private_address_of(url.host)
        if address and not any(
            address in each for each in self.allow_private_addresses
        ):
            raise flaw(
                "E330",
                f"`network.allow_private_addresses` leaves out {address}",
                hint="without it, the gateway goes to public addresses alone",
                at=key,
            )

    def check_scheme(self, url: Url, *key: str) -> None:
        """Refuse an address without TLS, unless it is this machine's and that is meant."""
        if not url.tls and not (url.loopback and self.allow_plain_http):
            raise flaw(
                "E106",
                "has to be https",
                hint="for a provider on this machine: network.allow_plain_http = true"
                if url.loopback
                else "",
                at=key,
            )


class NetworkSettings(WaySettings):
    """Bounds on the way to the provider."""

    allow_hosts: Annotated[tuple[Host, ...], Loose] = Field(
        default=(),
        max_length=64,
        description="Hosts that the gateway may ask: for discovery, keys, tokens and "
        "claims. By default those of the provider's addresses in this file.",
    )
    jwks: JwksSettings = Field(
        default=JwksSettings(), description="How keys are kept fresh."
    )
