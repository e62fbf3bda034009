"""`GET|POST /oauth2/logout`: a browser that a client has sent signs out, and goes back.

Reference: OpenID Connect RP-Initiated Logout 1.0 section 2. Cognito's `/logout` is a page.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.endpoints.oauth.browser_endpoint import HEADERS, BrowserEndpoint, go
from gateway.endpoints.oauth.session_cookie import cookie_name, find_session_cookie
from gateway.model.errors import GatewayError
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.authorizing.logout import NeedsAnswer, SignedOut

LOGOUT_PATH = "/oauth2/logout"
PAGE_PATH = "/logout"


FindWayOut: TypeAlias = Callable[[Request, BrowserSession, str], Response | None]


class Logouts(Protocol):
    """Decides where a browser goes after a logout."""

    def decide(
        self, parameters: Mapping[str, str], session: BrowserSession | None
    ) -> SignedOut | NeedsAnswer:
        """Return where the browser goes, or raise. Called in a thread."""


class Sessions(Protocol):
    """Knows who is signed in."""

    def find(self, handle: str) -> BrowserSession | None:
        """Return who is signed in with a cookie. Called in a thread."""

    def end(self, handle: str) -> None:
        """End a session. Called in a thread."""


def routes(
    *,
    logouts: Logouts,
    sessions: Sessions,
    show_error: Callable[[Request, GatewayError], Response],
    show_signed_out: Callable[[Request], Response],
    find_way_out: FindWayOut,
    public_url: str,
) -> Sequence[BaseRoute]:
    """Return the endpoint's route.

    Args:
        logouts: Decides where a browser goes.
        sessions: Knows who is signed in.
        show_error: Returns the page that tells a person what is wrong.
        show_signed_out: Returns the page for whoever goes nowhere.
        find_way_out: Returns how somebody signs out too where they came from, on the way to
            an address (empty for none); `None` for nowhere.
        public_url: Where the gateway is reached.
    """
    name = cookie_name(public_url)

    def decide(request: Request, parameters: Mapping[str, str]) -> Response:
        handle = find_session_cookie(request.scope, name)
        session = sessions.find(handle)
        done = logouts.decide(parameters, session)
        if isinstance(done, NeedsAnswer):
            return go(f"{PAGE_PATH}?{urlencode({'client_id': done.client.id})}")
        response = show_signed_out(request) if done.uri is None else go(done.uri)
        if not done.is_here:
            return response
        if session is not None:
            response = find_way_out(request, session, done.uri or "") or response
        sessions.end(handle)
        response.delete_cookie(
            name, secure=public_url.startswith("https:"), httponly=True, samesite="lax"
        )
        return response

    endpoint = BrowserEndpoint(decide=decide, show_error=show_error)
    return [Route(LOGOUT_PATH, endpoint, methods=None)]


def no_way_out(request: Request, session: BrowserSession, onward: str) -> None:
    """Return nothing: where there are no pages, nobody signs in by way of a provider."""
    del request, session, onward


def plain_signed_out(request: Request) -> Response:
    """Return what a person is told where there are no pages."""
    del request
    return PlainTextResponse("You are signed out.", headers=HEADERS)
