"""Lets browser apps of other origins call the endpoints that need no cookie.

Any origin, and never with credentials: what these endpoints answer depends on what stands in
the request alone, which the app has to know already. Nothing here reads a cookie.

Reference: Fetch Standard section 3.2 (CORS protocol).
"""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Scope

# What our clients send: credentials, proofs, and what Cognito's libraries add.
_HEADERS = (
    *("authorization", "content-type", "dpop", "cache-control"),
    *("x-amz-target", "x-amz-user-agent"),
)
_EXPOSED = "DPoP-Nonce, WWW-Authenticate, Retry-After"
_MAX_AGE_SECONDS = "7200"


def is_preflight(scope: Scope) -> bool:
    """Return whether a browser asks if it may ask."""
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and (
        {b"origin", b"access-control-request-method"} <= names
    )


def preflight(methods: Sequence[str]) -> Response:
    """Return that it may."""
    return Response(
        status_code=HTTPStatus.NO_CONTENT,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": ", ".join(_HEADERS),
            "Access-Control-Max-Age": _MAX_AGE_SECONDS,
        },
    )


def shared(response: Response) -> Response:
    """Return an answer that apps of any origin may read."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return response
