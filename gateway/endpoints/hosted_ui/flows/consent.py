"""Asking whether an application may know what it asks for.

Reference: OpenID Connect Core section 3.1.2.4.
"""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.arrival import CONSENT, Arrival
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.oauth.authorizing.authorizations import Authorizations, NeedsConsent

_ANSWER = "answer"
_YES = "yes"


class ConsentPages:
    """The page of a consent."""

    def __init__(
        self, *, site: Site, authorizations: Authorizations, arrival: Arrival
    ) -> None:
        self._site = site
        self._authorizations = authorizations
        self._arrival = arrival

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where it is."""
        return [pages.route(CONSENT, get=self.show, post=self.decide)]

    def show(self, visit: Visit) -> Response:
        """Return the question, or the way on if there is nothing to ask."""
        place = self._site.place(visit)
        session = self._arrival.who(visit)
        step = self._authorizations.complete(visit.carried, session, consented=False)
        if isinstance(step, NeedsConsent):
            return self._page(visit, place, step)
        return self._arrival.go(visit, step)

    def decide(self, visit: Visit) -> Response:
        """Go back to the application, with a yes or a no."""
        self._site.place(visit)
        if visit.typed(_ANSWER) != _YES:
            step = self._authorizations.refuse(visit.carried)
            return self._arrival.go(visit, step)
        session = self._arrival.who(visit)
        step = self._authorizations.complete(visit.carried, session, consented=True)
        return self._arrival.go(visit, step)

    def _page(self, visit: Visit, place: Place, step: NeedsConsent) -> Response:
        t = self._site.texts(visit, place)
        # What was granted before is told again: it is granted again.
        scopes = step.request.scopes
        return self._site.renderer.page(
            visit,
            place,
            "consent.html",
            scopes=[told_scope(scope, t) for scope in scopes],
            username=step.user.attributes.get("email") or step.user.username,
        )


def told_scope(scope: str, t: Texts) -> str:
    """Return what a scope lets an application do, in words."""
    key = f"scope.{scope}"
    return t(key) if key in t.texts else t("scope.other", scope=scope)
