"""Failures of the token endpoint, as RFC 6749 section 5.2 renders them.

A closed set of codes: what went wrong exactly stands in the log. The description is the
failure's public sentence.
"""

import re
from http import HTTPStatus

from starlette.responses import JSONResponse

from gateway.model.errors import (
    CredentialError,
    GatewayError,
    RateLimitedError,
    RequestError,
    UnavailableError,
    UpstreamError,
)
from gateway.oauth.errors import (
    InvalidClientError,
    OAuthError,
    ProofNonceError,
    RefusedExchangeError,
    UnsupportedGrantTypeError,
)

# RFC 6749 section 5.1: what an answer of the token endpoint must have.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

_RETRY_UNAVAILABLE = 5

_UNFIT = re.compile(r"[^\x20\x21\x23-\x5B\x5D-\x7E]")

# Status and code, looked up along the class's ancestors; no code is the class's own.
ERRORS: dict[type[GatewayError], tuple[HTTPStatus, str]] = {
    RequestError: (HTTPStatus.BAD_REQUEST, "invalid_request"),
    UnsupportedGrantTypeError: (HTTPStatus.BAD_REQUEST, ""),
    OAuthError: (HTTPStatus.BAD_REQUEST, ""),
    CredentialError: (HTTPStatus.BAD_REQUEST, "invalid_grant"),
    InvalidClientError: (HTTPStatus.UNAUTHORIZED, ""),
    RateLimitedError: (HTTPStatus.TOO_MANY_REQUESTS, "temporarily_unavailable"),
    UpstreamError: (HTTPStatus.BAD_GATEWAY, "temporarily_unavailable"),
    UnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "temporarily_unavailable"),
    GatewayError: (HTTPStatus.INTERNAL_SERVER_ERROR, "server_error"),
}


def oauth_error(error: GatewayError) -> JSONResponse:
    """Return the answer for a failure. Its `detail` stays in the log."""
    status, code = next(
        ERRORS[family] for family in type(error).__mro__ if family in ERRORS
    )
    headers = dict(NO_STORE)
    if isinstance(error, RateLimitedError):
        headers["Retry-After"] = str(max(1, error.retry_after))
    elif status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_RETRY_UNAVAILABLE)
    elif isinstance(error, ProofNonceError):
        headers["DPoP-Nonce"] = error.nonce
    elif status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="gateway"'
    description = error.public
    if isinstance(error, RefusedExchangeError) and error.message:
        # The rule's own words, if they may stand there (RFC 6749 section 5.2).
        description = _UNFIT.sub(" ", error.message)
    return JSONResponse(
        {"error": code or error.code, "error_description": description},
        status_code=status,
        headers=headers,
    )


def wrong_method(*allowed: str) -> JSONResponse:
    """Return the answer to a method that an endpoint does not take."""
    return JSONResponse(
        {
            "error": "invalid_request",
            "error_description": f"This endpoint takes {' and '.join(allowed)} only.",
        },
        status_code=HTTPStatus.METHOD_NOT_ALLOWED,
        headers={"Allow": ", ".join(allowed), **NO_STORE},
    )
