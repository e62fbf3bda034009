"""`[server]`: where the gateway listens, what it is called, and what it puts up with."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.settings.addresses import Listen, ListenAddress, Origin
from gateway.config.settings.references import File, Secret
from gateway.config.settings.section import Loose, Section, flaw, matching
from gateway.config.settings.values import Duration, IPNetwork, Network, Size

KIB = 1024
MIB = 1024 * KIB
TIB = 1024 * 1024 * MIB


# How a dual-stack socket shows peers of IPv4 (RFC 4291 section 2.5.5.2).
_MAPPED = IPv6Network("::ffff:0:0/96")


def _narrow(networks: tuple[IPNetwork, ...]) -> tuple[IPNetwork, ...]:
    # Two halves of the address space are as wide as the whole.
    four = collapse_addresses(n for n in networks if isinstance(n, IPv4Network))
    six = collapse_addresses(n for n in networks if isinstance(n, IPv6Network))
    is_all = any(network.prefixlen == 0 for network in four)
    if is_all or any(network.supernet_of(_MAPPED) for network in six):
        raise flaw(
            "E106",
            "everybody would be a trusted proxy and could claim any client address",
            hint="name the networks of your own proxies",
        )
    return networks


class ServerTls(Section):
    """The certificate of the public listener."""

    cert: File = Field(description="Certificate chain in PEM form, leaf first.")
    key: Secret = Field(description="The certificate's private key in PEM form.")


class ServerLimits(Section):
    """What one request may cost before anybody has said who sends it."""

    header_bytes: int = Field(
        default=16 * KIB,
        ge=1 * KIB,
        le=1 * MIB,
        description="All header fields of a request together, in bytes.",
    )
    header_count: int = Field(
        default=100, ge=10, le=1000, description="Header fields of a request."
    )
    path_bytes: int = Field(
        default=4 * KIB,
        ge=256,
        le=64 * KIB,
        description="Path of a request without its query, in bytes.",
    )
    token_bytes: int = Field(
        default=8 * KIB,
        ge=512,
        le=64 * KIB,
        description="A presented token, in bytes. Checked before any decoding.",
    )
    body: Size = Field(
        default=10 * MIB,
        ge=0,
        le=TIB,
        description="Request body that is forwarded, where the route says nothing else.",
    )
    decision_time: Duration = Field(
        default=timedelta(milliseconds=50),
        ge=timedelta(milliseconds=1),
        le=timedelta(seconds=5),
        description="Time for one decision. A slower one is a deny: `policy_timeout`.",
    )
    connections: int = Field(
        default=4096,
        ge=1,
        le=1_000_000,
        description="Client connections that the public listener holds at once.",
    )
    header_time: Duration = Field(
        default=timedelta(seconds=10),
        ge=timedelta(milliseconds=100),
        le=timedelta(minutes=5),
        description="Time for a client to send the head of a request.",
    )
    body_idle: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(milliseconds=100),
        le=timedelta(hours=1),
        description="Time between two pieces of a request body.",
    )


class ServerPaths(Section):
    """How oddities of a request path are treated. Nothing is silently decoded."""

    encoded_slash: Literal["reject", "keep"] = Field(
        default="reject",
        description="`%2F`: refuse the request, or keep it inside its segment, but only "
        "where the path has the same route, with the same parameters, if it is split there.",
    )
    dot_segments: Literal["reject", "normalise"] = Field(
        default="reject",
        description="`.` and `..`: refuse the request, or resolve them before matching.",
    )
    matrix_params: Literal["reject", "keep"] = Field(
        default="reject",
        description="`;`: refuse the request, or let it pass. Routes and policies then see "
        "each segment without what follows its `;`, as a servlet container does.",
    )


class ServerSettings(Section):
    """The gateway's own addresses and limits."""

    public_url: Origin = Field(
        description="Scheme, host and port that clients use. The only source of the "
        "gateway's own absolute URLs."
    )
    listen: ListenAddress = Field(
        default=Listen("127.0.0.1", 8080), description="Where requests come in."
    )
    admin_listen: ListenAddress = Field(
        default=Listen("127.0.0.1", 8081),
        description="Health, metrics and explanations. Never on the public listener.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], Loose, AfterValidator(_narrow)] = (
        Field(
            default=(),
            description="Networks whose forwarded headers are believed. Empty: nobody's.",
        )
    )
    drain: Duration = Field(
        default=timedelta(seconds=20),
        ge=timedelta(0),
        le=timedelta(minutes=10),
        description="Time for requests in flight to end when the gateway stops.",
    )
    region: Annotated[
        str,
        matching(
            r"[a-z]{2}(-[a-z]{2,16}){1,2}-[0-9]{1,2}", "a region like `us-east-1`"
        ),
    ] = Field(
        default="us-east-1",
        description="First part of every identity's id. Clients of Cognito parse it, so "
        "it looks like one of AWS's.",
    )
    tls: ServerTls | None = Field(
        default=None, description="Certificate and key; without it, plain HTTP."
    )
    limits: ServerLimits = Field(
        default=ServerLimits(), description="Bounds on every request."
    )
    paths: ServerPaths = Field(
        default=ServerPaths(), description="How oddities of a path are treated."
    )
