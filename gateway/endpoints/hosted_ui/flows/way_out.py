"""Signing out at a provider too, on the way out of here.

Whoever leaves is signed out here before the browser goes. What the provider sends back says
nothing; where the browser wanted to go is sealed, and was looked at when it left.

Reference: OpenID Connect RP-Initiated Logout 1.0 sections 2 and 3.
"""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.errors import StaleStepError
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.federation.sessions import FederatedSessions, WayOut
from gateway.oauth.authorizing.browser_sessions import BrowserSession

BACK: Final = "/oauth2/idplogout"

_KIND: Final = "signed out"
_STATE: Final = "state"
_ONWARD: Final = "onward"


class WaysOut:
    """Finds them, and takes browsers on that come back."""

    def __init__(
        self, *, site: Site, sessions: FederatedSessions, public_url: str
    ) -> None:
        self._site = site
        self._sessions = sessions
        self._public_url = public_url

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where providers send browsers back to."""
        return [pages.route(BACK, get=self.come_back)]

    def find(self, visit: Visit, session: BrowserSession, onward: str) -> WayOut | None:
        """Return where somebody signs out too; `None` for nowhere.

        Args:
            visit: Of whoever signs out.
            session: The sign-in that ends.
            onward: Where they want to go: one of our own pages, or an address of a client's
                own; empty for nowhere.

        Raises:
            StorageError: Nobody knows.
        """
        browser = self._site.cookies.browser(visit)
        state = self._site.carrier.pack(_KIND, browser, {_ONWARD: onward})
        back = f"{self._public_url}{BACK}"
        return self._sessions.way_out(session.id, back=back, state=state)

    def come_back(self, visit: Visit) -> Response:
        """Take a browser to where it wanted to go."""
        browser = self._site.cookies.browser(visit)
        try:
            packed = visit.query.get(_STATE, "")
            onward = self._site.carrier.unpack(_KIND, browser, packed)[_ONWARD]
        except StaleStepError:
            # Whoever brings another state is signed out nowhere by it, and goes nowhere.
            onward = ""
        if onward:
            return self._site.renderer.redirect(onward)
        return self._site.renderer.page(
            visit, None, "told.html", key="signed_out", onward=""
        )
