"""Single logout: the gateway and a provider ask each other to sign somebody out, and answer.

Whoever leaves is signed out here first, and then sent to the provider; what it answers is good
once, in the browser that was sent. Whoever signs out there is signed out here of everything,
as with a logout token: a provider that ends one session has its reasons. A request about
somebody whom nobody here knows is answered like any other.

Reference: SAML Profiles 2.0 section 4.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from gateway.federation.attempts import Attempts, Begun
from gateway.federation.errors import (
    StaleAttemptError,
    StaleSignOutError,
    UnknownProviderError,
)
from gateway.federation.providers import CurrentProviders, LoginProvider
from gateway.federation.sessions import FederatedSessions, WayOut
from gateway.federation.values import (
    Departure,
    SignOutMessage,
    SignOutNotice,
    SignsOutByMessages,
)
from gateway.model.errors import (
    CredentialError,
    GatewayError,
    ReplayedCredentialError,
    UntrustedIssuerError,
)
from gateway.storage.database import Database
from gateway.storage.digests import digest_of
from gateway.storage.pools.replays import Replays

# Where both ask and answer (Cognito's path).
SAML_LOGOUT: Final = "/saml2/logout"

_PURPOSE: Final = "saml logout request"
_ONWARD: Final = "onward"


@dataclass(frozen=True, slots=True)
class Parting:
    """A browser in which somebody signs out.

    Attributes:
        browser: Its random name.
        address: Where it comes from; empty if nobody knows.
        client_id: Which client has sent it; empty if nobody knows.
        onward: Where it wants to go afterwards; empty for nowhere.
    """

    browser: str = field(repr=False)
    address: str = ""
    client_id: str = ""
    onward: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """A browser that has been at a provider to sign out there too.

    Attributes:
        label: What people call the provider.
        client_id: As in `Parting`.
        onward: Likewise.
        failure: Why nobody knows whether they are signed out there; `None` if they are.
    """

    label: str
    client_id: str
    onward: str = field(repr=False)
    failure: GatewayError | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A provider has asked to sign somebody out, and was heard.

    Attributes:
        label: What people call the provider.
        people: How many were signed out.
        answer: How the browser brings it the answer; `None` if it has no place for one.
    """

    label: str
    people: int
    answer: Departure | None


_Asked = tuple[LoginProvider, SignsOutByMessages, SignOutNotice]


class SingleLogout:
    """Asks, and answers. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        providers: CurrentProviders,
        sessions: FederatedSessions,
        attempts: Attempts,
        public_url: str,
    ) -> None:
        """Take what it works with.

        Args:
            database: Where it is kept what was heard.
            providers: Those of the files in force.
            sessions: Ends sessions.
            attempts: Browsers that are under way.
            public_url: Where the gateway is reached, without a slash at the end.
        """
        self._database = database
        self._providers = providers
        self._sessions = sessions
        self._attempts = attempts
        self._back = f"{public_url}{SAML_LOGOUT}"

    def leave(self, browser_session: str, parting: Parting) -> WayOut | None:
        """Return where somebody signs out too who signs out here.

        Args:
            browser_session: Which session ends.
            parting: The browser.

        Returns:
            The way; `None` if there is no such provider, or its file does not say so.

        Raises:
            StorageError: Nobody knows where they came from.
        """
        found = self._sessions.left_there(browser_session)
        if found is None:
            return None
        provider, session = found
        if not isinstance(provider.party, SignsOutByMessages):
            return None
        attempt = self._attempts.new(redirect_uri=self._back)
        try:
            departure = provider.party.leave(session, state=attempt.state)
            begun = Begun(
                pool_id=provider.pool_id,
                client_id=parting.client_id,
                provider=provider.id,
                browser=parting.browser,
                address=parting.address,
                query={_ONWARD: parting.onward},
                attempt=replace(attempt, kept=departure.kept),
            )
            self._attempts.keep(begun)
        except GatewayError:
            # Nobody is kept from signing out here.
            return WayOut(provider.label, "")
        return WayOut(provider.label, departure.url, departure.form)

    def send_ahead(self, state: str, answer: Mapping[str, str]) -> None:
        """Keep an answer that a browser was made to post, until it comes by itself.

        Raises:
            StaleSignOutError: It answers nothing.
            StorageError: It is not kept.
        """
        try:
            self._attempts.send_ahead(state, answer)
        except StaleAttemptError as error:
            raise StaleSignOutError(error.detail) from error

    def come_back(self, state: str, browser: str, message: SignOutMessage) -> Returned:
        """Return what has become of a browser that was sent away.

        Args:
            state: As it came back.
            browser: The browser's name.
            message: What it brings, if that was not sent ahead.

        Raises:
            StaleSignOutError: It answers nothing, or what another browser has asked.
            StorageError: Nobody can tell.
        """
        try:
            begun = self._attempts.take(state, browser)
        except StaleAttemptError as error:
            raise StaleSignOutError(error.detail) from error
        if begun.attempt.redirect_uri != self._back:
            raise StaleSignOutError("it answers a sign-in")
        if begun.answer:
            message = SignOutMessage(begun.answer)
        label, failure = self._outcome(begun, message)
        return Returned(
            label=label,
            client_id=begun.client_id,
            onward=begun.query.get(_ONWARD, ""),
            failure=failure,
        )

    def hear(self, message: SignOutMessage) -> Heard:
        """Sign out whom a provider's request is about.

        Raises:
            CredentialError: It is no good request, or was heard before.
            ProviderUnavailableError: The provider's certificates cannot be had.
            StorageError: Nobody was signed out.
        """
        asked = self._asked(message)

        def work(connection: Connection) -> Sequence[int] | None:
            return self._end(connection, asked)

        ended = self._database.write(work)
        if ended is None:
            raise ReplayedCredentialError("the request was heard before")
        # With several files for one provider, it is that of somebody who was here.
        place = next((each for each, people in enumerate(ended) if people), 0)
        provider, party, notice = asked[place]
        return Heard(provider.label, sum(ended), party.answer(notice, message))

    def _outcome(
        self, begun: Begun, message: SignOutMessage
    ) -> tuple[str, GatewayError | None]:
        """Return the provider's label, and why it did not sign somebody out."""
        try:
            provider = self._providers.now.find(begun.provider, begun.pool_id)
        except UnknownProviderError as error:
            return begun.provider, error
        party = provider.party
        if not isinstance(party, SignsOutByMessages):
            return provider.label, StaleSignOutError("the provider has changed")
        try:
            party.has_left(begun.attempt.kept, message)
        except GatewayError as error:
            return provider.label, error
        return provider.label, None

    def _asked(self, message: SignOutMessage) -> Sequence[_Asked]:
        """Return what each file of the provider makes of its request; one at least."""
        able = [
            (each, each.party)
            for each in self._providers.now.all
            if isinstance(each.party, SignsOutByMessages)
        ]
        asker = able[0][1].asker_of(message) if able else ""
        refusal: CredentialError = UntrustedIssuerError("no provider of that name")
        asked: list[_Asked] = []
        for provider, party in able:
            if asker not in provider.settings.issuers:
                continue
            try:
                asked.append((provider, party, party.notice(message)))
            except CredentialError as error:
                refusal = error
        if not asked:
            raise refusal
        return asked

    def _end(
        self, connection: Connection, asked: Sequence[_Asked]
    ) -> Sequence[int] | None:
        """Return how many were signed out by each; `None` if it was heard before."""
        ended: list[int] = []
        for provider, _, notice in asked:
            digest = digest_of(f"{provider.id} {notice.id}", purpose=_PURPOSE)
            if not Replays(connection).is_first(digest, until=notice.good_until):
                return None
            people = self._sessions.end(
                connection, provider, subject="", session_id=notice.session_id
            )
            if not people and notice.subject:
                # Long after their sign-ins, by the login that leads to them.
                people = self._sessions.end(
                    connection, provider, subject=notice.subject, session_id=""
                )
            ended.append(len(people))
        return ended
