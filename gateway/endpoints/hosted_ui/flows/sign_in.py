"""Signing in: a name and what proves it, and whatever else is asked.

Reference: Amazon Cognito, `/login`.
"""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import PASSWORD, USERNAME, faults_of, missing
from gateway.endpoints.hosted_ui.fields import name_field, typed_name
from gateway.endpoints.hosted_ui.flows.admission import Admission
from gateway.endpoints.hosted_ui.flows.answers import read_answer
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN, Arrival
from gateway.endpoints.hosted_ui.flows.challenges import challenge_page
from gateway.endpoints.hosted_ui.flows.confirm import CONFIRM, confirm_step
from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.flows.elsewhere import ElsewherePages
from gateway.endpoints.hosted_ui.flows.question import Question
from gateway.endpoints.hosted_ui.flows.recovery import FORGOTTEN, can_recover
from gateway.endpoints.hosted_ui.flows.ways import (
    FIRST,
    asks_name_alone,
    has_password,
    offered_ways,
    typed_way,
)
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site, told_to_wait
from gateway.endpoints.hosted_ui.visit import STEP, Visit
from gateway.model.errors import GatewayError
from gateway.pool.errors import (
    InvalidSessionError,
    NotAuthorizedError,
    ResetRequiredError,
    UnconfirmedError,
)
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.sign_in.values import ChallengeName


class SignInPages:
    """The pages of a sign-in."""

    def __init__(
        self,
        *,
        site: Site,
        sign_ins: SignIns,
        arrival: Arrival,
        admission: Admission,
        elsewhere: ElsewherePages,
    ) -> None:
        self._elsewhere = elsewhere
        self._site = site
        self._sign_ins = sign_ins
        self._arrival = arrival
        self._admission = admission

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where they are."""
        return [pages.route(SIGN_IN, get=self.show, post=self.sign_in)]

    def show(self, visit: Visit) -> Response:
        """Return the form, or what a sign-in that is under way asks."""
        place = self._site.place(visit)
        if STEP in visit.query:
            question = Question.unpack(self._site, visit)
            return challenge_page(self._site, visit, place, question, ())
        there = self._arrival.before(visit, place) or self._elsewhere.straight(
            visit, place
        )
        return there or self._form(visit, place, visit.query.get("login_hint", ""), ())

    def sign_in(self, visit: Visit) -> Response:
        """Take a sign-in one step further."""
        place = self._site.place(visit)
        if STEP in visit.query:
            return self._answer(visit, place)
        return self._begin(visit, place)

    def _begin(self, visit: Visit, place: Place) -> Response:
        t = self._site.texts(visit, place)
        username = typed_name(visit.typed(USERNAME))
        home = self._elsewhere.home(visit, place, username)
        if home is not None:
            return home
        way = typed_way(visit, place)
        empty = []
        if not username and way.needs_name:
            empty.append((USERNAME, name_field(place.pool, t).label))
        if way.needs_password and not visit.typed(PASSWORD):
            empty.append((PASSWORD, t("form.password")))
        if empty:
            return self._form(visit, place, username, missing(t, *empty))
        self._site.beginnings.take(visit.address)
        try:
            step = self._sign_ins.begin(
                place.pool,
                place.client,
                username,
                way.first,
                context_of(visit, t),
            )
        except GatewayError as error:
            return self._refused(visit, place, username, error)
        return self._admission.onward(visit, place, username, step)

    def _answer(self, visit: Visit, place: Place) -> Response:
        t = self._site.texts(visit, place)
        question = Question.unpack(self._site, visit)
        answer = read_answer(question, visit, t)
        if isinstance(answer, Sequence):
            return challenge_page(self._site, visit, place, question, answer)
        try:
            step = self._sign_ins.answer(
                place.pool,
                place.client,
                question.session,
                answer,
                context_of(visit, t),
            )
        except InvalidSessionError:
            # Over, or used: there is nothing on the page that could be mended.
            raise
        except NotAuthorizedError as error:
            return self._refused(visit, place, question.username, error)
        except GatewayError as error:
            faults = faults_of(error, t, place.pool.settings.password)
            page = challenge_page(self._site, visit, place, question, faults)
            return told_to_wait(page, error)
        return self._admission.onward(visit, place, question.username, step)

    def _refused(
        self, visit: Visit, place: Place, username: str, error: GatewayError
    ) -> Response:
        """Return the way on for somebody who was not let in."""
        if isinstance(error, UnconfirmedError):
            step = confirm_step(self._site, visit, username)
            onward = visit.link(CONFIRM, step=step, notice="unconfirmed")
            return self._site.renderer.redirect(onward)
        if isinstance(error, ResetRequiredError) and can_recover(place):
            onward = visit.link(FORGOTTEN, notice="reset_required")
            return self._site.renderer.redirect(onward)
        t = self._site.texts(visit, place)
        faults = faults_of(error, t, place.pool.settings.password)
        return told_to_wait(self._form(visit, place, username, faults), error)

    def _form(
        self, visit: Visit, place: Place, username: str, faults: Sequence[Fault]
    ) -> Response:
        t = self._site.texts(visit, place)
        settings = place.pool.settings
        ways = offered_ways(place)
        return self._site.renderer.page(
            visit,
            place,
            "sign_in.html",
            faults=faults,
            name_field=name_field(place.pool, t),
            username=username,
            has_password=has_password(place),
            name_first=asks_name_alone(place),
            ways=ways,
            offers_passkeys=ChallengeName.PASSKEY in ways,
            first=FIRST,
            password=str(ChallengeName.PASSWORD),
            recovery=FORGOTTEN if can_recover(place) else "",
            sign_up=settings.sign_up.is_open,
            providers=self._elsewhere.buttons(visit, place),
        )
