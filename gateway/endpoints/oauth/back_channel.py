"""`POST /oauth2/backchannel`: a provider says that somebody has signed out there.

Reference: OpenID Connect Back-Channel Logout 1.0 sections 2.5 and 2.8.
"""

from collections.abc import Callable, Sequence
from typing import Final

import anyio.to_thread
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from gateway.endpoints.form import check_content_type, parse_form
from gateway.endpoints.oauth.errors import NO_STORE, oauth_error, wrong_method
from gateway.endpoints.small_body import read_small_body
from gateway.model.errors import CredentialError, GatewayError, RequestError
from gateway.telemetry.logs import Logger

BACK_CHANNEL_PATH: Final = "/oauth2/backchannel"

_MAX_BODY: Final = 32 * 1024
_TOKEN: Final = "logout_token"  # noqa: S105 - a parameter


class RefusedLogoutError(RequestError):
    """The logout token is none that is heard here."""

    public = "The logout token is not valid."


def routes(*, hear: Callable[[str], object], logger: Logger) -> Sequence[BaseRoute]:
    """Return the endpoint's route.

    Args:
        hear: Signs out whom a logout token is about, or raises. Called in a thread.
        logger: Told what was heard, and why something was refused.
    """
    endpoint = BackChannelEndpoint(hear=hear, logger=logger)
    return [Route(BACK_CHANNEL_PATH, endpoint, methods=None)]


class BackChannelEndpoint:
    """The endpoint, as an ASGI application."""

    def __init__(self, *, hear: Callable[[str], object], logger: Logger) -> None:
        self._hear = hear
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            ClientDisconnect: The provider hung up before the end of its request.
        """
        if scope["method"] == "POST":
            response = await self._answer(scope, receive)
        else:
            response = wrong_method("POST")
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            names = scope["headers"]
            check_content_type([v for name, v in names if name == b"content-type"])
            body = await read_small_body(receive, max_bytes=_MAX_BODY)
            people = await anyio.to_thread.run_sync(self._read, body)
        except GatewayError as error:
            self._logger.info(
                "a logout token was refused",
                error=error.code,
                failure=type(error).__name__,
                detail=error.detail,
            )
            is_token = isinstance(error, CredentialError)
            # Section 2.8: 400 for whatever is wrong with the token.
            return oauth_error(RefusedLogoutError() if is_token else error)
        self._logger.info("somebody has signed out at a provider", people=people)
        return Response(status_code=200, headers=NO_STORE)

    def _read(self, body: bytes) -> object:
        token = parse_form(body).get(_TOKEN, "")
        if not token:
            raise RefusedLogoutError("no logout_token")
        return self._hear(token)
