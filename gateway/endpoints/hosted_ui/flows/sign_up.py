"""Signing up: a form, and on to the code that was sent.

Reference: Amazon Cognito, `/signup`.
"""

from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.faults import PASSWORD, USERNAME, faults_of, missing
from gateway.endpoints.hosted_ui.fields import (
    asked_at_sign_up,
    attribute_fields,
    demands,
    field_id,
    name_field,
    typed_attribute,
    typed_name,
)
from gateway.endpoints.hosted_ui.flows.confirm import CONFIRM, confirm_step
from gateway.endpoints.hosted_ui.flows.context import caller_of
from gateway.endpoints.hosted_ui.flows.own_sign_up import keep_sign_up
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.site import Site, told_to_wait
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.errors import GatewayError
from gateway.model.user import UserStatus
from gateway.pool.errors import NotAllowedError
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, FirstFactor
from gateway.pool.sign_up import SignedUp, SignUp, SignUps

SIGN_UP = "/signup"


class SignUpPages:
    """The pages of a sign-up."""

    def __init__(self, *, site: Site, sign_ups: SignUps) -> None:
        self._site = site
        self._sign_ups = sign_ups

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where they are."""
        return [pages.route(SIGN_UP, get=self.show, post=self.sign_up)]

    def show(self, visit: Visit) -> Response:
        """Return the empty form."""
        return self._form(visit, self._place(visit), {}, ())

    def sign_up(self, visit: Visit) -> Response:
        """Make a person of what was typed, or say what is wrong with it."""
        place = self._place(visit)
        t = self._site.texts(visit, place)
        pool = place.pool
        typed = _typed(visit, place)
        empty = self._missing(visit, place, typed)
        if empty:
            return self._form(visit, place, typed, empty)
        username = typed[USERNAME]
        attributes = {
            name: typed[field_id(name)]
            for name in asked_at_sign_up(pool)
            if typed[field_id(name)]
        }
        self._site.beginnings.take(visit.address)
        try:
            asked = SignUp(
                username,
                visit.typed(PASSWORD) if _has_passwords(pool) else "",
                attributes,
                caller=caller_of(visit, place, t),
                client=place.client,
            )
            signed_up = self._sign_ups.sign_up(pool, asked)
        except GatewayError as error:
            by_address = bool(pool.settings.sign_in.addresses)
            faults = faults_of(error, t, pool.settings.password, by_address=by_address)
            return told_to_wait(self._form(visit, place, typed, faults), error)
        return self._onward(visit, place, username, signed_up)

    def _onward(
        self, visit: Visit, place: Place, username: str, signed_up: SignedUp
    ) -> Response:
        site, user, sent = self._site, signed_up.user, signed_up.sent
        if user.status is UserStatus.CONFIRMED:
            return site.renderer.redirect(visit.link("/login", notice="confirmed"))
        if sent is None:
            onward = visit.link("/login")
            return site.renderer.page(
                visit, place, "told.html", key="waiting", onward=onward
            )
        step = confirm_step(site, visit, username, sent.destination, user.sub)
        response = site.renderer.redirect(visit.link(CONFIRM, step=step))
        if place.pool.settings.sign_up.by_link and sent.address is Address.EMAIL:
            keep_sign_up(site, visit, place, response, user.sub)
        return response

    def _place(self, visit: Visit) -> Place:
        place = self._site.place(visit)
        if not place.pool.settings.sign_up.is_open:
            raise NotAllowedError("people do not sign up by themselves in this pool")
        return place

    def _missing(
        self, visit: Visit, place: Place, typed: Mapping[str, str]
    ) -> Sequence[Fault]:
        t = self._site.texts(visit, place)
        name = name_field(place.pool, t, for_sign_up=True)
        asked = attribute_fields(
            place.pool.settings.schema, asked_at_sign_up(place.pool), t, values={}
        )
        fields = [(each.id, each.label) for each in (name, *asked)]
        empty = [(field, label) for field, label in fields if not typed[field]]
        if _needs_password(place.pool) and not visit.typed(PASSWORD):
            empty.append((PASSWORD, t("form.password")))
        return missing(t, *empty)

    def _form(
        self,
        visit: Visit,
        place: Place,
        typed: Mapping[str, str],
        faults: Sequence[Fault],
    ) -> Response:
        t = self._site.texts(visit, place)
        pool = place.pool
        names = asked_at_sign_up(pool)
        values = {name: typed.get(field_id(name), "") for name in names}
        return self._site.renderer.page(
            visit,
            place,
            "sign_up.html",
            faults=faults,
            name_field=name_field(pool, t, for_sign_up=True),
            username=typed.get(USERNAME, ""),
            attributes=attribute_fields(pool.settings.schema, names, t, values=values),
            has_password=_has_passwords(pool),
            needs_password=_needs_password(pool),
            demands=demands(pool.settings.password, t),
            min_length=pool.settings.password.min_length,
        )


def _has_passwords(pool: Pool) -> bool:
    return FirstFactor.PASSWORD in pool.settings.sign_in.first_factors


def _needs_password(pool: Pool) -> bool:
    return pool.settings.sign_in.first_factors == {FirstFactor.PASSWORD}


def _typed(visit: Visit, place: Place) -> Mapping[str, str]:
    """Return what stands in the fields, but for the password."""
    typed = {
        field_id(name): typed_attribute(name, visit.typed(field_id(name)))
        for name in asked_at_sign_up(place.pool)
    }
    return {USERNAME: typed_name(visit.typed(USERNAME)), **typed}
