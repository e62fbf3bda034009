"""Somebody who comes from a provider and seems to be somebody who is here already.

They are asked: whoever signs in here too, in the same browser, has the sign-in of the provider
connected with their account, and goes on to where they wanted. Nobody learns anything of the
account but that it is there.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.admission import Admission
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN
from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import LINK, Visit
from gateway.federation.errors import (
    LoginTakenError,
    StaleAttemptError,
    UnknownProviderError,
)
from gateway.federation.sign_ins import FederatedSignIns
from gateway.federation.waiting import Ticket
from gateway.model.user import User
from gateway.pool.errors import DisabledError
from gateway.pool.settings import Address, Alias
from gateway.pool.sign_in.values import SignedIn
from gateway.storage.errors import TooManyLoginsError
from gateway.telemetry.logs import Logger

CONNECT: Final = "/login/connect"

_ANSWER: Final = "answer"
_APART: Final = "apart"
_HINT: Final = "login_hint"


class Connecting:
    """Connects a sign-in that waits with whoever has signed in here."""

    def __init__(
        self, *, site: Site, sign_ins: FederatedSignIns, logger: Logger
    ) -> None:
        self._site = site
        self._sign_ins = sign_ins
        self._logger = logger

    def bind(self, signed_in: SignedIn, session_id: str) -> None:
        """Keep which session has come of a sign-in, if that came from a provider."""
        self._sign_ins.sessions.bind(signed_in.origin_id, session_id)

    def complete(self, visit: Visit, place: Place, user: User) -> Visit:
        """Connect what waits, if something does; return the visit without it.

        Whoever has signed in is signed in, also if nothing can be connected: what waits is
        somebody else's, another browser's, or has waited too long.
        """
        if LINK not in visit.query:
            return visit
        context = context_of(visit, self._site.texts(visit, place))
        ticket = ticket_of(self._site, visit)
        try:
            self._sign_ins.waiting.complete(
                place.pool, place.client, ticket, user, context
            )
        except (
            StaleAttemptError,
            UnknownProviderError,
            LoginTakenError,
            TooManyLoginsError,
            DisabledError,
        ) as error:
            self._logger.info(
                "a sign-in was not connected",
                error=error.code,
                failure=type(error).__name__,
                detail=error.detail,
            )
        return without_link(visit)


class ConnectPages:
    """The page that asks."""

    def __init__(
        self, *, site: Site, sign_ins: FederatedSignIns, admission: Admission
    ) -> None:
        self._site = site
        self._sign_ins = sign_ins
        self._admission = admission

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where it is."""
        return [pages.route(CONNECT, get=self.show, post=self.decide)]

    def show(self, visit: Visit) -> Response:
        """Return the question.

        Raises:
            StaleAttemptError: Nobody waits there, for too long, or in another browser.
            UnknownProviderError: Nobody signs in with the provider any more.
        """
        place = self._site.place(visit)
        supposed = self._sign_ins.waiting.supposed(
            place.pool, ticket_of(self._site, visit)
        )
        return self._site.renderer.page(
            visit,
            place,
            "connect.html",
            provider=supposed.provider,
            email=supposed.email,
        )

    def decide(self, visit: Visit) -> Response:
        """Go on to the sign-in, or let somebody in who is somebody else; raises likewise."""
        place = self._site.place(visit)
        ticket = ticket_of(self._site, visit)
        if visit.typed(_ANSWER) != _APART:
            supposed = self._sign_ins.waiting.supposed(place.pool, ticket)
            hint = supposed.email if _takes_email(place) else ""
            onward = visit.link(SIGN_IN, **{_HINT: hint, "identity_provider": ""})
            return self._site.renderer.redirect(onward)
        context = context_of(visit, self._site.texts(visit, place))
        arrived = self._sign_ins.stay_apart(place.pool, place.client, ticket, context)
        there = replace(without_link(visit), method="GET", path=SIGN_IN)
        return self._admission.onward(there, place, arrived.username, arrived.step)


def ticket_of(site: Site, visit: Visit) -> Ticket:
    """Return what leads to a sign-in that waits for this browser."""
    return Ticket(visit.query.get(LINK, ""), site.cookies.browser(visit))


def without_link(visit: Visit) -> Visit:
    """Return a visit that waits for nothing."""
    query = {name: value for name, value in visit.query.items() if name != LINK}
    return replace(visit, query=query)


def _takes_email(place: Place) -> bool:
    settings = place.pool.settings.sign_in
    return Alias.EMAIL in settings.aliases or Address.EMAIL in settings.addresses
