"""A passkey, offered on the way from a sign-in to the application.

Whether somebody wants one or not, the way goes on. Applications may link here as well, with
the query of an authorization request.

Reference: Amazon Cognito, `/passkeys/add`.
"""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.account.door import Door, Owner
from gateway.endpoints.hosted_ui.agents import described
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import faults_of, missing
from gateway.endpoints.hosted_ui.flows.arrival import ADD_PASSKEY, Arrival
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site, told_to_wait
from gateway.model.errors import GatewayError
from gateway.pool.factors.passkeys import PasskeyCeremonies

_LATER = "later"


class PasskeyOfferPages:
    """The page of the offer."""

    def __init__(
        self, *, site: Site, arrival: Arrival, ceremonies: PasskeyCeremonies
    ) -> None:
        self._site = site
        self._arrival = arrival
        self._ceremonies = ceremonies

    def routes(self, pages: Pages, door: Door) -> Sequence[BaseRoute]:
        """Return where it is."""
        show = door.open(self.show, fresh=True, then=ADD_PASSKEY)
        decide = door.open(self.decide, fresh=True, then=ADD_PASSKEY)
        return [pages.route(ADD_PASSKEY, get=show, post=decide)]

    def show(self, owner: Owner) -> Response:
        """Return the offer."""
        return self._page(owner, ())

    def decide(self, owner: Owner) -> Response:
        """Keep the passkey that the browser has made, if it has; and go on."""
        visit, t = owner.visit, owner.t
        if visit.typed(_LATER):
            return self._onward(owner)
        answer = visit.typed("credential")
        if not answer:
            return self._page(owner, missing(t, ("", t("passkey_offer.title"))))
        try:
            self._ceremonies.register(
                owner.pool,
                owner.user,
                answer,
                name=described(visit.user_agent),
                bound_to=owner.session.id,
            )
        except GatewayError as error:
            faults = faults_of(error, t, owner.pool.settings.password)
            return told_to_wait(self._page(owner, faults), error)
        return self._onward(owner)

    def _onward(self, owner: Owner) -> Response:
        return self._arrival.onward(owner.visit, owner.place, owner.session)

    def _page(self, owner: Owner, faults: Sequence[Fault]) -> Response:
        options = self._ceremonies.registration_options(
            owner.pool, owner.user, bound_to=owner.session.id
        )
        return self._site.renderer.page(
            owner.visit,
            owner.place,
            "passkey_offer.html",
            faults=faults,
            options=options,
            here=owner.visit.link(),
            later=_LATER,
        )
