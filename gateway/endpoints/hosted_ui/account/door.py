"""Who may come into the account, and who has to sign in first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from gateway.endpoints.hosted_ui.endpoint import Page
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.endpoints.hosted_ui.visit import AGAIN, THEN, Visit
from gateway.model.user import User
from gateway.oauth.authorizing.browser_sessions import BrowserSession, BrowserSessions
from gateway.pool.pool import Pool

# How long ago somebody may have signed in who changes what proves them: a browser that was
# left open is not enough.
FRESH: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody in their own account.

    Attributes:
        visit: The request.
        place: Through which client, of which pool.
        session: The sign-in.
        t: The language.
    """

    visit: Visit
    place: Place
    session: BrowserSession
    t: Texts

    @property
    def user(self) -> User:
        """The person."""
        return self.session.user

    @property
    def pool(self) -> Pool:
        """Their pool."""
        return self.place.pool


Room = Callable[[Owner], Response]


class Door:
    """Lets people into their account."""

    def __init__(self, *, site: Site, sessions: BrowserSessions) -> None:
        self._site = site
        self._sessions = sessions

    def open(self, room: Room, *, fresh: bool = False, then: str = "") -> Page:
        """Return a room as a page that nobody else comes into.

        Args:
            room: The page's function.
            fresh: Whether the sign-in has to have been made just now.
            then: What a sign-in leads to; by default, what it always does.
        """

        def page(visit: Visit) -> Response:
            place = self._site.place(visit)
            session = self._sessions.find(self._site.cookies.session(visit))
            if session is None or session.user.pool_id != place.pool.id:
                return self._sign_in(visit, place, then)
            age = self._site.clock() - session.authenticated_at
            if fresh and age > FRESH:
                return self._sign_in(visit, place, then, again=True)
            t = self._site.texts(visit, place)
            return room(Owner(visit, place, session, t))

        return page

    def _sign_in(
        self, visit: Visit, place: Place, then: str, *, again: bool = False
    ) -> Response:
        named = {"client_id": place.client.id, THEN: then}
        if again:
            named |= {AGAIN: "1", "notice": "sign_in_again"}
        return self._site.renderer.redirect(visit.link(SIGN_IN, **named))
