"""Signing out, in Cognito's words: back to the application, or to a new sign-in.

An address of the client's own says that it has sent the browser. Without one anybody could
have, and the person is asked. Ends the sign-in in this browser alone, and only one of the
client's pool: a client of another one has nothing to say about it. Tokens stay good.

Reference: Amazon Cognito, `/logout`. OpenID Connect's is `gateway.endpoints.oauth.logout`.
"""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN, Arrival, is_authorization
from gateway.endpoints.hosted_ui.flows.way_out import WaysOut
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.oauth.authorizing.browser_sessions import BrowserSession, BrowserSessions
from gateway.oauth.errors import UntrustedRequestError

SIGN_OUT: Final = "/logout"

_LOGOUT_URI: Final = "logout_uri"
_REDIRECT_URI: Final = "redirect_uri"


class SignOutPages:
    """The page of a sign-out."""

    def __init__(
        self,
        *,
        site: Site,
        sessions: BrowserSessions,
        arrival: Arrival,
        ways_out: WaysOut,
    ) -> None:
        self._ways_out = ways_out
        self._site = site
        self._sessions = sessions
        self._arrival = arrival

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where it is."""
        return [pages.route(SIGN_OUT, get=self.show, post=self.sign_out)]

    def show(self, visit: Visit) -> Response:
        """Go where the client says; else ask."""
        place = self._site.place(visit)
        onward = _onward(visit, place)
        if onward:
            return self._end(visit, place, onward)
        if self._who(visit, place) is None:
            return self._told(visit, place)
        return self._site.renderer.page(visit, place, "sign_out.html")

    def sign_out(self, visit: Visit) -> Response:
        """Sign out whoever has said so."""
        place = self._site.place(visit)
        return self._end(visit, place, "")

    def _told(self, visit: Visit, place: Place) -> Response:
        onward = visit.link(SIGN_IN)
        return self._site.renderer.page(
            visit, place, "told.html", key="signed_out", onward=onward
        )

    def _end(self, visit: Visit, place: Place, onward: str) -> Response:
        """End the sign-in, if it is one of the client's pool, and go on."""
        session = self._who(visit, place)
        response = None
        if session is not None:
            response = self._ways_out.leave(visit, place, session, onward)
        if response is None:
            go = self._site.renderer.redirect
            response = go(onward) if onward else self._told(visit, place)
        if session is not None:
            self._sessions.end(self._site.cookies.session(visit))
            self._site.cookies.end_session(response)
        return response

    def _who(self, visit: Visit, place: Place) -> BrowserSession | None:
        session = self._arrival.who(visit)
        is_here = session is not None and session.user.pool_id == place.pool.id
        return session if is_here else None


def _onward(visit: Visit, place: Place) -> str:
    """Return where a client sends the browser; empty if it does not say.

    Raises:
        UntrustedRequestError: The address is none of its own.
    """
    address = visit.query.get(_LOGOUT_URI, "")
    if address:
        if address not in place.client.logout_uris:
            raise UntrustedRequestError("not one of the client's logout URIs")
        return address
    if not is_authorization(visit):
        return ""
    # To sign in anew; a request that was pushed holds its own address.
    address = visit.query.get(_REDIRECT_URI, "")
    if address and address not in place.client.redirect_uris:
        raise UntrustedRequestError("not one of the client's redirect URIs")
    return visit.link(SIGN_IN)
