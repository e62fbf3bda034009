"""A forgotten password: a name, a code that is sent, a new password.

Looks alike for known and unknown names, as the service behind it does.

Reference: Amazon Cognito, `/forgotPassword`, `/confirmForgotPassword`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import (
    CODE,
    PASSWORD,
    USERNAME,
    faults_of,
    missing,
)
from gateway.endpoints.hosted_ui.fields import demands, name_field, typed_name
from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site, told_to_wait
from gateway.endpoints.hosted_ui.visit import STEP, Visit
from gateway.model.errors import GatewayError
from gateway.pool.errors import NotAllowedError
from gateway.pool.recovery import Recovery
from gateway.pool.settings import FirstFactor

FORGOTTEN = "/forgotPassword"
CONFIRM_FORGOTTEN = "/confirmForgotPassword"

_KIND = "recovery"


@dataclass(frozen=True, slots=True)
class _Sent:
    """What is known of a code that was sent.

    Attributes:
        username: As typed; empty if nobody has said.
        destination: Masked; empty if nobody has said.
    """

    username: str = ""
    destination: str = ""


class RecoveryPages:
    """The pages of a recovery."""

    def __init__(self, *, site: Site, recovery: Recovery) -> None:
        self._site = site
        self._recovery = recovery

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where they are."""
        return [
            pages.route(FORGOTTEN, get=self.ask_name, post=self.send),
            pages.route(CONFIRM_FORGOTTEN, get=self.show, post=self.confirm),
        ]

    def ask_name(self, visit: Visit) -> Response:
        """Return the form that asks who has forgotten."""
        return self._name_form(visit, self._place(visit), "", ())

    def send(self, visit: Visit) -> Response:
        """Send a code, or seem to."""
        place = self._place(visit)
        t = self._site.texts(visit, place)
        # The button on the second page says nothing: who it is for is known there.
        username = typed_name(visit.typed(USERNAME)) or self._sent(visit).username
        if not username:
            label = name_field(place.pool, t).label
            return self._name_form(
                visit, place, username, missing(t, (USERNAME, label))
            )
        try:
            sent = self._recovery.begin(
                place.pool, place.client, username, context_of(visit, t)
            )
        except GatewayError as error:
            faults = faults_of(error, t, place.pool.settings.password)
            page = self._name_form(visit, place, username, faults)
            return told_to_wait(page, error)
        values = {"username": username, "destination": sent.masked}
        browser = self._site.cookies.browser(visit)
        step = self._site.carrier.pack(_KIND, browser, values)
        return self._site.renderer.redirect(visit.link(CONFIRM_FORGOTTEN, step=step))

    def show(self, visit: Visit) -> Response:
        """Return the form for the code and the new password."""
        return self._form(visit, self._place(visit), self._sent(visit), ())

    def confirm(self, visit: Visit) -> Response:
        """Let the new password be the person's."""
        place = self._place(visit)
        t = self._site.texts(visit, place)
        sent = self._sent(visit)
        username = sent.username or typed_name(visit.typed(USERNAME))
        wanted = [
            (USERNAME, name_field(place.pool, t).label, username),
            (CODE, t("form.code"), visit.typed(CODE).strip()),
            (PASSWORD, t("form.new_password"), visit.typed(PASSWORD)),
        ]
        empty = [(field, label) for field, label, value in wanted if not value]
        if empty:
            return self._form(visit, place, sent, missing(t, *empty))
        try:
            self._recovery.confirm(
                place.pool,
                place.client,
                username,
                code="".join(visit.typed(CODE).split()),
                password=visit.typed(PASSWORD),
                context=context_of(visit, t),
            )
        except GatewayError as error:
            faults = faults_of(error, t, place.pool.settings.password)
            return told_to_wait(self._form(visit, place, sent, faults), error)
        onward = visit.link("/login", notice="password_changed")
        return self._site.renderer.redirect(onward)

    def _place(self, visit: Visit) -> Place:
        place = self._site.place(visit)
        if not can_recover(place):
            raise NotAllowedError("nobody recovers a password in this pool")
        return place

    def _sent(self, visit: Visit) -> _Sent:
        packed = visit.query.get(STEP, "")
        if not packed:
            return _Sent()
        browser = self._site.cookies.browser(visit)
        values = self._site.carrier.unpack(_KIND, browser, packed)
        return _Sent(values["username"], values["destination"])

    def _name_form(
        self, visit: Visit, place: Place, username: str, faults: Sequence[Fault]
    ) -> Response:
        t = self._site.texts(visit, place)
        return self._site.renderer.page(
            visit,
            place,
            "ask_name.html",
            faults=faults,
            key="forgotten",
            name_field=name_field(place.pool, t),
            username=username,
        )

    def _form(
        self, visit: Visit, place: Place, sent: _Sent, faults: Sequence[Fault]
    ) -> Response:
        t = self._site.texts(visit, place)
        policy = place.pool.settings.password
        step = visit.query.get(STEP, "")
        return self._site.renderer.page(
            visit,
            place,
            "recover.html",
            faults=faults,
            name_field=name_field(place.pool, t),
            username=sent.username,
            destination=sent.destination,
            demands=demands(policy, t),
            min_length=policy.min_length,
            here=visit.link(step=step),
            resend=visit.link(FORGOTTEN, step=step),
        )


def can_recover(place: Place) -> bool:
    """Whether people of a pool may have a new password by themselves."""
    settings = place.pool.settings
    has_passwords = FirstFactor.PASSWORD in settings.sign_in.first_factors
    return has_passwords and bool(settings.recovery)
