"""Signing out of this browser, and back to the application if it may be.

An application that names one of its own addresses gets the browser back at once, as Cognito
does it; anybody else's link asks first. Tokens that were handed out stay good.

References: Amazon Cognito, `/logout`; OpenID Connect RP-Initiated Logout section 2.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.errors import UnknownTargetError
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN, is_authorization
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.oauth.authorizing.browser_sessions import BrowserSessions

LOGOUT = "/logout"

# Cognito's name, and that of the standard.
_TARGETS = ("logout_uri", "post_logout_redirect_uri")


class LogoutPages:
    """The page of a logout."""

    def __init__(self, *, site: Site, sessions: BrowserSessions) -> None:
        self._site = site
        self._sessions = sessions

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where it is."""
        return [pages.route(LOGOUT, get=self.arrive, post=self.sign_out)]

    def arrive(self, visit: Visit) -> Response:
        """Sign out and go back, if the application says where to; else ask.

        Raises:
            UnknownClientError: The address names no application.
            UnknownTargetError: The address to go back to is not one of its own.
        """
        place = self._site.place(visit)
        target = _target(visit, place.client.logout_uris)
        if target:
            return self._end(visit, target)
        if is_authorization(visit):
            # Cognito: to sign in anew, perhaps as somebody else.
            return self._end(visit, visit.link(SIGN_IN))
        return self._site.renderer.page(visit, place, "logout.html")

    def sign_out(self, visit: Visit) -> Response:
        """Sign out, for a form of ours."""
        place = self._site.place(visit)
        page = self._site.renderer.page(
            visit, place, "told.html", key="signed_out", onward=visit.link(SIGN_IN)
        )
        return self._ended(visit, page)

    def _end(self, visit: Visit, target: str) -> Response:
        return self._ended(visit, self._site.renderer.redirect(target))

    def _ended(self, visit: Visit, response: Response) -> Response:
        self._sessions.end(self._site.cookies.session(visit))
        self._site.cookies.end_session(response)
        return response


def _target(visit: Visit, own: Sequence[str]) -> str:
    """Return where to go back to; empty if nobody says."""
    named = [visit.query[name] for name in _TARGETS if name in visit.query]
    if not named:
        return ""
    if len(named) > 1 or named[0] not in own:
        raise UnknownTargetError("the address is not one of the client's own")
    state = visit.query.get("state", "")
    if not state:
        return named[0]
    mark = "&" if "?" in named[0] else "?"
    return f"{named[0]}{mark}{urlencode({'state': state})}"
