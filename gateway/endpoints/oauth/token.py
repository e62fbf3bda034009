"""`POST /oauth2/token`: one form in, one JSON document out.

Reference: RFC 6749 sections 3.2, 5.1 and 5.2.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import anyio.to_thread
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from gateway.endpoints.form import check_content_type, parse_form
from gateway.endpoints.oauth.cors import is_preflight, preflight, shared
from gateway.endpoints.oauth.errors import NO_STORE, oauth_error, wrong_method
from gateway.endpoints.small_body import read_small_body
from gateway.model.errors import GatewayError
from gateway.oauth.tokens import IssuedToken, TokenRequest
from gateway.telemetry.logs import Logger

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path, not a secret


class TokenServer(Protocol):
    """Answers requests for tokens."""

    def issue(self, request: TokenRequest) -> IssuedToken:
        """Return a token, or raise `GatewayError`. Called in a thread."""


def routes(*, server: TokenServer, logger: Logger) -> Sequence[BaseRoute]:
    """Return the token endpoint.

    Args:
        server: Issues the tokens.
        logger: Told why a request was refused.
    """
    endpoint = TokenEndpoint(server=server, logger=logger)
    return [Route(TOKEN_PATH, endpoint, methods=None)]


class TokenEndpoint:
    """The endpoint, as an ASGI application."""

    def __init__(self, *, server: TokenServer, logger: Logger) -> None:
        self._server = server
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            ClientDisconnect: The client hung up before the end of its request.
        """
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
            return await anyio.to_thread.run_sync(self._issue, scope, body)
        except GatewayError as error:
            self._logger.info(
                "a token was refused",
                error=error.code,
                failure=type(error).__name__,
                detail=error.detail,
            )
            return oauth_error(error)

    def _issue(self, scope: Scope, body: bytes) -> Response:
        client = scope.get("client")
        request = TokenRequest(
            parse_form(body),
            client[0] if client else "",
            authorization=_texts(scope, b"authorization"),
            proofs=_texts(scope, b"dpop"),
        )
        return JSONResponse(_shown(self._server.issue(request)), headers=NO_STORE)


def _shown(issued: IssuedToken) -> dict[str, Any]:
    """Return the answer, without what there is none of."""
    answer: dict[str, Any] = {
        "access_token": issued.access_token,
        "token_type": issued.token_type,
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh_token,
        "id_token": issued.id_token,
        "scope": issued.scope,
        "issued_token_type": issued.issued_token_type,
        "identity_id": issued.identity_id,
    }
    return {name: value for name, value in answer.items() if value}


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _texts(scope: Scope, name: bytes) -> tuple[str, ...]:
    return tuple(value.decode("latin-1") for value in _values(scope, name))
