"""`GET|POST /oauth2/authorize`: a browser comes from a client, and goes on or back.

Shows no page: whoever has to sign in or to consent is sent to the page for it, which carries
the client's query along. The query is read strictly, since two parsers must not find two
redirect URIs in it.

References: RFC 6749 section 3.1; OpenID Connect Core section 3.1.2.1; RFC 9700 section 4.12
(303, so that no form is sent on).
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Protocol, assert_never
from urllib.parse import urlencode

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.endpoints.form import check_content_type, parse_form
from gateway.endpoints.oauth.session_cookie import cookie_name, find_session_cookie
from gateway.endpoints.small_body import read_small_body
from gateway.model.errors import GatewayError, RequestError
from gateway.oauth.authorizing.authorizations import (
    ErrorPage,
    NeedsConsent,
    NeedsSignIn,
    Next,
    Redirect,
)
from gateway.oauth.authorizing.browser_sessions import BrowserSession

AUTHORIZE_PATH = "/oauth2/authorize"
SIGN_IN_PATH = "/login"
CONSENT_PATH = "/consent"

# A code may stand in the address, and the query is the person's own.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Authorizations(Protocol):
    """Decides for browsers."""

    def begin(
        self, parameters: Mapping[str, str], session: BrowserSession | None
    ) -> Next:
        """Return what comes next. Called in a thread."""


class Sessions(Protocol):
    """Knows who is signed in."""

    def find(self, handle: str) -> BrowserSession | None:
        """Return who is signed in with a cookie. Called in a thread."""


def routes(
    *,
    authorizations: Authorizations,
    sessions: Sessions,
    show_error: Callable[[Request, GatewayError], Response],
    public_url: str,
) -> Sequence[BaseRoute]:
    """Return the authorization endpoint.

    Args:
        authorizations: Decides what comes next.
        sessions: Knows who is signed in.
        show_error: Returns the page that tells a person what is wrong.
        public_url: Where the gateway is reached.
    """
    name = cookie_name(public_url)

    def decide(request: Request, parameters: Mapping[str, str]) -> Response:
        session = sessions.find(find_session_cookie(request.scope, name))
        step = authorizations.begin(parameters, session)
        match step:
            case Redirect():
                return _go(step.uri)
            case NeedsSignIn():
                return _go(f"{SIGN_IN_PATH}?{urlencode(parameters)}")
            case NeedsConsent():
                return _go(f"{CONSENT_PATH}?{urlencode(parameters)}")
            case ErrorPage():
                return show_error(request, step.error)
            case _:
                assert_never(step)

    async def authorize(request: Request) -> Response:
        try:
            parameters = await read_parameters(request)
            return await anyio.to_thread.run_sync(decide, request, parameters)
        except GatewayError as error:
            return show_error(request, error)

    return [Route(AUTHORIZE_PATH, authorize, methods=["GET", "POST"])]


def plain_error(request: Request, error: GatewayError) -> Response:
    """Return what a person is told where there are no pages."""
    del request
    status = (
        HTTPStatus.BAD_REQUEST
        if isinstance(error, RequestError)
        else HTTPStatus.SERVICE_UNAVAILABLE
    )
    return PlainTextResponse(error.public, status, headers=_HEADERS)


async def read_parameters(request: Request) -> Mapping[str, str]:
    """Return the request's parameters; raise `RequestError` if they mean two things."""
    if request.method != "POST":
        return parse_form(request.scope["query_string"])
    values = [
        value for name, value in request.scope["headers"] if name == b"content-type"
    ]
    check_content_type(values)
    return parse_form(await read_small_body(request.receive))


def _go(uri: str) -> Response:
    return RedirectResponse(uri, HTTPStatus.SEE_OTHER, headers=_HEADERS)
