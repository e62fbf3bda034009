"""Confirming a sign-up: with the code, with the link, or with a new code.

Whoever signed up in this browser is told how things stand, and signed in. Others learn nothing of who is
known here: an unknown name and a confirmed one look like an old code.

Reference: Amazon Cognito, `/confirmUser`, `/resendcode`.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import CODE, USERNAME, faults_of, missing
from gateway.endpoints.hosted_ui.fields import name_field, typed_name
from gateway.endpoints.hosted_ui.flows.admission import Admission
from gateway.endpoints.hosted_ui.flows.context import caller_of
from gateway.endpoints.hosted_ui.flows.own_sign_up import find_sign_up
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site, told_to_wait
from gateway.endpoints.hosted_ui.visit import STEP, Visit
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.pool.errors import ExpiredCodeError, NotAllowedError, WrongStateError
from gateway.pool.sign_up import SignUps

CONFIRM = "/confirm"
CONFIRM_LINK = "/confirmUser"
RESEND = "/resendcode"

_KIND = "confirm"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Who is about to confirm.

    Attributes:
        username: As typed; empty if nobody has said.
        destination: Where the code went; empty if this browser must not know.
        sub: Who signed up in this browser; empty if nobody did.
    """

    username: str = ""
    destination: str = ""
    sub: str = ""


def confirm_step(
    site: Site, visit: Visit, username: str, destination: str = "", sub: str = ""
) -> str:
    """Return what the confirmation page needs to know of a sign-up.

    Args:
        site: The pages' common ground.
        visit: Who is led there.
        username: As typed.
        destination: Where the code went; empty if this browser must not know.
        sub: Who signed up in this browser; empty if nobody did.
    """
    browser = site.cookies.browser(visit)
    values = {"username": username, "destination": destination, "sub": sub}
    return site.carrier.pack(_KIND, browser, values)


class ConfirmPages:
    """The pages of a confirmation."""

    def __init__(self, *, site: Site, sign_ups: SignUps, admission: Admission) -> None:
        self._site = site
        self._sign_ups = sign_ups
        self._admission = admission

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where they are."""
        return [
            pages.route(CONFIRM, get=self.show, post=self.confirm),
            pages.route(CONFIRM_LINK, get=self.show_link, post=self.confirm_link),
            pages.route(RESEND, get=self.ask_name, post=self.resend),
        ]

    def show(self, visit: Visit) -> Response:
        """Return the form for the code."""
        return self._form(visit, self._site.place(visit), self._waiting(visit), ())

    def confirm(self, visit: Visit) -> Response:
        """Confirm with the code that was typed."""
        place = self._site.place(visit)
        t = self._site.texts(visit, place)
        waiting = self._waiting(visit)
        username = waiting.username or typed_name(visit.typed(USERNAME))
        wanted = [
            (USERNAME, name_field(place.pool, t).label, username),
            (CODE, t("form.code"), visit.typed(CODE).strip()),
        ]
        empty = [(field, label) for field, label, value in wanted if not value]
        if empty:
            return self._form(visit, place, waiting, missing(t, *empty))
        try:
            user = self._confirm(visit, place, waiting, username, visit.typed(CODE))
        except WrongStateError:
            # Pressed twice: whoever signed up here may know.
            return self._admission.by_themselves(visit)
        except GatewayError as error:
            faults = faults_of(error, t, place.pool.settings.password)
            return told_to_wait(self._form(visit, place, waiting, faults), error)
        if user.sub != waiting.sub:
            return self._admission.by_themselves(visit)
        return self._admission.confirmed(visit, place, user)

    def show_link(self, visit: Visit) -> Response:
        """Return a button: programs that look at mail follow links, and press none."""
        place = self._site.place(visit)
        if not visit.query.get("user_name") or not visit.query.get("confirmation_code"):
            raise ExpiredCodeError("the link has no name or no code")
        return self._site.renderer.page(
            visit, place, "confirm_link.html", here=visit.link()
        )

    def confirm_link(self, visit: Visit) -> Response:
        """Confirm with what stands in the link."""
        place = self._site.place(visit)
        username = visit.query.get("user_name", "")
        code = visit.query.get("confirmation_code", "")
        user = self._confirm(visit, place, _Waiting(), username, code)
        own = find_sign_up(self._site, visit)
        if own is None or (own.sub, own.client_id) != (user.sub, place.client.id):
            used = visit.link_query(user_name="", confirmation_code="")
            return self._admission.by_themselves(replace(visit, query=used))
        response = self._admission.confirmed(own.resumed(visit), place, user)
        self._site.cookies.end_sign_up(response)
        return response

    def ask_name(self, visit: Visit) -> Response:
        """Return the form that asks whom to send a new code."""
        return self._name_form(visit, self._site.place(visit), ())

    def resend(self, visit: Visit) -> Response:
        """Send a new code, if there is anybody who waits for one."""
        place = self._site.place(visit)
        waiting = self._waiting(visit)
        username = waiting.username or typed_name(visit.typed(USERNAME))
        if not username:
            t = self._site.texts(visit, place)
            label = name_field(place.pool, t).label
            return self._name_form(visit, place, missing(t, (USERNAME, label)))
        # Neither says that there is somebody of that name.
        with contextlib.suppress(WrongStateError, NotAllowedError):
            self._sign_ups.resend(
                place.pool,
                username,
                caller=caller_of(visit, place, self._site.texts(visit, place)),
            )
        step = confirm_step(
            self._site, visit, username, waiting.destination, waiting.sub
        )
        notice = "link_sent" if _is_by_link(place, waiting) else "code_sent"
        onward = visit.link(CONFIRM, step=step, notice=notice)
        return self._site.renderer.redirect(onward)

    def _confirm(
        self,
        visit: Visit,
        place: Place,
        waiting: _Waiting,
        username: str,
        code: str,
    ) -> User:
        digits = "".join(code.split())
        caller = caller_of(visit, place, self._site.texts(visit, place))
        try:
            return self._sign_ups.confirm(place.pool, username, digits, caller=caller)
        except WrongStateError as error:
            if waiting.destination:
                raise
            raise ExpiredCodeError("confirmed already, which is not told") from error

    def _waiting(self, visit: Visit) -> _Waiting:
        packed = visit.query.get(STEP, "")
        if not packed:
            return _Waiting()
        browser = self._site.cookies.browser(visit)
        values = self._site.carrier.unpack(_KIND, browser, packed)
        return _Waiting(values["username"], values["destination"], values["sub"])

    def _form(
        self,
        visit: Visit,
        place: Place,
        waiting: _Waiting,
        faults: Sequence[Fault],
    ) -> Response:
        t = self._site.texts(visit, place)
        step = visit.query.get(STEP, "")
        return self._site.renderer.page(
            visit,
            place,
            "confirm.html",
            faults=faults,
            name_field=name_field(place.pool, t),
            username=waiting.username,
            destination=waiting.destination,
            by_link=_is_by_link(place, waiting),
            here=visit.link(step=step),
            resend=visit.link(RESEND, step=step),
        )

    def _name_form(
        self, visit: Visit, place: Place, faults: Sequence[Fault]
    ) -> Response:
        t = self._site.texts(visit, place)
        return self._site.renderer.page(
            visit,
            place,
            "ask_name.html",
            faults=faults,
            key="resend",
            name_field=name_field(place.pool, t),
            username="",
        )


def _is_by_link(place: Place, waiting: _Waiting) -> bool:
    """Whether there is nothing to type: a link was sent, which is by e-mail alone."""
    return place.pool.settings.sign_up.by_link and "@" in waiting.destination
