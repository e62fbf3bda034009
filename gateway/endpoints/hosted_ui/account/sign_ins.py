"""With which providers somebody signs in, and connecting one more.

What is changed here decides who comes into the account, so the sign-in has to have been made
just now.
"""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import SIGN_INS, Rooms
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.elsewhere import ElsewherePages
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.federation.connected import ConnectedLogins
from gateway.federation.errors import LastLoginError, UnknownLoginError
from gateway.federation.linking.links import Source


class SignInsPages:
    """The page of connected sign-ins."""

    def __init__(
        self, *, rooms: Rooms, connected: ConnectedLogins, elsewhere: ElsewherePages
    ) -> None:
        self._rooms = rooms
        self._connected = connected
        self._elsewhere = elsewhere

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where it is."""
        show = door.open(self.show)
        return [
            pages.route(SIGN_INS, get=show, post=door.open(self.change, fresh=True))
        ]

    def show(self, owner: Owner) -> Response:
        """Return the list."""
        return self._page(owner, ())

    def change(self, owner: Owner) -> Response:
        """Leave to connect a login, or end one.

        Raises:
            UnknownProviderError: Nobody connects with it.
        """
        visit, provider = owner.visit, owner.visit.typed("provider")
        if visit.typed("connect"):
            return self._elsewhere.connect(
                visit, owner.place, visit.typed("connect"), owner.user.sub
            )
        source = Source(provider, visit.typed("subject"))
        try:
            self._connected.disconnect(owner.pool, owner.user, source)
        except LastLoginError:
            return self._page(owner, [Fault("", owner.t("account.sign-ins.last"))])
        except UnknownLoginError:
            # Ended in another window: there is nothing to mend.
            return self._rooms.go(owner, SIGN_INS)
        return self._rooms.go(owner, SIGN_INS, "saved")

    def _page(self, owner: Owner, faults: Sequence[Fault]) -> Response:
        logins = self._connected.of(owner.user)
        has = {login.source.provider for login in logins}
        return self._rooms.page(
            owner,
            "account_sign_ins.html",
            SIGN_INS,
            faults=faults,
            here=owner.visit.link(SIGN_INS),
            logins=logins,
            offered=[
                each
                for each in self._connected.offered(owner.place.client)
                if each.id not in has
            ],
        )
