"""Signing out at a provider too, on the way out of here.

Whoever leaves is signed out here before the browser goes. What the provider sends back says
nothing; where the browser wanted to go is sealed, and was looked at when it left.

Reference: OpenID Connect RP-Initiated Logout 1.0 sections 2 and 3.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.errors import StaleStepError
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.federation.sessions import FederatedSessions, WayOut
from gateway.federation.single_logout import Parting, SingleLogout
from gateway.oauth.authorizing.browser_sessions import BrowserSession

BACK: Final = "/oauth2/idplogout"

_KIND: Final = "signed out"
_STATE: Final = "state"
_ONWARD: Final = "onward"


class WaysOut:
    """Finds them, and takes browsers on that come back."""

    def __init__(
        self,
        *,
        site: Site,
        sessions: FederatedSessions,
        single_logout: SingleLogout,
        public_url: str,
    ) -> None:
        self._site = site
        self._single_logout = single_logout
        self._sessions = sessions
        self._public_url = public_url

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where providers send browsers back to."""
        return [pages.route(BACK, get=self.come_back)]

    def leave(
        self, visit: Visit, place: Place | None, session: BrowserSession, onward: str
    ) -> Response | None:
        """Return how somebody signs out too where they came from; `None` for nowhere.

        Args:
            visit: Of whoever signs out.
            place: For whom the page is; `None` if nobody knows.
            session: The sign-in that ends.
            onward: Where they want to go: one of our own pages, or an address of a client's
                own; empty for nowhere.

        Raises:
            StorageError: Nobody knows.
        """
        way_out = self._find(visit, session, onward)
        if way_out is None:
            return None
        if not way_out.url:
            return half_out(
                self._site, visit, place, provider=way_out.label, onward=onward
            )
        renderer, label, url = self._site.renderer, way_out.label, way_out.url
        if way_out.form:
            return renderer.page(
                visit,
                place,
                "signing_out_form.html",
                leads_to=(url, onward),
                key="signing_out",
                provider=label,
                address=url,
                fields=way_out.form,
            )
        if visit.method == "GET":
            return renderer.redirect(url)
        # By a page: forms of ours lead nowhere else.
        return renderer.page(
            visit, place, "signing_out.html", provider=label, address=url
        )

    def _find(
        self, visit: Visit, session: BrowserSession, onward: str
    ) -> WayOut | None:
        browser = self._site.cookies.browser(visit)
        parting = Parting(
            browser=browser,
            address=visit.address,
            client_id=visit.query.get("client_id", ""),
            onward=onward,
        )
        by_messages = self._single_logout.leave(session.id, parting)
        if by_messages is not None:
            return by_messages
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


def half_out(  # noqa: PLR0913 - a page, and what stands on it
    site: Site,
    visit: Visit,
    place: Place | None,
    *,
    provider: str,
    onward: str,
    status: HTTPStatus = HTTPStatus.OK,
    support: str = "",
) -> Response:
    """Return the page of somebody who is signed out here, and maybe not at a provider."""
    return site.renderer.page(
        visit,
        place,
        "half_out.html",
        status=status,
        provider=provider,
        onward=onward,
        support=support,
    )
