"""Where somebody is signed in, which devices are remembered, and signing out of all."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import SESSIONS, SIGN_OUT, Rooms
from gateway.endpoints.hosted_ui.agents import described
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN
from gateway.endpoints.hosted_ui.site import Site
from gateway.oauth.authorizing.browser_sessions import BrowserSessions
from gateway.pool.factors.devices import Devices
from gateway.pool.people.standing import Standings


class SessionPages:
    """The page of sign-ins and devices."""

    def __init__(
        self,
        *,
        site: Site,
        rooms: Rooms,
        sessions: BrowserSessions,
        devices: Devices,
        standings: Standings,
    ) -> None:
        self._site = site
        self._rooms = rooms
        self._sessions = sessions
        self._devices = devices
        self._standings = standings

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where it is."""
        show, change = door.open(self.show), door.open(self.change)
        leave = door.open(self.sign_out)
        return [
            pages.route(SESSIONS, get=show, post=change),
            pages.route(SIGN_OUT, get=show, post=leave),
        ]

    def show(self, owner: Owner) -> Response:
        """Return the list."""
        sessions = self._sessions.list(owner.user)
        devices = self._devices.list(owner.pool, owner.user)
        return self._rooms.page(
            owner,
            "account_sessions.html",
            SESSIONS,
            here=owner.visit.link(SESSIONS),
            sessions=[
                (each, described(each.user_agent), each.id == owner.session.id)
                for each in sessions
            ],
            devices=devices.entries,
        )

    def change(self, owner: Owner) -> Response:
        """End one sign-in, forget one device, or sign out everywhere."""
        visit = owner.visit
        if visit.typed("everywhere"):
            self._standings.sign_out(owner.pool, owner.user.sub)
            self._sessions.end_all(owner.user)
            return self._left(owner)
        if visit.typed("device"):
            self._devices.forget(owner.pool, owner.user, visit.typed("device"))
        if visit.typed("session"):
            self._sessions.end_one(owner.user, visit.typed("session"))
        return self._rooms.go(owner, SESSIONS, "saved")

    def sign_out(self, owner: Owner) -> Response:
        """End this sign-in."""
        self._sessions.end(self._site.cookies.session(owner.visit))
        return self._left(owner)

    def _left(self, owner: Owner) -> Response:
        onward = owner.visit.link(
            SIGN_IN, client_id=owner.place.client.id, notice="signed_out"
        )
        response = self._site.renderer.redirect(onward)
        self._site.cookies.end_session(response)
        return response
