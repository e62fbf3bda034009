"""What every request to the gateway itself goes through: an id, a log line, a net.

Stands around the handlers of the control plane and of the admin listener, so that none of
them can forget it. They find the client's true address in `scope["client"]`, may raise any
`GatewayError`, and are never reached by a redirect that was built from the Host header.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Router
from starlette.types import Message, Receive, Scope, Send

from gateway.endpoints.problem import failed
from gateway.model.errors import GatewayError, RouteError, WrongMethodError
from gateway.telemetry.access import AccessLog
from gateway.telemetry.logs import Logger
from gateway.telemetry.request_id import RequestIds


class Frame:
    """Finds a request's handler, runs it, and tells how it went. An ASGI application."""

    def __init__(  # noqa: PLR0913 - the tools of every request, each once
        self,
        *,
        routes: Sequence[BaseRoute],
        client_ip: Callable[[Scope], str],
        access_log: AccessLog,
        logger: Logger,
        ids: RequestIds,
        clock: Callable[[], datetime],
        check: Callable[[Scope], None] | None = None,
    ) -> None:
        """Stand around the handlers.

        Args:
            routes: Of the endpoints; everything else is a 404.
            client_ip: Tells where a request comes from, trusted proxies considered.
            access_log: Has a line for each request.
            logger: Told of what must not happen.
            ids: Makes the request's id.
            clock: The time, aware UTC.
            check: Raises `GatewayError` for a request that no handler may see.
        """
        self._router = Router(routes, redirect_slashes=False)
        self._check = check
        self._client_ip = client_ip
        self._access_log = access_log
        self._logger = logger
        self._ids = ids
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Never raises but for what ends the process."""
        wire = _Wire(receive, send, self._ids.new())
        at, started_at = self._clock(), time.perf_counter()
        client = scope.get("client")
        scope["client"] = (self._client_ip(scope), client[1] if client else 0)
        error = await self._run(scope, wire)
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        self._access_log.write(
            at=at,
            request_id=wire.request_id,
            method=scope["method"],
            host=hosts[0].decode("latin-1") if hosts else "",
            path=raw_path.partition(b"?")[0].decode("latin-1"),
            status=wire.status,
            seconds=time.perf_counter() - started_at,
            bytes_in=wire.bytes_in,
            bytes_out=wire.bytes_out,
            error=error,
        )

    async def _run(self, scope: Scope, wire: "_Wire") -> str:
        """Return the code of the failure, empty if there was none."""
        # With it, the router raises for what it cannot find instead of answering.
        scope["app"] = self
        try:
            if self._check is not None:
                self._check(scope)
            await self._router(scope, wire.receive, wire.send)
        except ClientDisconnect:
            return "client_gone"
        except HTTPException as error:
            return await wire.fail(_unmatched(error))
        except GatewayError as error:
            self._logger.info(
                "a request was refused",
                request_id=wire.request_id,
                error=error.code,
                detail=error.detail,
            )
            return await wire.fail(error)
        except Exception as error:
            self._logger.error(
                "a request failed", request_id=wire.request_id, exc_info=error
            )
            return await wire.fail(GatewayError())
        return ""


def _unmatched(error: HTTPException) -> GatewayError:
    """Return what the router means."""
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        return WrongMethodError(allowed=tuple(filter(None, allowed.split(", "))))
    return RouteError()


class _Wire:
    """The two ends of a request, counted."""

    def __init__(self, receive: Receive, send: Send, request_id: str) -> None:
        self._receive = receive
        self._send = send
        self.request_id = request_id
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self.bytes_in += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            request_id = (b"x-request-id", self.request_id.encode("ascii"))
            message = {**message, "headers": [*message["headers"], request_id]}
        else:
            self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    async def fail(self, error: GatewayError) -> str:
        """Answer with a problem document, unless an answer has begun; return its code."""
        if self.status:
            return error.code
        problem = failed(error, request_id=self.request_id)
        await self.send(
            {
                "type": "http.response.start",
                "status": problem.status,
                "headers": problem.headers,
            }
        )
        await self.send({"type": "http.response.body", "body": problem.body})
        return error.code
