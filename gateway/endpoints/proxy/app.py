"""The proxy as a raw ASGI application.

Reads the request once into its canonical form, has it decided by the pipeline, and
streams it to the upstream with the minted credential. Whatever goes wrong before the
answer has begun is a problem document; afterwards the connection is broken off, so that
half an answer is never taken for a whole one.

References: ASGI HTTP specification 2.3, RFC 9110 section 7.6 (forwarding).
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any

from gateway.endpoints.listener.errors import ClientLeftError
from gateway.endpoints.problem import Problem, denied, failed
from gateway.endpoints.proxy.body import ClientGoneError, RequestBody
from gateway.endpoints.proxy.origin import Origin
from gateway.endpoints.proxy.plane import Plane
from gateway.model.access import check_query
from gateway.model.errors import GatewayError, OversizedRequestError
from gateway.model.minted import MintedCredential
from gateway.model.route import Route
from gateway.model.target import parse_target
from gateway.pipeline import Inbound, Passage
from gateway.telemetry.access import AccessLog
from gateway.telemetry.decisions import DecisionLog, Timing
from gateway.telemetry.logs import Logger
from gateway.telemetry.request_id import RequestIds
from gateway.upstream.forwarder import Outbound
from gateway.upstream.headers import CleanHeaders, Header, host_name

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _Exchange:
    """One request on its way: what has been learnt and what has been sent."""

    __slots__ = (
        "bytes_out",
        "error",
        "host",
        "id",
        "passage",
        "path",
        "plane",
        "started_at",
        "status",
        "upstream_seconds",
    )

    def __init__(self, plane: Plane, request_id: str) -> None:
        self.plane = plane
        self.id = request_id
        self.passage = Passage()
        self.host = ""
        self.path = ""
        self.status = 0
        self.bytes_out = 0
        self.error = ""
        self.upstream_seconds: float | None = None
        self.started_at = time.perf_counter()


class ProxyApp:
    """Takes the requests that are for an upstream."""

    def __init__(
        self,
        *,
        current: Callable[[], Plane],
        access_log: AccessLog,
        decision_log: DecisionLog,
        logger: Logger,
        ids: RequestIds,
        clock: Callable[[], datetime],
    ) -> None:
        self._current = current
        self._access_log = access_log
        self._decision_log = decision_log
        self._logger = logger
        self._ids = ids
        self._clock = clock

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request. Never raises but for what ends the process."""
        exchange = _Exchange(self._current(), self._ids.new())
        at = self._clock()
        body = RequestBody(receive, max_bytes=0)
        try:
            await self._answer_or_fail(scope, exchange, body, send)
        except (ClientGoneError, ClientLeftError):
            exchange.error = "client_gone"
        self._log(scope, exchange, body, at)

    async def _answer_or_fail(
        self, scope: Message, exchange: _Exchange, body: RequestBody, send: Send
    ) -> None:
        try:
            await self._answer(scope, exchange, body, send)
        except (ClientGoneError, ClientLeftError):
            raise
        except GatewayError as error:
            await self._fail(exchange, error, send)
        except Exception as error:
            self._logger.error(
                "a request failed", request_id=exchange.id, exc_info=error
            )
            await self._fail(exchange, GatewayError(), send)

    async def _answer(
        self, scope: Message, exchange: _Exchange, body: RequestBody, send: Send
    ) -> None:
        plane = exchange.plane
        headers = plane.headers.clean(scope["headers"])
        inbound, origin = self._parse(scope, exchange, headers)
        passage = exchange.passage
        decision = await plane.pipeline.admit(inbound, passage)
        if passage.minted is None or passage.route is None:
            problem = denied(
                decision, anonymous=_is_anonymous(passage), request_id=exchange.id
            )
            exchange.error = problem.code
            await _send_problem(exchange, problem, send)
            return
        _limit(body, headers, passage.route)
        outbound = Outbound(
            method=inbound.method,
            target=inbound.target.raw,
            headers=headers.headers,
            injected=_injected(passage.minted, origin, headers.host, exchange.id),
            host=headers.host,
            content_length=headers.content_length,
        )
        await _relay(exchange, passage.route, outbound, body, send)

    def _parse(
        self, scope: Message, exchange: _Exchange, headers: CleanHeaders
    ) -> tuple[Inbound, Origin]:
        plane = exchange.plane
        exchange.host = host_name(headers.host)
        query: bytes = scope["query_string"]
        raw: bytes = scope["raw_path"]
        exchange.path = raw.decode("latin-1")
        target = parse_target(raw + b"?" + query if query else raw, plane.target_rules)
        check_query(query)
        client = scope["client"]
        origin = plane.origins.find(
            client[0] if client else "", scope["scheme"], scope["headers"]
        )
        inbound = Inbound(
            id=exchange.id,
            method=scope["method"],
            scheme=origin.scheme,
            host=exchange.host,
            target=target,
            presented=scope["headers"],
            headers=headers.headers,
            content_length=headers.content_length,
            ip=origin.ip,
            path=exchange.path,
        )
        return inbound, origin

    async def _fail(self, exchange: _Exchange, error: GatewayError, send: Send) -> None:
        exchange.error = error.code
        if error.detail:
            self._logger.info(
                "a request was refused",
                request_id=exchange.id,
                error=error.code,
                detail=error.detail,
            )
        if not exchange.status:
            await _send_problem(exchange, failed(error, request_id=exchange.id), send)

    def _log(
        self, scope: Message, exchange: _Exchange, body: RequestBody, at: datetime
    ) -> None:
        passage = exchange.passage
        route = passage.route.id if passage.route else ""
        subject, decision = passage.subject, passage.decision
        if passage.access is not None and decision is not None:
            self._decision_log.record(
                decision,
                passage.access,
                source=exchange.plane.evidence,
                timing=Timing(passage.decision_us, passage.steps),
                token_id=passage.minted.token_id if passage.minted else "",
            )
        self._access_log.write(
            at=at,
            request_id=exchange.id,
            method=scope["method"],
            host=exchange.host,
            path=exchange.path,
            status=exchange.status,
            seconds=time.perf_counter() - exchange.started_at,
            bytes_in=body.received_bytes,
            bytes_out=exchange.bytes_out,
            route=route,
            identity_id=subject.identity.id if subject else "",
            decision=decision.reason if decision else "",
            upstream_seconds=exchange.upstream_seconds,
            error=exchange.error,
        )


async def _relay(
    exchange: _Exchange, route: Route, outbound: Outbound, body: RequestBody, send: Send
) -> None:
    """Forward the request and stream the answer back."""
    has_body = outbound.content_length != 0
    asked_at = time.perf_counter()
    response = await exchange.plane.forwarder.forward(
        route.upstream, outbound, body if has_body else None
    )
    try:
        exchange.upstream_seconds = time.perf_counter() - asked_at
        exchange.status = response.status
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [*response.headers, _request_id(exchange)],
            }
        )
        more = True
        while more:
            piece = await response.read()
            more = bool(piece) and not response.ended
            exchange.bytes_out += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": more})
    finally:
        await response.close()


async def _send_problem(exchange: _Exchange, problem: Problem, send: Send) -> None:
    exchange.status = problem.status
    exchange.bytes_out = len(problem.body)
    await send(
        {
            "type": "http.response.start",
            "status": problem.status,
            "headers": [*problem.headers, _request_id(exchange)],
        }
    )
    await send({"type": "http.response.body", "body": problem.body})


def _request_id(exchange: _Exchange) -> Header:
    return b"x-request-id", exchange.id.encode("ascii")


def _limit(body: RequestBody, headers: CleanHeaders, route: Route) -> None:
    body.max_bytes = route.max_body_bytes
    if (headers.content_length or 0) > route.max_body_bytes:
        raise OversizedRequestError(f"a body of {headers.content_length} bytes")


def _is_anonymous(passage: Passage) -> bool:
    return passage.subject is not None and passage.subject.anonymous


def _injected(
    minted: MintedCredential, origin: Origin, host: bytes, request_id: str
) -> list[Header]:
    """Return what the gateway vouches for towards the upstream."""
    forwarded_for = ", ".join((origin.ip, *origin.chain)).encode("ascii", "replace")
    return [
        (minted.header, minted.value),
        (b"x-forwarded-for", forwarded_for),
        (b"x-forwarded-proto", origin.scheme.encode("ascii")),
        (b"x-forwarded-host", host),
        (b"x-request-id", request_id.encode("ascii")),
    ]
