"""Changing one's password: the old one, and a new one."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import PASSWORD, Rooms
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import PASSWORD as NEW
from gateway.endpoints.hosted_ui.faults import faults_of, missing
from gateway.endpoints.hosted_ui.fields import demands
from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import told_to_wait
from gateway.model.errors import GatewayError
from gateway.pool.errors import NotAuthorizedError
from gateway.pool.people.own_passwords import OwnPasswords

OLD = "old_password"


class PasswordPages:
    """The page of a password."""

    def __init__(self, *, rooms: Rooms, own_passwords: OwnPasswords) -> None:
        self._rooms = rooms
        self._own = own_passwords

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where it is."""
        show, change = door.open(self.show), door.open(self.change)
        return [pages.route(PASSWORD, get=show, post=change)]

    def show(self, owner: Owner) -> Response:
        """Return the form."""
        return self._form(owner, ())

    def change(self, owner: Owner) -> Response:
        """Replace the password."""
        t, visit = owner.t, owner.visit
        if not visit.typed(NEW):
            return self._form(owner, missing(t, (NEW, t("form.new_password"))))
        passwords = (visit.typed(OLD), visit.typed(NEW))
        try:
            self._own.change(
                owner.pool,
                owner.place.client,
                owner.user,
                passwords,
                context_of(visit, t),
            )
        except GatewayError as error:
            return told_to_wait(self._form(owner, _faults(owner, error)), error)
        return self._rooms.go(owner, PASSWORD, "own_password_changed")

    def _form(self, owner: Owner, faults: Sequence[Fault]) -> Response:
        policy = owner.pool.settings.password
        return self._rooms.page(
            owner,
            "account_password.html",
            PASSWORD,
            faults=faults,
            username=owner.user.attributes.get("email") or owner.user.username,
            demands=demands(policy, owner.t),
            min_length=policy.min_length,
        )


def _faults(owner: Owner, error: GatewayError) -> Sequence[Fault]:
    if type(error) is NotAuthorizedError:
        return [Fault(OLD, owner.t("fault.old_password"))]
    return faults_of(error, owner.t, owner.pool.settings.password)
