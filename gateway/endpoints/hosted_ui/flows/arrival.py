"""Where a browser goes whose person has signed in, or is signed in already.

Whoever came from an application goes back to it, by way of a consent if it takes one; whoever
came by themselves, to their account. Between, once for each browser, those who have no passkey
are asked whether they want one, where the pool has them. Each sign-in has a session of its
own, and the one before ends: nobody can be made to use a session that somebody else knows.

References: OpenID Connect Core section 3.1.2; OWASP, Session Management (fixation).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, assert_never

from starlette.responses import Response

from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import AGAIN, LINK, THEN, Visit
from gateway.model.user import User, UserStatus
from gateway.oauth.authorizing.authorizations import (
    Authorizations,
    ErrorPage,
    NeedsConsent,
    NeedsSignIn,
    Next,
    Redirect,
)
from gateway.oauth.authorizing.browser_sessions import BrowserSession, BrowserSessions
from gateway.oauth.authorizing.request import AuthorizationRequest
from gateway.pool.factors.own_passkeys import OwnPasskeys
from gateway.pool.settings import FirstFactor
from gateway.pool.sign_in.values import SignedIn

ACCOUNT = "/account"
ADD_PASSKEY = "/passkeys/add"
CONSENT = "/consent"
DEVICE = "/device"
SIGN_IN = "/login"

# What a device shows, and a person who comes from its page carries along.
USER_CODE = "user_code"

# Either makes a query an authorization request (RFC 6749 section 4.1.1; RFC 9126).
_REQUESTS = frozenset({"response_type", "request_uri"})


def is_authorization(visit: Visit) -> bool:
    """Whether an application has sent the browser."""
    return not _REQUESTS.isdisjoint(visit.query)


class Connecting(Protocol):
    """Connects what waits with whoever has signed in."""

    def bind(self, signed_in: SignedIn, session_id: str) -> None:
        """Keep which session has come of a sign-in."""

    def complete(self, visit: Visit, place: Place, user: User) -> Visit:
        """Return the visit without what has waited."""


class Arrival:
    """Takes browsers to the right page.

    Attributes:
        sessions: Knows who is signed in with which browser.
    """

    def __init__(
        self,
        *,
        site: Site,
        sessions: BrowserSessions,
        authorizations: Authorizations,
        connecting: Connecting,
        own_passkeys: OwnPasskeys,
        clock: Callable[[], datetime],
    ) -> None:
        self._site = site
        self._own_passkeys = own_passkeys
        self.sessions = sessions
        self._authorizations = authorizations
        self._connecting = connecting
        self._clock = clock

    def who(self, visit: Visit) -> BrowserSession | None:
        """Return who is signed in with this browser."""
        return self.sessions.find(self._site.cookies.session(visit))

    def before(self, visit: Visit, place: Place) -> Response | None:
        """Return the way of a browser that needs no sign-in; `None` if it does."""
        if LINK in visit.query or AGAIN in visit.query:
            # Whatever waits wants to be proven now.
            return None
        session = self.who(visit)
        if is_authorization(visit):
            step = self._authorizations.begin(visit.carried, session)
            if isinstance(step, NeedsSignIn):
                return None
            return self.go(visit, step)
        if session is None or session.user.pool_id != place.pool.id:
            return None
        return self._site.renderer.redirect(self._home(visit, place))

    def asked(self, visit: Visit) -> AuthorizationRequest | None:
        """Return what an application asks of a sign-in; `None` if none has sent it."""
        if not is_authorization(visit):
            return None
        step = self._authorizations.begin(visit.carried, None)
        return step.request if isinstance(step, NeedsSignIn) else None

    def after(self, visit: Visit, place: Place, signed_in: SignedIn) -> Response:
        """Return the way of somebody who has been let in, with a session of their own."""
        self.sessions.end(self._site.cookies.session(visit))
        handle = self.sessions.create(
            signed_in.user,
            authenticated_at=signed_in.authenticated_at,
            amr=signed_in.amr,
            address=visit.address,
            user_agent=visit.user_agent,
        )
        session = self.sessions.find(handle)
        if session is None:
            # Signed out everywhere, or disabled, at this very moment.
            return self._site.renderer.redirect(visit.link(SIGN_IN))
        self._connecting.bind(signed_in, session.id)
        visit = self._connecting.complete(visit, place, signed_in.user)
        if self._asks_for_passkey(visit, place, session):
            offer = visit.link(ADD_PASSKEY, client_id=place.client.id, then="")
            response = self._site.renderer.redirect(offer)
            self._site.cookies.keep_offer(response)
        else:
            response = self.onward(visit, place, session)
        lifetime = session.expires_at - self._clock()
        self._site.cookies.keep_session(response, handle, lifetime)
        self._site.cookies.keep_client(response, place.client.id)
        return response

    def onward(
        self, visit: Visit, place: Place, session: BrowserSession | None
    ) -> Response:
        """Return the way of somebody of whom nothing more is asked."""
        if not is_authorization(visit):
            return self._site.renderer.redirect(self._home(visit, place))
        step = self._authorizations.complete(visit.carried, session, consented=False)
        return self.go(visit, step)

    def _asks_for_passkey(
        self, visit: Visit, place: Place, session: BrowserSession
    ) -> bool:
        """Whether the way leads by the page that has a passkey made."""
        if FirstFactor.PASSKEY not in place.pool.settings.sign_in.first_factors:
            return False
        if session.user.status is UserStatus.EXTERNAL_PROVIDER:
            # Signs in elsewhere, and that alone.
            return False
        if visit.query.get(THEN) == ADD_PASSKEY:
            return True
        # Whoever is at the code of a device wants to get on.
        if USER_CODE in visit.query or self._site.cookies.has_offer(visit):
            return False
        return not self._own_passkeys.list(place.pool, session.user)

    def _home(self, visit: Visit, place: Place) -> str:
        """Return where somebody goes whom no application has sent."""
        path = DEVICE if USER_CODE in visit.query else ACCOUNT
        return visit.link(path, client_id=place.client.id)

    def go(self, visit: Visit, step: Next) -> Response:
        """Return the page, or the way, that a step of an authorization leads to."""
        match step:
            case Redirect():
                return self._site.renderer.redirect(step.uri)
            case NeedsSignIn():
                return self._site.renderer.redirect(visit.link(SIGN_IN))
            case NeedsConsent():
                return self._site.renderer.redirect(visit.link(CONSENT))
            case ErrorPage():
                return self._site.failure(visit, step.error)
            case _:
                assert_never(step)
