"""`[upstreams.NAME]`: the services behind the gateway."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gateway.config.settings.addresses import Origin
from gateway.config.settings.references import File, Secret
from gateway.config.settings.section import Loose, Section, Text, flaw
from gateway.config.settings.values import Duration

_MOMENT = timedelta(milliseconds=1)


class UpstreamTimeout(Section):
    """How long the gateway waits for the service."""

    connect: Duration = Field(
        default=timedelta(seconds=1),
        ge=_MOMENT,
        le=timedelta(minutes=1),
        description="For a connection, TLS included.",
    )
    first_byte: Duration = Field(
        default=timedelta(seconds=10),
        ge=_MOMENT,
        le=timedelta(hours=1),
        description="From the end of the request to the head of the answer.",
    )
    idle: Duration = Field(
        default=timedelta(seconds=30),
        ge=_MOMENT,
        le=timedelta(hours=1),
        description="Between two pieces of a body, in either direction.",
    )
    total: Duration = Field(
        default=timedelta(seconds=60),
        ge=_MOMENT,
        le=timedelta(days=1),
        description="For the whole exchange, bodies included.",
    )


class UpstreamTls(Section):
    """How the gateway and the service prove themselves to each other."""

    ca: File | None = Field(
        default=None,
        description="Certificates, in PEM form, that sign the service's own. Without it, "
        "the system's.",
    )
    cert: File | None = Field(
        default=None, description="The gateway's client certificate in PEM form."
    )
    key: Secret | None = Field(
        default=None, description="The client certificate's private key in PEM form."
    )

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise flaw("E104", "`cert` and `key` belong together")
        return self


class Upstream(Section):
    """One service, at one address or several that are alike."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "retry": "repeating failed requests",
        "breaker": "circuit breaking",
        "health": "active health checks",
    }

    targets: Annotated[tuple[Origin, ...], Loose] = Field(
        min_length=1,
        max_length=256,
        description="Scheme, host and port of each instance.",
    )
    audience: Text = Field(
        description="`aud` of the tokens minted for it. One service, one audience: what "
        "one service receives must be worthless at another."
    )
    balance: Literal["least-inflight"] = Field(
        default="least-inflight",
        description="Which instance is asked: the one with the fewest requests in flight.",
    )
    connections: int = Field(
        default=256, ge=1, le=65_536, description="Connections to one instance."
    )
    timeout: UpstreamTimeout = Field(
        default=UpstreamTimeout(), description="How long the gateway waits."
    )
    tls: UpstreamTls | None = Field(
        default=None, description="Certificates, for `https` targets."
    )

    @model_validator(mode="after")
    def _alike(self) -> Self:
        if len({target.scheme for target in self.targets}) > 1:
            raise flaw("E106", "all are http, or all are https", at=("targets",))
        if self.tls is not None and not self.targets[0].tls:
            raise flaw("E106", "it has no effect on http targets", at=("tls",))
        if len({target.authority for target in self.targets}) < len(self.targets):
            raise flaw("E106", "a target is listed twice", at=("targets",))
        return self
