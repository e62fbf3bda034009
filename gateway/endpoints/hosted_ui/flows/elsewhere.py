"""Signing in through a provider: the way there, and the way back.

Browsers go there by a link or a redirect, never by a form of ours: a form may lead to the
pages and to applications alone. What a provider has them post is kept, and fetched by a request
of our own, because other sites' forms come without cookies.

References: Amazon Cognito, `/oauth2/idpresponse`, `/saml2/idpresponse`, `identity_provider`,
`idp_identifier`; OAuth 2.0 Form Post Response Mode; RFC 6265bis section 5.6.7 (`SameSite`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.form import parse_form
from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.flows.admission import Admission
from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN, Arrival
from gateway.endpoints.hosted_ui.flows.connect import CONNECT
from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.flows.refusals import refusal_of
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site, told_to_wait
from gateway.endpoints.hosted_ui.visit import AGAIN, LINK, Visit
from gateway.federation.attempts import Begun
from gateway.federation.errors import StaleAttemptError
from gateway.federation.providers import OAUTH_CALLBACK, SAML_CALLBACK, LoginProvider
from gateway.federation.sign_ins import FederatedSignIns, Leaving, Waiting
from gateway.federation.values import Departure
from gateway.model.errors import GatewayError, RequestError
from gateway.telemetry.logs import Logger

# Cognito's names for it in the address of an authorization request.
PROVIDER: Final = "identity_provider"
IDENTIFIER: Final = "idp_identifier"
# Its word for the pool itself.
OWN_PEOPLE: Final = "COGNITO"
HINT: Final = "login_hint"

# With an ID token and what Apple says of somebody beside it; and a signed assertion.
_MAX_ANSWER: Final = {OAUTH_CALLBACK: 32 * 1024, SAML_CALLBACK: 400 * 1024}
# Where logins are connected, in the account.
CONNECTED: Final = "/account/sign-ins"

# What the state is called on the way back.
_STATE: Final = {OAUTH_CALLBACK: "state", SAML_CALLBACK: "RelayState"}


@dataclass(frozen=True, slots=True)
class Button:
    """A way to a provider, on the sign-in page.

    Attributes:
        label: Whom it leads to.
        mark: Which picture it has: a kind of provider.
        address: Where it leads.
    """

    label: str
    mark: str
    address: str


class ElsewherePages:
    """Takes people to providers, and back."""

    def __init__(
        self,
        *,
        site: Site,
        sign_ins: FederatedSignIns,
        arrival: Arrival,
        admission: Admission,
        logger: Logger,
    ) -> None:
        self._site = site
        self._sign_ins = sign_ins
        self._arrival = arrival
        self._admission = admission
        self._logger = logger

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where providers send browsers back to."""
        return [
            pages.door(
                path, get=self.arrive, post=self.send_ahead, max_form_bytes=longest
            )
            for path, longest in _MAX_ANSWER.items()
        ]

    def buttons(self, visit: Visit, place: Place) -> Sequence[Button]:
        """Return the ways to providers that a client offers."""
        again = visit.query.get(AGAIN, "")
        return [
            Button(
                each.label,
                each.settings.kind,
                visit.link(SIGN_IN, **{PROVIDER: each.name, AGAIN: again}),
            )
            for each in self._sign_ins.providers.now.offered(place.client)
        ]

    def straight(self, visit: Visit, place: Place) -> Response | None:
        """Return the way to the provider that an address names; `None` if it names none.

        Raises:
            UnknownProviderError: The client offers no such provider.
        """
        name = visit.query.get(PROVIDER, "")
        identifier = visit.query.get(IDENTIFIER, "")
        providers = self._sign_ins.providers.now
        if name and name != OWN_PEOPLE:
            return self._depart(visit, place, providers.named(place.client, name))
        if identifier and not name:
            found = providers.identified(place.client, identifier)
            return self._depart(visit, place, found)
        return None

    def home(self, visit: Visit, place: Place, typed: str) -> Response | None:
        """Return the way of somebody whose name says that they sign in elsewhere."""
        found = self._sign_ins.providers.now.home_of(place.client, typed)
        if found is None:
            return None
        again = visit.query.get(AGAIN, "")
        named = {PROVIDER: found.name, HINT: typed, AGAIN: again}
        return self._site.renderer.page(
            visit,
            place,
            "onward.html",
            provider=found.label,
            address=visit.link(SIGN_IN, **named),
        )

    def send_ahead(self, visit: Visit) -> Response:
        """Keep what a provider has a browser post; the browser comes again by itself."""
        state = visit.typed(_STATE[visit.path])
        try:
            self._sign_ins.send_ahead(state, visit.form)
        except StaleAttemptError:
            try:
                state = self._receive_uninvited(visit, state)
            except GatewayError as error:
                return self._over(visit, error)
        onward = replace(visit, query={})
        # By its own name alone: so it is known that the answer is here already.
        return self._site.renderer.redirect(
            onward.link(visit.path, **{_STATE[visit.path]: state})
        )

    def _receive_uninvited(self, visit: Visit, relay: str) -> str:
        """Return the state of a sign-in that a provider has begun by itself.

        What goes with the answer says, as Cognito has it, what the person wants: the query
        of an authorization request, with the provider's name in it.

        Raises:
            GatewayError: It says nothing, or the provider may not.
        """
        query = _relayed(relay)
        there = replace(visit, path=SIGN_IN, query=query)
        client = self._site.place(there).client
        provider = self._sign_ins.providers.now.named(client, query.get(PROVIDER, ""))
        if provider.callback != visit.path:
            raise StaleAttemptError("the provider answers elsewhere")
        leaving = Leaving(
            browser="",
            address=visit.address,
            query=there.link_query(**{PROVIDER: "", IDENTIFIER: ""}),
        )
        return self._sign_ins.receive_uninvited(client, provider, visit.form, leaving)

    def arrive(self, visit: Visit) -> Response:
        """Let somebody in who has been at a provider, or tell them why not."""
        state = visit.query.get(_STATE[visit.path], "")
        browser = self._site.cookies.browser(visit)
        try:
            begun = self._sign_ins.take(state, browser, visit.path)
        except StaleAttemptError as error:
            return self._over(visit, error)
        there = replace(visit, method="GET", path=SIGN_IN, query=begun.query)
        place = self._site.place(there)
        context = context_of(there, self._site.texts(there, place))
        if begun.owner:
            return self._connect(there, place, begun, visit.query)
        try:
            arrived = self._sign_ins.arrive(
                place.pool, place.client, begun, visit.query, context
            )
        except StaleAttemptError as error:
            return self._over(visit, error)
        except GatewayError as error:
            label = self._sign_ins.label_of(begun)
            return self._refused(there, place, label, error)
        if isinstance(arrived, Waiting):
            onward = there.link(CONNECT, **{LINK: arrived.handle})
            return self._site.renderer.redirect(onward)
        return self._admission.onward(there, place, arrived.username, arrived.step)

    def connect(
        self, visit: Visit, place: Place, provider_id: str, sub: str
    ) -> Response:
        """Send somebody away who is signed in and wants to connect a login.

        Args:
            visit: A form of theirs.
            place: Through which client.
            provider_id: Where to.
            sub: Who they are.

        Raises:
            UnknownProviderError: Nobody connects with it.
        """
        provider = self._sign_ins.connected.find_offered(place.client, provider_id)
        leaving = Leaving(
            browser=self._site.cookies.browser(visit),
            address=visit.address,
            query={"client_id": place.client.id},
            locales=(self._site.texts(visit, place).tag,),
            # Whoever is signed in there may be somebody else than who sits here.
            force=True,
            owner=sub,
        )
        departure = self._sign_ins.depart(place.client, provider, leaving)
        # By a page: forms of ours lead nowhere else.
        return self._onward(visit, place, provider, departure)

    def _connect(
        self, visit: Visit, place: Place, begun: Begun, answer: Mapping[str, str]
    ) -> Response:
        """Connect the login of somebody who has come back, or tell them why not."""
        session = self._arrival.who(visit)
        context = context_of(visit, self._site.texts(visit, place))
        user = None if session is None else session.user
        try:
            self._sign_ins.connected.connect(
                (place.pool, place.client), begun, answer, user, context
            )
        except StaleAttemptError as error:
            return self._over(visit, error)
        except GatewayError as error:
            label = self._sign_ins.label_of(begun)
            return self._refused(visit, place, label, error, again=CONNECTED)
        return self._site.renderer.redirect(visit.link(CONNECTED, notice="connected"))

    def _onward(
        self, visit: Visit, place: Place, provider: LoginProvider, departure: Departure
    ) -> Response:
        """Return a page that leads to a provider."""
        if not departure.form:
            return self._site.renderer.page(
                visit,
                place,
                "onward.html",
                provider=provider.label,
                address=departure.url,
            )
        return self._site.renderer.page(
            visit,
            place,
            "onward_form.html",
            leads_to=(departure.url,),
            provider=provider.label,
            address=departure.url,
            fields=departure.form,
        )

    def _depart(self, visit: Visit, place: Place, provider: LoginProvider) -> Response:
        """Return the way to a provider."""
        cookies, asked = self._site.cookies, self._arrival.asked(visit)
        browser = cookies.browser(visit) or cookies.new_browser()
        here = visit.link_query(**{PROVIDER: "", IDENTIFIER: ""})
        age = None if asked is None else asked.max_age
        wants_proof = asked is not None and "login" in asked.prompt
        leaving = Leaving(
            browser=browser,
            address=visit.address,
            query={**here, "client_id": place.client.id},
            login_hint=visit.query.get(HINT, ""),
            locales=(self._site.texts(visit, place).tag,),
            max_age=None if age is None else timedelta(seconds=age),
            force=wants_proof or AGAIN in visit.query,
        )
        try:
            departure = self._sign_ins.depart(place.client, provider, leaving)
        except GatewayError as error:
            back = replace(visit, query=leaving.query)
            return self._refused(back, place, provider.label, error)
        if departure.form:
            response = self._onward(visit, place, provider, departure)
        else:
            response = self._site.renderer.redirect(departure.url)
        if browser != cookies.browser(visit):
            cookies.keep_browser(response, browser)
        return response

    def _over(self, visit: Visit, error: GatewayError) -> Response:
        """Return the page for an answer to nothing; it says nothing of the answer."""
        self._tell(error)
        return self._site.failure(replace(visit, path=SIGN_IN, query={}), error)

    def _tell(self, error: GatewayError, **fields: str) -> None:
        self._logger.info(
            "a sign-in through a provider was refused",
            error=error.code,
            failure=type(error).__name__,
            detail=error.detail,
            **fields,
        )

    def _refused(
        self,
        visit: Visit,
        place: Place,
        label: str,
        error: GatewayError,
        *,
        again: str = SIGN_IN,
    ) -> Response:
        """Return the page of somebody whom a provider does not bring in."""
        self._tell(error, provider=label)
        t = self._site.texts(visit, place)
        told = refusal_of(error, t, label)
        response = self._site.renderer.page(
            visit,
            place,
            "refused.html",
            status=told.status,
            title=told.title,
            what=told.what,
            support=told.support,
            again=visit.link(again),
        )
        return told_to_wait(response, error)


def _relayed(relay: str) -> Mapping[str, str]:
    """Return the query that goes with an answer that nobody has asked for.

    Raises:
        StaleAttemptError: There is none.
    """
    try:
        query = parse_form(relay.encode("utf-8", "replace"))
    except RequestError as error:
        raise StaleAttemptError("no query goes with it") from error
    if not {PROVIDER, "client_id"} <= query.keys():
        raise StaleAttemptError("nobody says for whom it is")
    return query
