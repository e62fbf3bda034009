"""Sends a request that has been decided on to its upstream, and hands the answer back.

Decides nothing: what may be sent is in the `Outbound`. Whatever is wrong with the upstream
comes out as an `UpstreamError`, and an answer that breaks off ends in one, never in silence.

References: RFC 9110 sections 7.6 and 9.2.2 (forwarding, idempotent methods), RFC 9112
section 9.3.1 (retrying requests).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.config.settings.upstreams import Upstream, UpstreamTls
from gateway.model.errors import UpstreamError, UpstreamTimeoutError
from gateway.upstream.balancer import Balancer
from gateway.upstream.connection import Connection
from gateway.upstream.exchange import BodySource, Exchange
from gateway.upstream.headers import Header, request_head
from gateway.upstream.limits import Limits, Timeouts
from gateway.upstream.pool import Endpoint
from gateway.upstream.response import UpstreamResponse
from gateway.upstream.sender import Body, send_rest
from gateway.upstream.target import Target
from gateway.upstream.tls import TlsMaterial, client_tls

# Without a body, and without an effect if they come twice (RFC 9110 section 9.2.1).
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})

# How much of a request's body has to be there before it is worth a connection. Most bodies
# are shorter, and no longer depend on how fast their client is.
_GATHERED = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outbound:
    """A request as the upstream shall see it.

    Attributes:
        method: In upper case.
        target: Path and query, canonical.
        headers: Those of the caller that `RequestHeaders.clean` let pass.
        injected: Those that the gateway adds.
        host: The value of `Host`.
        content_length: Length of the body; `None` if it is chunked, 0 if there is none.
    """

    method: str
    target: bytes
    headers: list[Header]
    host: bytes
    content_length: int | None = 0
    injected: Sequence[Header] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """An upstream in terms of connections.

    Attributes:
        targets: At least one, all alike.
        timeouts: How long is waited.
        limits: How much of what it may have.
    """

    targets: tuple[Endpoint, ...]
    timeouts: Timeouts = field(default_factory=Timeouts)
    limits: Limits = field(default_factory=Limits)


def service_of(settings: Upstream) -> Service:
    """Return the upstream that a configuration describes.

    Raises:
        ValueError: Its certificates or its key cannot be used.
    """
    tls = None
    if settings.targets[0].tls:
        own = settings.tls or UpstreamTls()
        tls = client_tls(
            TlsMaterial(
                ca=own.ca.content if own.ca else None,
                certificate=own.cert.content if own.cert else None,
                key=own.key.reveal() if own.key else None,
            )
        )
    timeout = settings.timeout
    return Service(
        targets=tuple(
            Target(target.host, target.port, tls) for target in settings.targets
        ),
        timeouts=Timeouts(
            connect=timeout.connect.total_seconds(),
            first_byte=timeout.first_byte.total_seconds(),
            idle=timeout.idle.total_seconds(),
            total=timeout.total.total_seconds(),
        ),
        limits=Limits(connections=settings.connections),
    )


class Forwarder:
    """Sends requests to upstreams over connections that it keeps."""

    def __init__(self, *, upstreams: Mapping[str, Service]) -> None:
        """Prepare; nothing is opened yet.

        Args:
            upstreams: By name.
        """
        self._services = dict(upstreams)
        self._balancers: dict[str, Balancer] = {}

    async def open(self, *, after: "Forwarder | None" = None) -> None:
        """Get ready, on the loop that will carry the requests.

        Args:
            after: Whose place it takes after a reload. Connections to upstreams that
                are the same in both go on.
        """
        loop = asyncio.get_running_loop()
        inherited = {} if after is None else after.inheritance(self._services)
        for name, service in self._services.items():
            self._balancers[name] = inherited.get(name) or Balancer(
                service.targets,
                loop=loop,
                timeouts=service.timeouts,
                limits=service.limits,
            )

    def inheritance(self, services: Mapping[str, Service]) -> dict[str, Balancer]:
        """Return the connections to those upstreams that are the same there and here."""
        return {
            name: balancer
            for name, balancer in self._balancers.items()
            if services.get(name) == self._services[name]
        }

    def retire(self, *, heir: "Forwarder") -> None:
        """Finish what is going on, and keep no connection but those that the heir has.

        Requests that had been routed before may still come.
        """
        kept = heir.inheritance(self._services)
        for name, balancer in self._balancers.items():
            if kept.get(name) is not balancer:
                balancer.retire()

    async def close(self) -> None:
        """Close every connection, whatever is going on."""
        for balancer in self._balancers.values():
            balancer.close()

    async def forward(
        self, upstream: str, outbound: Outbound, body: BodySource | None = None
    ) -> UpstreamResponse:
        """Return the upstream's answer as soon as its head is there.

        The body, or as much of it as is `_GATHERED`, is read before a connection is
        taken, so that a slow client holds none. The caller has to `close` the response.

        Args:
            upstream: Name of the upstream.
            outbound: The request.
            body: Where its body comes from; `None` if there is none.

        Raises:
            MalformedHeaderError: A header has an octet that may not stand there.
            RequestError: The body is not as long as announced.
            UpstreamBusyError: All connections are taken.
            UpstreamRefusedError: No connection can be made.
            UpstreamTimeoutError: The upstream takes too long.
            UpstreamError: The answer is no valid one, or there is none.
        """
        balancer = self._balancers[upstream]
        payload = request_head(
            outbound.method,
            outbound.target,
            host=outbound.host,
            headers=outbound.headers,
            injected=outbound.injected,
            content_length=outbound.content_length,
        )
        rest: Body | None = None
        if outbound.content_length != 0:
            rest = Body(body, outbound.content_length)
            payload += await rest.gather(_GATHERED)
        total_at = balancer.deadline()
        connection = balancer.take() or await balancer.acquire()
        try:
            return await _ask(connection, outbound, payload, rest, total_at=total_at)
        except _StaleError:
            connection = await balancer.acquire(fresh=True)
            return await _ask(connection, outbound, payload, rest, total_at=total_at)


class _StaleError(UpstreamError):
    """The connection had been closed by the peer when the request was written."""


async def _ask(
    connection: Connection,
    outbound: Outbound,
    payload: bytes,
    rest: Body | None,
    *,
    total_at: float,
) -> UpstreamResponse:
    exchange = connection.begin(
        payload, to_head=outbound.method == "HEAD", total_at=total_at
    )
    if rest is None or rest.ended:
        connection.finish(exchange)
    else:
        _send(connection, exchange, rest)
    answered = False
    try:
        await exchange.head()
        answered = True
    except UpstreamError as error:
        if (
            connection.reused
            and exchange.reader.untouched
            and rest is None
            and outbound.method in _REPEATABLE
            and not isinstance(error, UpstreamTimeoutError)
        ):
            raise _StaleError(error.detail) from error
        raise
    finally:
        if not answered:
            exchange.abandon()
            await exchange.sender_stopped()
    return UpstreamResponse(exchange)


def _send(connection: Connection, exchange: Exchange, rest: Body) -> None:
    task = asyncio.create_task(send_rest(connection, exchange, rest))
    exchange.sender = task

    def done(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            exchange.fail(error)
            exchange.abandon()

    task.add_done_callback(done)
