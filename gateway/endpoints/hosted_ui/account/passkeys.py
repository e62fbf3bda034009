"""Passkeys: made, named, removed. The one room that needs the script."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.account.rooms import PASSKEYS, Rooms
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import faults_of, missing
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import told_to_wait
from gateway.model.errors import GatewayError
from gateway.pool.factors.own_passkeys import OwnPasskeys, text_id
from gateway.pool.factors.passkeys import PasskeyCeremonies

NEW_PASSKEY = "/account/passkeys/new"

_NAME = "passkey_name"


class PasskeyPages:
    """The pages of passkeys."""

    def __init__(
        self, *, rooms: Rooms, own_passkeys: OwnPasskeys, ceremonies: PasskeyCeremonies
    ) -> None:
        self._rooms = rooms
        self._own = own_passkeys
        self._ceremonies = ceremonies

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where they are."""
        show, change = door.open(self.show), door.open(self.change, fresh=True)
        new, make = (
            door.open(self.new_form, fresh=True),
            door.open(self.make, fresh=True),
        )
        return [
            pages.route(PASSKEYS, get=show, post=change),
            pages.route(NEW_PASSKEY, get=new, post=make),
        ]

    def show(self, owner: Owner) -> Response:
        """Return the person's passkeys."""
        return self._page(owner, ())

    def change(self, owner: Owner) -> Response:
        """Name or remove one."""
        visit = owner.visit
        chosen = visit.typed("passkey")
        try:
            if visit.typed("remove"):
                self._own.remove(owner.pool, owner.user, chosen)
            else:
                name = visit.typed(_NAME).strip()
                self._own.rename(owner.pool, owner.user, chosen, name)
        except GatewayError as error:
            faults = faults_of(error, owner.t, owner.pool.settings.password)
            return told_to_wait(self._page(owner, faults), error)
        return self._rooms.go(owner, PASSKEYS, "saved")

    def new_form(self, owner: Owner) -> Response:
        """Return the page that has a passkey made."""
        return self._new_page(owner, ())

    def make(self, owner: Owner) -> Response:
        """Keep the passkey that the browser has made."""
        visit, t = owner.visit, owner.t
        answer = visit.typed("credential")
        if not answer:
            faults = missing(t, ("", t("account.passkeys.title")))
            return self._new_page(owner, faults)
        try:
            self._ceremonies.register(
                owner.pool,
                owner.user,
                answer,
                name=visit.typed(_NAME).strip(),
                bound_to=owner.session.id,
            )
        except GatewayError as error:
            faults = faults_of(error, t, owner.pool.settings.password)
            return told_to_wait(self._new_page(owner, faults), error)
        return self._rooms.go(owner, PASSKEYS, "passkey_made")

    def _page(self, owner: Owner, faults: Sequence[Fault]) -> Response:
        passkeys = self._own.list(owner.pool, owner.user)
        return self._rooms.page(
            owner,
            "account_passkeys.html",
            PASSKEYS,
            faults=faults,
            passkeys=[(text_id(passkey), passkey) for passkey in passkeys],
            new=owner.visit.link(NEW_PASSKEY),
        )

    def _new_page(self, owner: Owner, faults: Sequence[Fault]) -> Response:
        options = self._ceremonies.registration_options(
            owner.pool, owner.user, bound_to=owner.session.id
        )
        return self._rooms.page(
            owner,
            "account_new_passkey.html",
            PASSKEYS,
            faults=faults,
            options=options,
            here=owner.visit.link(),
            back=owner.visit.link(PASSKEYS),
        )
