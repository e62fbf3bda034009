"""`[network]`: where the gateway may go to fetch a provider's keys."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from gateway.config.settings.addresses import Host
from gateway.config.settings.references import File
from gateway.config.settings.section import Loose, Section
from gateway.config.settings.values import Duration, Network, Rate, RateOf


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


class NetworkSettings(Section):
    """Bounds on the way to the provider."""

    allow_hosts: Annotated[tuple[Host, ...], Loose] = Field(
        default=(),
        max_length=64,
        description="Hosts that discovery and keys may be fetched from. By default those "
        "of `issuer` and `jwks_url`.",
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
    jwks: JwksSettings = Field(
        default=JwksSettings(), description="How keys are kept fresh."
    )
