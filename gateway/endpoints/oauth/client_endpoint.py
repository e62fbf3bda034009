"""Endpoints that a client calls with a form, proving who it is: one frame for all of them.

`/oauth2/revoke`, `/oauth2/introspect`, `/oauth2/par`, `/oauth2/device_authorization`.

References: RFC 7009 section 2; RFC 7662 section 2; RFC 8628 section 3.1; RFC 9126 section 2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import anyio.to_thread
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from gateway.endpoints.form import check_content_type, parse_form
from gateway.endpoints.oauth.cors import is_preflight, preflight, shared
from gateway.endpoints.oauth.errors import NO_STORE, oauth_error, wrong_method
from gateway.endpoints.small_body import read_small_body
from gateway.model.client import Client
from gateway.model.errors import GatewayError
from gateway.telemetry.logs import Logger


class Authenticator(Protocol):
    """Finds out which client asks."""

    def authenticate(
        self, parameters: Mapping[str, str], authorization: Sequence[str]
    ) -> Client:
        """Return the client that has proven itself, or raise. Called in a thread."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a client that has proven who it is.

    Attributes:
        client: The client.
        parameters: Of the form.
        proofs: The values of the header `DPoP`.
        address: Where the call comes from.
    """

    client: Client
    parameters: Mapping[str, str]
    proofs: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class ClientEndpoint:
    """An endpoint for clients.

    Attributes:
        path: Where it is.
        answer: Returns what the answer says, `None` for an empty one; called in a thread.
        status: Of an answer that is no failure.
    """

    path: str
    answer: Callable[[Call], Mapping[str, Any] | None]
    status: HTTPStatus = HTTPStatus.OK


def routes(
    endpoints: Sequence[ClientEndpoint],
    *,
    authenticator: Authenticator,
    logger: Logger,
) -> Sequence[BaseRoute]:
    """Return the endpoints' routes.

    Args:
        endpoints: What there is.
        authenticator: Finds out which client asks.
        logger: Told why a request was refused.
    """
    return [
        Route(
            each.path,
            _Endpoint(each, authenticator=authenticator, logger=logger),
            methods=None,
        )
        for each in endpoints
    ]


class _Endpoint:
    """One endpoint, as an ASGI application."""

    def __init__(
        self,
        endpoint: ClientEndpoint,
        *,
        authenticator: Authenticator,
        logger: Logger,
    ) -> None:
        self._endpoint = endpoint
        self._authenticator = authenticator
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if is_preflight(scope):
            response = preflight(["POST"])
        elif scope["method"] == "POST":
            response = shared(await self._answer(scope, receive))
        else:
            response = wrong_method("POST")
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            check_content_type(_values(scope, b"content-type"))
            body = await read_small_body(receive)
            return await anyio.to_thread.run_sync(self._call, scope, body)
        except GatewayError as error:
            self._logger.info(
                "a client was refused",
                path=self._endpoint.path,
                error=error.code,
                failure=type(error).__name__,
                detail=error.detail,
            )
            return oauth_error(error)

    def _call(self, scope: Scope, body: bytes) -> Response:
        parameters = parse_form(body)
        authorization = [
            each.decode("latin-1") for each in _values(scope, b"authorization")
        ]
        client = self._authenticator.authenticate(parameters, authorization)
        proofs = tuple(each.decode("latin-1") for each in _values(scope, b"dpop"))
        peer = scope.get("client")
        call = Call(client, parameters, proofs, peer[0] if peer else "")
        answer = self._endpoint.answer(call)
        if answer is None:
            return Response(status_code=self._endpoint.status, headers=NO_STORE)
        return JSONResponse(answer, self._endpoint.status, headers=NO_STORE)


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]
