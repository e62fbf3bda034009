"""`GET|POST /oauth2/authorize`: a browser comes from a client, and goes on or back.

Shows no page: whoever has to sign in or to consent is sent to the page for it, which carries
the client's query along.

References: RFC 6749 section 3.1; OpenID Connect Core section 3.1.2.1.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, assert_never
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.endpoints.oauth.browser_endpoint import HEADERS, BrowserEndpoint, go
from gateway.endpoints.oauth.session_cookie import cookie_name, find_session_cookie
from gateway.endpoints.problem import status_of
from gateway.model.errors import GatewayError
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
                return go(step.uri)
            case NeedsSignIn():
                return go(f"{SIGN_IN_PATH}?{urlencode(parameters)}")
            case NeedsConsent():
                return go(f"{CONSENT_PATH}?{urlencode(parameters)}")
            case ErrorPage():
                return show_error(request, step.error)
            case _:
                assert_never(step)

    endpoint = BrowserEndpoint(decide=decide, show_error=show_error)
    return [Route(AUTHORIZE_PATH, endpoint, methods=None)]


def plain_error(request: Request, error: GatewayError) -> Response:
    """Return what a person is told where there are no pages."""
    del request
    return PlainTextResponse(error.public, status_of(type(error)), headers=HEADERS)
