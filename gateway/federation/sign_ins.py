"""A sign-in through a provider, from the button to somebody who is let in.

`depart` sends a browser away; `take` knows it again when it comes back; `arrive` finds out who
has come. What a person is asked beside that (missing attributes) and what they are worth
(tokens, a session) is the business of others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from gateway.federation.attempts import Attempts, Begun
from gateway.federation.connected import ConnectedLogins
from gateway.federation.errors import StaleAttemptError, UnknownProviderError
from gateway.federation.people import Comer, Entered, People
from gateway.federation.providers import CurrentProviders, LoginProvider
from gateway.federation.sessions import FederatedSessions
from gateway.federation.single_logout import SingleLogout
from gateway.federation.values import UNINVITED, Departure
from gateway.federation.waiting import Ticket, WaitingLogins
from gateway.model.client import Client
from gateway.pool.pool import Pool
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.sign_in.values import Asked, Context, ProvenElsewhere, SignedIn

# How somebody has signed in, where the provider does not say it (Microsoft's word).
_BY_PROVIDER = ("fed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A browser that is to go to a provider.

    Attributes:
        browser: Its random name.
        address: Where it comes from; empty if nobody knows.
        query: What the page's address says, to go on from there.
        login_hint: Who is expected to sign in; empty if nobody knows.
        locales: Languages, the preferred first.
        max_age: How long ago they may have signed in there; `None` for any time.
        force: Whether they are to prove it anew.
        owner: `sub` of whoever is signed in and wants to connect the login.
    """

    browser: str = field(repr=False)
    address: str = ""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    login_hint: str = ""
    locales: tuple[str, ...] = ()
    max_age: timedelta | None = None
    force: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody who has been at a provider, and what comes next.

    Attributes:
        username: What they are called here.
        step: A question, or that they are let in.
    """

    username: str
    step: Asked | SignedIn


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who has been at a provider, and seems to be somebody who is here already.

    Attributes:
        handle: Leads back to them, in the same browser.
    """

    handle: str = field(repr=False)


class FederatedSignIns:
    """Signs people in through providers. Blocks; call it in a thread."""

    def __init__(  # noqa: PLR0913 - each part of the way, once
        self,
        *,
        providers: CurrentProviders,
        attempts: Attempts,
        waiting: WaitingLogins,
        connected: ConnectedLogins,
        sessions: FederatedSessions,
        single_logout: SingleLogout,
        people: People,
        sign_ins: SignIns,
        clock: Callable[[], datetime],
        public_url: str,
    ) -> None:
        """Take what it works with.

        Args:
            providers: Those of the files in force.
            attempts: Browsers that are under way.
            waiting: Logins that wait for somebody to sign in here too.
            connected: Logins of whoever has signed in.
            sessions: What comes of sign-ins.
            single_logout: Ends them together with those of providers.
            people: Knows who somebody is here.
            sign_ins: Asks what a person still has to say.
            clock: The time.
            public_url: Where the gateway is reached, without a slash at the end.
        """
        self._providers = providers
        self._attempts = attempts
        self._waiting = waiting
        self._connected = connected
        self._sessions = sessions
        self._single_logout = single_logout
        self._people = people
        self._sign_ins = sign_ins
        self._clock = clock
        self._public_url = public_url

    @property
    def providers(self) -> CurrentProviders:
        """Those of the files in force."""
        return self._providers

    def depart(
        self, client: Client, provider: LoginProvider, leaving: Leaving
    ) -> Departure:
        """Return how a browser gets to a provider.

        Args:
            client: Through which client somebody signs in.
            provider: One that it offers.
            leaving: The browser.

        Raises:
            ProviderUnavailableError: What it takes to send it cannot be had.
            BadAnswerError: The provider answered, and not as it must.
            RateLimitedError: Too many have left from its network.
            StorageError: The attempt is not kept.
        """
        attempt = self._attempts.new(
            redirect_uri=f"{self._public_url}{provider.callback}",
            login_hint=leaving.login_hint,
            locales=leaving.locales,
            max_age=leaving.max_age,
            force=leaving.force,
        )
        departure = provider.party.begin(attempt)
        self._attempts.keep(
            Begun(
                pool_id=client.pool_id,
                client_id=client.id,
                provider=provider.id,
                browser=leaving.browser,
                address=leaving.address,
                query=leaving.query,
                owner=leaving.owner,
                attempt=replace(attempt, kept=departure.kept),
            )
        )
        return departure

    def send_ahead(self, state: str, answer: Mapping[str, str]) -> None:
        """Keep what a provider has a browser post; see `Attempts.send_ahead`."""
        self._attempts.send_ahead(state, answer)

    def receive_uninvited(
        self,
        client: Client,
        provider: LoginProvider,
        answer: Mapping[str, str],
        leaving: Leaving,
    ) -> str:
        """Keep an answer that nobody here has asked for; return the state it waits by.

        Only of a provider whose file allows that: whoever can make a browser post such an
        answer signs it in as whom they like (login CSRF).

        Args:
            client: Through which client the person is to come in.
            provider: Whose answer it is said to be.
            answer: What was posted.
            leaving: The browser, as far as it is known: its name is not.

        Raises:
            StaleAttemptError: The provider begins no sign-ins.
            RateLimitedError: Too many are under way from its network.
            StorageError: The answer is not kept.
        """
        if not provider.begins_itself:
            raise StaleAttemptError(f"{provider.id} begins no sign-ins")
        attempt = self._attempts.new(
            redirect_uri=f"{self._public_url}{provider.callback}"
        )
        begun = Begun(
            pool_id=client.pool_id,
            client_id=client.id,
            provider=provider.id,
            browser=leaving.browser,
            address=leaving.address,
            query=leaving.query,
            attempt=replace(attempt, kept={UNINVITED: "true"}),
            answer=answer,
        )
        self._attempts.keep(begun)
        return attempt.state

    def take(self, state: str, browser: str, path: str) -> Begun:
        """Return the attempt of a browser that has come back.

        Args:
            state: As it came back.
            browser: The browser's name.
            path: Where it came back to.

        Raises:
            StaleAttemptError: Nobody has begun it, or too long ago; or it was sent back to
                another place.
            WrongBrowserError: Another browser has begun it.
            StorageError: Nobody can tell.
        """
        begun = self._attempts.take(state, browser)
        if begun.attempt.redirect_uri != f"{self._public_url}{path}":
            raise StaleAttemptError("it came back to the place of another protocol")
        return begun

    def label_of(self, begun: Begun) -> str:
        """Return what people call the provider of an attempt."""
        try:
            return self._providers.now.find(begun.provider, begun.pool_id).label
        except UnknownProviderError:
            return begun.provider

    def arrive(
        self,
        pool: Pool,
        client: Client,
        begun: Begun,
        answer: Mapping[str, str],
        context: Context,
    ) -> Arrived | Waiting:
        """Return who has come, and what comes next.

        Args:
            pool: That of the attempt.
            client: Likewise.
            begun: What was taken.
            answer: What the browser has brought, each name with its one value.
            context: What is known of the request.

        Raises:
            UnknownProviderError: Nobody of the client signs in with the provider any more.
            ProviderSaysNoError: The provider lets nobody in.
            CredentialError: What it vouches with is not good, or not what its file
                requires; or the person is not let in here (`NotAuthorizedError`).
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.
            TriggerRefusedError: A function of the pool says no.
            TriggerError: It did not answer as it must.
            StorageError: Nobody can be looked up, or nothing was kept.
        """
        if (begun.pool_id, begun.client_id, begun.owner) != (pool.id, client.id, ""):
            raise StaleAttemptError("the attempt is another client's")
        provider = self._providers.now.find_offered(client, begun.provider)
        proven = provider.party.finish(begun.attempt, begun.answer or answer)
        mapped = provider.mapper.map(proven.claims, self._clock())
        return self._enter(
            Comer(
                pool=pool,
                client=client,
                caller=context.caller(client),
                provider=provider,
                mapped=mapped,
                proven=proven,
            ),
            context,
            browser=begun.browser,
        )

    @property
    def waiting(self) -> WaitingLogins:
        """Logins that wait for somebody to sign in here too."""
        return self._waiting

    @property
    def connected(self) -> ConnectedLogins:
        """Logins of whoever has signed in."""
        return self._connected

    @property
    def sessions(self) -> FederatedSessions:
        """What comes of sign-ins."""
        return self._sessions

    @property
    def single_logout(self) -> SingleLogout:
        """Ends sessions together with those of providers."""
        return self._single_logout

    def stay_apart(
        self, pool: Pool, client: Client, ticket: Ticket, context: Context
    ) -> Arrived:
        """Let somebody in who waits, and says that they are nobody who is here already.

        Args:
            pool: The pool.
            client: Through which client.
            ticket: Leads to them.
            context: What is known of the request.

        Raises:
            StaleAttemptError: Nobody waits there, or for too long.
            GatewayError: As for `arrive`.
        """
        comer = self._waiting.take(pool, client, ticket, context)
        return self._let_in(comer, context, self._people.enter_apart(comer))

    def _enter(
        self, comer: Comer, context: Context, *, browser: str
    ) -> Arrived | Waiting:
        entered = self._people.enter(comer)
        if isinstance(entered, Entered):
            return self._let_in(comer, context, entered)
        return Waiting(self._waiting.keep(comer, entered.user, browser))

    def _let_in(self, comer: Comer, context: Context, entered: Entered) -> Arrived:
        sign_in = str(uuid4())
        self._sessions.keep(entered.user, comer.proven, comer.mapped.subject, sign_in)
        step = self._sign_ins.after_federation(
            comer.pool,
            comer.client,
            entered.user,
            context,
            ProvenElsewhere(comer.mapped.amr or _BY_PROVIDER, entered.is_new, sign_in),
        )
        return Arrived(entered.user.username, step)
