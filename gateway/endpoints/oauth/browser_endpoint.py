"""Endpoints to which a client sends a browser: one frame for all of them.

Whatever goes wrong is a page for the person, a method that does not exist here included.
The query is read strictly, since two parsers must not find two redirect URIs in it.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.endpoints.form import check_content_type, parse_form
from gateway.endpoints.small_body import read_small_body
from gateway.model.errors import GatewayError, WrongMethodError

# A code may stand in the address, and the query is the person's own.
HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

_METHODS: Final = ("GET", "HEAD", "POST")


class BrowserEndpoint:
    """One endpoint, as an ASGI application."""

    def __init__(
        self,
        *,
        decide: Callable[[Request, Mapping[str, str]], Response],
        show_error: Callable[[Request, GatewayError], Response],
    ) -> None:
        """Take the functions.

        Args:
            decide: Returns the answer to a request with its parameters, each name with its
                one value; may raise `GatewayError`; called in a thread.
            show_error: Returns the page that tells a person what is wrong.
        """
        self._decide = decide
        self._show_error = show_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            ClientDisconnect: The browser hung up before the end of its request.
        """
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            parameters = await _read_parameters(request)
            return await anyio.to_thread.run_sync(self._decide, request, parameters)
        except GatewayError as error:
            response = self._show_error(request, error)
            if isinstance(error, WrongMethodError):
                response.headers["Allow"] = ", ".join(error.allowed)
            return response


def go(uri: str) -> Response:
    """Return the way to an address."""
    # 303, so that no form is sent on (RFC 9700 section 4.12).
    return RedirectResponse(uri, HTTPStatus.SEE_OTHER, headers=HEADERS)


async def _read_parameters(request: Request) -> Mapping[str, str]:
    if request.method not in _METHODS:
        raise WrongMethodError(allowed=_METHODS)
    if request.method != "POST":
        return parse_form(request.scope["query_string"])
    values = [
        value for name, value in request.scope["headers"] if name == b"content-type"
    ]
    check_content_type(values)
    return parse_form(await read_small_body(request.receive))
