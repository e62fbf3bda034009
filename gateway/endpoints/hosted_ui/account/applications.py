"""Which applications a person has let in, and taking that back."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import APPLICATIONS, Rooms
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.consent import told_scope
from gateway.oauth.authorizing.permissions import Permissions


class ApplicationPages:
    """The page of applications."""

    def __init__(self, *, rooms: Rooms, permissions: Permissions) -> None:
        self._rooms = rooms
        self._permissions = permissions

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where it is."""
        show, withdraw = door.open(self.show), door.open(self.withdraw)
        return [pages.route(APPLICATIONS, get=show, post=withdraw)]

    def show(self, owner: Owner) -> Response:
        """Return the list."""
        return self._rooms.page(
            owner,
            "account_applications.html",
            APPLICATIONS,
            permissions=[
                (each, ", ".join(told_scope(scope, owner.t) for scope in each.scopes))
                for each in self._permissions.list(owner.user)
            ],
        )

    def withdraw(self, owner: Owner) -> Response:
        """Take it back from one, with all that it has received."""
        self._permissions.withdraw(owner.user, owner.visit.typed("application"))
        return self._rooms.go(owner, APPLICATIONS, "saved")
