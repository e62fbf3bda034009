"""`GET|POST /oauth2/userInfo`: what is known of the person of an access token.

References: OpenID Connect Core section 5.3; RFC 6750 section 3.1; RFC 9449 section 7.1.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from gateway.endpoints.oauth.cors import is_preflight, preflight, shared
from gateway.endpoints.oauth.errors import NO_STORE, oauth_error, wrong_method
from gateway.model.errors import CredentialError, GatewayError
from gateway.oauth.errors import InvalidProofError, ProofNonceError
from gateway.oauth.inquiries.user_info import InsufficientScopeError, UserInfoRequest
from gateway.telemetry.logs import Logger

USER_INFO_PATH = "/oauth2/userInfo"
_METHODS = ("GET", "POST")

# Status and code by family: RFC 6750 section 3.1. Whatever else goes wrong is told as at the
# token endpoint.
_REFUSALS: dict[type[GatewayError], tuple[HTTPStatus, str, str]] = {
    InsufficientScopeError: (HTTPStatus.FORBIDDEN, "Bearer", "insufficient_scope"),
    ProofNonceError: (HTTPStatus.UNAUTHORIZED, "DPoP", "use_dpop_nonce"),
    InvalidProofError: (HTTPStatus.UNAUTHORIZED, "DPoP", "invalid_dpop_proof"),
    CredentialError: (HTTPStatus.UNAUTHORIZED, "Bearer", "invalid_token"),
}


class UserInfo(Protocol):
    """Tells about people."""

    def tell(self, request: UserInfoRequest) -> Mapping[str, Any]:
        """Return what is known of a person, or raise. Called in a thread."""


def routes(*, user_info: UserInfo, logger: Logger) -> Sequence[BaseRoute]:
    """Return the endpoint's route.

    Args:
        user_info: Tells about people.
        logger: Told why a request was refused.
    """
    endpoint = UserInfoEndpoint(user_info=user_info, logger=logger)
    return [Route(USER_INFO_PATH, endpoint, methods=None)]


class UserInfoEndpoint:
    """The endpoint, as an ASGI application."""

    def __init__(self, *, user_info: UserInfo, logger: Logger) -> None:
        self._user_info = user_info
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if is_preflight(scope):
            response = preflight(_METHODS)
        elif scope["method"] in {*_METHODS, "HEAD"}:
            response = shared(await self._answer(Request(scope)))
        else:
            response = wrong_method(*_METHODS)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        asked = UserInfoRequest(
            authorization=request.headers.getlist("authorization"),
            proofs=request.headers.getlist("dpop"),
            method=request.method,
        )
        try:
            told = await anyio.to_thread.run_sync(self._user_info.tell, asked)
        except GatewayError as error:
            self._logger.info(
                "a request about a person was refused",
                error=error.code,
                failure=type(error).__name__,
                detail=error.detail,
            )
            return _refused(error)
        return JSONResponse(told, headers=NO_STORE)


def _refused(error: GatewayError) -> Response:
    found = next(
        (_REFUSALS[kind] for kind in type(error).__mro__ if kind in _REFUSALS), None
    )
    if found is None:
        return oauth_error(error)
    status, scheme, code = found
    headers = {
        **NO_STORE,
        "WWW-Authenticate": f'{scheme} error="{code}", error_description="{error.public}"',
    }
    if isinstance(error, ProofNonceError):
        headers["DPoP-Nonce"] = error.nonce
    return JSONResponse(
        {"error": code, "error_description": error.public}, status, headers=headers
    )
