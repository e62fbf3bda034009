"""What comes next for a browser that a client has sent: a page, or the way back.

Stateless: pages carry the client's query along and come back with it, so that nothing has to
be kept for people who never finish. `begin` is for the browser that arrives; `complete`, for
the one that has just signed in or consented; `refuse`, for the person who said no.

References: RFC 6749 section 4.1; OpenID Connect Core section 3.1.2; RFC 9207.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.authorizing.codes import Codes
from gateway.oauth.authorizing.request import (
    CODE,
    AuthorizationRequest,
    Clients,
    RefusedRequestError,
    Target,
    read_request,
)
from gateway.oauth.errors import (
    AccessDeniedError,
    ConsentRequiredError,
    LoginRequiredError,
    UntrustedRequestError,
)
from gateway.oauth.issuer import Issuers
from gateway.storage.database import Database
from gateway.storage.pools.consents import Consents, StoredConsent

# Between a sign-in and what comes of it lies a page or two.
JUST_NOW: Final = timedelta(minutes=10)

# The person is to say who they are, whoever is signed in.
_ASKS_WHO: Final = frozenset({"login", "select_account"})


@dataclass(frozen=True, slots=True)
class Redirect:
    """The browser goes back to the client.

    Attributes:
        uri: Where to.
    """

    uri: str


@dataclass(frozen=True, slots=True)
class NeedsSignIn:
    """Somebody has to sign in.

    Attributes:
        request: What the client wants; its hints are for the page.
    """

    request: AuthorizationRequest

    @property
    def client(self) -> Client:
        """The client that wants it."""
        return self.request.client


@dataclass(frozen=True, slots=True)
class NeedsConsent:
    """Somebody has to consent.

    Attributes:
        request: What the client wants.
        user: Who is signed in.
        new_scopes: What the person has not consented to before.
    """

    request: AuthorizationRequest
    user: User
    new_scopes: tuple[str, ...]

    @property
    def client(self) -> Client:
        """The client that wants it."""
        return self.request.client


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """The person is told that the request cannot be trusted.

    Attributes:
        error: Why; its `public` sentence is for the page.
    """

    error: GatewayError


Next = Redirect | NeedsSignIn | NeedsConsent | ErrorPage


class PushedRequests(Protocol):
    """Requests that clients sent ahead (RFC 9126)."""

    def resolve(self, parameters: Mapping[str, str]) -> Mapping[str, str]:
        """Return what was pushed, or the parameters as they are; may raise."""

    def use(self, connection: Connection, parameters: Mapping[str, str]) -> None:
        """Let what was pushed be good for nothing more; raise if it is not any more."""


class Implicit(Protocol):
    """Answers with tokens instead of a code."""

    def answer(
        self, request: AuthorizationRequest, session: BrowserSession
    ) -> Mapping[str, str]:
        """Return what the answer says."""


class Authorizations:
    """Decides for browsers. Blocks; call it in a thread."""

    def __init__(  # noqa: PLR0913 - each part of the way of a browser, once
        self,
        *,
        database: Database,
        clients: Clients,
        issuers: Issuers,
        pushed: PushedRequests,
        codes: Codes,
        implicit: Implicit,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._clients = clients
        self._issuers = issuers
        self._pushed = pushed
        self._codes = codes
        self._implicit = implicit
        self._clock = clock

    def begin(
        self, parameters: Mapping[str, str], session: BrowserSession | None
    ) -> Next:
        """Return what comes next for a browser that arrives.

        Args:
            parameters: The client's query, each name with its one value.
            session: Who is signed in.

        Raises:
            UnavailableError: Nobody knows, and nothing was granted.
        """
        return self._answer(parameters, lambda asked: self._begin(asked, session))

    def complete(
        self,
        parameters: Mapping[str, str],
        session: BrowserSession | None,
        *,
        consented: bool,
    ) -> Next:
        """Return what comes next for a browser whose person has just done their part.

        Args:
            parameters: The client's query, as it came.
            session: Who is signed in now.
            consented: Whether the person has just said yes to the client.

        Raises:
            UnavailableError: Nobody knows, and nothing was granted.
        """
        return self._answer(
            parameters,
            lambda asked: self._complete(asked, session, consented=consented),
        )

    def refuse(self, parameters: Mapping[str, str]) -> Next:
        """Return the way back to the client for somebody who said no; raises likewise."""

        def step(asked: _Asked) -> Next:
            raise RefusedRequestError(AccessDeniedError(), asked.target)

        return self._answer(parameters, step)

    def _answer(
        self, parameters: Mapping[str, str], step: Callable[["_Asked"], Next]
    ) -> Next:
        try:
            pushed = self._pushed.resolve(parameters)
            request = read_request(pushed, clients=self._clients)
            return step(_Asked(request, parameters))
        except UntrustedRequestError as error:
            return ErrorPage(error)
        except RefusedRequestError as refused:
            return self._refused(refused)

    def _refused(self, refused: RefusedRequestError) -> Redirect:
        error = refused.error
        return Redirect(
            refused.target.address(
                self._issuers.of(refused.target.client.pool_id),
                error=error.code,
                error_description=error.public,
            )
        )

    def _begin(self, asked: "_Asked", session: BrowserSession | None) -> Next:
        request = asked.request
        silent = "none" in request.prompt
        session = self._fitting(request, session)
        if session is None or not request.prompt.isdisjoint(_ASKS_WHO):
            if silent:
                raise RefusedRequestError(LoginRequiredError(), asked.target)
            return NeedsSignIn(request)
        missing = self._missing(request, session)
        if missing is not None:
            if silent:
                raise RefusedRequestError(ConsentRequiredError(), asked.target)
            return missing
        return self._grant(asked, session)

    def _complete(
        self, asked: "_Asked", session: BrowserSession | None, *, consented: bool
    ) -> Next:
        request = asked.request
        session = self._fitting(request, session)
        if session is None or self._is_stale(request, session):
            return NeedsSignIn(request)
        if consented:
            self._keep_consent(request, session)
        else:
            missing = self._missing(request, session)
            if missing is not None:
                return missing
        return self._grant(asked, session)

    def _fitting(
        self, request: AuthorizationRequest, session: BrowserSession | None
    ) -> BrowserSession | None:
        """Return the session, if it is of the client's pool and young enough."""
        if session is None or session.user.pool_id != request.client.pool_id:
            return None
        if request.max_age is None:
            return session
        age = self._clock() - session.authenticated_at
        return session if age <= timedelta(seconds=request.max_age) else None

    def _is_stale(self, request: AuthorizationRequest, session: BrowserSession) -> bool:
        """Return whether the client wants a sign-in that is not this one."""
        if request.prompt.isdisjoint(_ASKS_WHO):
            return False
        return self._clock() - session.authenticated_at > JUST_NOW

    def _missing(
        self, request: AuthorizationRequest, session: BrowserSession
    ) -> NeedsConsent | None:
        client, user = request.client, session.user
        if not client.consent and "consent" not in request.prompt:
            return None
        with self._database.reading() as connection:
            known = Consents(connection).find(user.pool_id, user.sub, client.id)
        new = tuple(scope for scope in request.scopes if scope not in known)
        if not new and "consent" not in request.prompt:
            return None
        return NeedsConsent(request, user, new)

    def _keep_consent(
        self, request: AuthorizationRequest, session: BrowserSession
    ) -> None:
        user, client_id, now = session.user, request.client.id, self._clock()

        def work(connection: Connection) -> None:
            consents = Consents(connection)
            known = consents.find(user.pool_id, user.sub, client_id)
            scopes = tuple(sorted(known | set(request.scopes)))
            consents.keep(user.pool_id, user.sub, StoredConsent(client_id, scopes, now))

        self._database.write(work)

    def _grant(self, asked: "_Asked", session: BrowserSession) -> Redirect:
        request = asked.request
        if request.response_type == CODE:
            answer = {"code": self._database.write(self._code(asked, session))}
        else:
            try:
                answer = dict(self._implicit.answer(request, session))
            except AccessDeniedError as error:
                raise RefusedRequestError(error, asked.target) from error
        issuer = self._issuers.of(request.client.pool_id)
        return Redirect(request.target.address(issuer, **answer))

    def _code(
        self, asked: "_Asked", session: BrowserSession
    ) -> Callable[[Connection], str]:
        def work(connection: Connection) -> str:
            self._pushed.use(connection, asked.parameters)
            return self._codes.make(connection, asked.request, session)

        return work


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, and the parameters with which the browser came."""

    request: AuthorizationRequest
    parameters: Mapping[str, str]

    @property
    def target(self) -> Target:
        return self.request.target
