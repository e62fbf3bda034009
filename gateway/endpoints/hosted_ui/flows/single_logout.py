"""`/saml2/logout`: what SAML providers ask and answer about signing out.

Browsers bring it, by an address or by a form of the provider's. A request is heard whoever
brings it: its signature says whose it is. An answer belongs to the browser that was sent away;
forms of other sites come without cookies, so what they bring is kept, and fetched by a request
of our own.

References: SAML Bindings 2.0 sections 3.4 and 3.5; Amazon Cognito, `/saml2/logout`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.endpoints.hosted_ui.endpoint import Pages
from gateway.endpoints.hosted_ui.errors import page_status
from gateway.endpoints.hosted_ui.flows.way_out import half_out
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.federation.errors import FederationError, ProviderSaysNoError
from gateway.federation.single_logout import SAML_LOGOUT, SingleLogout
from gateway.federation.values import SignOutMessage
from gateway.model.errors import GatewayError, RequestError
from gateway.telemetry.logs import Logger

_REQUEST: Final = "SAMLRequest"
_RESPONSE: Final = "SAMLResponse"
_STATE: Final = "RelayState"

_MAX_FORM: Final = 400 * 1024


class SingleLogoutPages:
    """Takes what browsers bring from providers."""

    def __init__(self, *, site: Site, logout: SingleLogout, logger: Logger) -> None:
        self._site = site
        self._logout = logout
        self._logger = logger

    def routes(self, pages: Pages) -> Sequence[BaseRoute]:
        """Return where it is."""
        return [
            pages.door(
                SAML_LOGOUT,
                get=self.arrive,
                post=self.receive,
                max_form_bytes=_MAX_FORM,
            )
        ]

    def receive(self, visit: Visit) -> Response:
        """Take what a provider has a browser post."""
        try:
            if _is_request(visit.form):
                return self._hear(visit, SignOutMessage(visit.form))
            state = visit.typed(_STATE)
            self._logout.send_ahead(state, visit.form)
        except GatewayError as error:
            return self._refused(visit, error)
        onward = replace(visit, query={})
        return self._site.renderer.redirect(onward.link(SAML_LOGOUT, **{_STATE: state}))

    def arrive(self, visit: Visit) -> Response:
        """Take what stands in an address, or was posted just before."""
        message = SignOutMessage(visit.query, visit.raw_query)
        try:
            if _is_request(visit.query):
                return self._hear(visit, message)
            return self._come_back(visit, message)
        except GatewayError as error:
            return self._refused(visit, error)

    def _refused(self, visit: Visit, error: GatewayError) -> Response:
        """Return a page without a way to try again: the same would be refused again."""
        self._logger.info(
            "a message about a sign-out was refused",
            error=error.code,
            failure=type(error).__name__,
            detail=error.detail,
        )
        return self._site.failure(visit, error, is_sent=True)

    def _hear(self, visit: Visit, message: SignOutMessage) -> Response:
        heard = self._logout.hear(message)
        self._logger.info(
            "somebody has signed out at a provider",
            provider=heard.label,
            people=heard.people,
        )
        renderer, answer = self._site.renderer, heard.answer
        if answer is None:
            return renderer.page(visit, None, "told.html", key="signed_out", onward="")
        if not answer.form:
            return renderer.redirect(answer.url)
        return renderer.page(
            visit,
            None,
            "signing_out_form.html",
            leads_to=(answer.url,),
            key="answering",
            provider=heard.label,
            address=answer.url,
            fields=answer.form,
        )

    def _come_back(self, visit: Visit, message: SignOutMessage) -> Response:
        browser = self._site.cookies.browser(visit)
        returned = self._logout.come_back(visit.query.get(_STATE, ""), browser, message)
        failure = returned.failure
        if failure is None and returned.onward:
            return self._site.renderer.redirect(returned.onward)
        client = {"client_id": returned.client_id} if returned.client_id else {}
        there = replace(visit, query=client)
        place = self._site.place(there) if client else None
        if failure is None:
            return self._site.renderer.page(
                there, place, "told.html", key="signed_out", onward=""
            )
        self._logger.info(
            "a provider did not sign somebody out",
            provider=returned.label,
            error=failure.code,
            failure=type(failure).__name__,
            detail=failure.detail,
        )
        return half_out(
            self._site,
            there,
            place,
            provider=returned.label,
            onward=returned.onward,
            status=_status(failure),
            support=_support(failure),
        )


def _is_request(fields: Mapping[str, str]) -> bool:
    """Whether a message asks; raise if it is none, or two."""
    asks, answers = _REQUEST in fields, _RESPONSE in fields
    if asks and answers:
        raise RequestError("a request and an answer at once")
    return asks


def _status(failure: GatewayError) -> HTTPStatus:
    # A provider that says no has answered as it may.
    is_no = isinstance(failure, FederationError)
    return HTTPStatus.OK if is_no else page_status(type(failure))


def _support(failure: GatewayError) -> str:
    """Return the code for whoever is asked for help: the provider's own, if it has one."""
    reason = failure.reason if isinstance(failure, ProviderSaysNoError) else ""
    return reason or failure.code
