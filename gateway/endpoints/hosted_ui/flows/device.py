"""A code that a device without a keyboard shows, typed where there is one.

The person types the code first, signs in for the application that the device runs, and is
then asked whether it is theirs: somebody else may have sent them the code.

Reference: RFC 8628 sections 3.3 and 5.4 (remote phishing).
"""

from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.arrival import (
    DEVICE,
    SIGN_IN,
    USER_CODE,
    Arrival,
)
from gateway.endpoints.hosted_ui.flows.consent import told_scope
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.authorizing.devices import Devices, WaitingDevice

_ANSWER = "answer"
_YES = "yes"


class DevicePages:
    """The pages of a device's code."""

    def __init__(self, *, site: Site, devices: Devices, arrival: Arrival) -> None:
        self._site = site
        self._devices = devices
        self._arrival = arrival

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where they are."""
        return [pages.route(DEVICE, get=self.show, post=self.go_on)]

    def show(self, visit: Visit) -> Response:
        """Return the form for the code; or the question, once it is known who answers."""
        if "client_id" not in visit.query:
            return self._form(visit, visit.query.get(USER_CODE, ""), ())
        place = self._site.place(visit)
        device = self._find(visit, visit.query.get(USER_CODE, ""))
        if device is None or device.client.id != place.client.id:
            return self._unknown(visit)
        session = self._session(visit, place)
        if session is None:
            return self._site.renderer.redirect(visit.link(SIGN_IN))
        t = self._site.texts(visit, place)
        return self._site.renderer.page(
            visit,
            place,
            "device.html",
            scopes=[told_scope(scope, t) for scope in device.scopes],
            username=session.user.attributes.get("email") or session.user.username,
            user_code=visit.query.get(USER_CODE, ""),
        )

    def go_on(self, visit: Visit) -> Response:
        """Look a code up, or decide about the device that shows it."""
        if "client_id" in visit.query:
            return self._decide(visit)
        typed = visit.typed(USER_CODE).strip()
        device = self._find(visit, typed)
        if device is None:
            return self._unknown(visit)
        onward = visit.link(DEVICE, client_id=device.client.id, user_code=typed)
        return self._site.renderer.redirect(onward)

    def _decide(self, visit: Visit) -> Response:
        place = self._site.place(visit)
        session = self._session(visit, place)
        if session is None:
            return self._site.renderer.redirect(visit.link(SIGN_IN))
        approved = visit.typed(_ANSWER) == _YES
        was_waiting = self._devices.decide(
            visit.query.get(USER_CODE, ""),
            session,
            approved=approved,
            address=visit.address,
        )
        if not was_waiting:
            return self._unknown(visit)
        key = "device_allowed" if approved else "device_denied"
        return self._site.renderer.page(visit, place, "told.html", key=key, onward="")

    def _find(self, visit: Visit, user_code: str) -> WaitingDevice | None:
        if not user_code:
            return None
        return self._devices.find(user_code, address=visit.address)

    def _session(self, visit: Visit, place: Place) -> BrowserSession | None:
        session = self._arrival.who(visit)
        is_here = session is not None and session.user.pool_id == place.pool.id
        return session if is_here else None

    def _unknown(self, visit: Visit) -> Response:
        t = self._site.texts(visit, None)
        typed = visit.typed(USER_CODE) or visit.query.get(USER_CODE, "")
        # Asked anew from the beginning: for which application, nobody knows.
        bare = {"lang": visit.query.get("lang", "")}
        fresh = replace(visit, query={k: v for k, v in bare.items() if v})
        return self._form(fresh, typed, [Fault(USER_CODE, t("fault.user_code"))])

    def _form(self, visit: Visit, user_code: str, faults: Sequence[Fault]) -> Response:
        return self._site.renderer.page(
            visit, None, "device_code.html", faults=faults, user_code=user_code
        )
