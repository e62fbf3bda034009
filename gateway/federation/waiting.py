"""People who have been at a provider, and are to sign in here too before a link is made.

What the provider has said is sealed meanwhile. Whoever signs in as somebody else, or in another
browser, links nothing; and whoever says that they are somebody of their own comes in as that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from gateway.federation.errors import StaleAttemptError, UnknownProviderError
from gateway.federation.linking.carrying import from_text, to_text
from gateway.federation.linking.proofs import LinkProofs, WaitingLink
from gateway.federation.people import Comer, People
from gateway.federation.providers import CurrentProviders
from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.pool.sign_in.values import Context
from gateway.storage.database import Database


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leads to somebody who waits.

    Attributes:
        handle: As it was handed out.
        browser: The browser's name.
    """

    handle: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Supposed:
    """Who somebody seems to be.

    Attributes:
        provider: Where they have been, for people.
        email: The address that both have.
    """

    provider: str
    email: str


class WaitingLogins:
    """Keeps them, and makes the links. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        providers: CurrentProviders,
        proofs: LinkProofs,
        people: People,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it works with.

        Args:
            database: Where links are kept.
            providers: Those of the files in force.
            proofs: Keeps links that wait.
            people: Makes links.
            clock: The time.
        """
        self._database = database
        self._providers = providers
        self._proofs = proofs
        self._people = people
        self._clock = clock

    def keep(self, comer: Comer, user: User, browser: str) -> str:
        """Return what leads back to somebody who waits, in the same browser.

        Args:
            comer: Whoever has been at the provider.
            user: Who they seem to be.
            browser: The browser's name.

        Raises:
            StorageError: Nothing was kept.
        """
        waiting = WaitingLink(
            pool_id=comer.pool.id,
            sub=user.sub,
            provider=comer.provider.id,
            subject=comer.mapped.subject,
            record=to_text(comer.proven),
        )
        return self._proofs.add(waiting, browser)

    def supposed(self, pool: Pool, ticket: Ticket) -> Supposed:
        """Return who somebody seems to be who waits.

        Raises:
            StaleAttemptError: Nobody waits there, for too long, or in another browser.
            UnknownProviderError: Nobody signs in with the provider any more.
            StorageError: Nobody can tell.
        """
        waiting = self._proofs.find(ticket.handle, ticket.browser)
        provider = self._providers.now.find(waiting.provider, pool.id)
        mapped = provider.mapper.map(from_text(waiting.record).claims, self._clock())
        return Supposed(provider.label, mapped.email)

    def take(
        self, pool: Pool, client: Client, ticket: Ticket, context: Context
    ) -> Comer:
        """Return somebody who waits no more.

        Raises:
            StaleAttemptError: Nobody waits there, for too long, or in another browser.
            UnknownProviderError: Nobody signs in with the provider any more.
            StorageError: Nobody can tell.
        """

        def take(connection: Connection) -> WaitingLink:
            return self._proofs.take(connection, ticket.handle, ticket.browser)

        return self._comer(pool, client, self._database.write(take), context)

    def complete(
        self, pool: Pool, client: Client, ticket: Ticket, user: User, context: Context
    ) -> User:
        """Let a login that waits lead to somebody who has signed in here; return them.

        Args:
            pool: The pool.
            client: Through which client.
            ticket: Leads to the login.
            user: Who has signed in.
            context: What is known of the request.

        Raises:
            StaleAttemptError: Nothing waits there, or for somebody else.
            UnknownProviderError: Nobody of the client signs in with the provider any more,
                or its file lets nobody become somebody who is here any more.
            LoginTakenError: The login leads to somebody else by now.
            TooManyLoginsError: They have as many as one may.
            StorageError: Nothing was kept.
        """
        waiting = self._proofs.find(ticket.handle, ticket.browser)
        comer = self._comer(pool, client, waiting, context)
        if not comer.provider.is_open:
            raise UnknownProviderError("its file allows no links any more")

        def work(connection: Connection) -> User:
            self._proofs.use(connection, ticket.handle, ticket.browser, user)
            return self._people.connect(connection, comer, user.sub)

        return self._database.write(work)

    def _comer(
        self, pool: Pool, client: Client, waiting: WaitingLink, context: Context
    ) -> Comer:
        if waiting.pool_id != pool.id:
            raise StaleAttemptError("it waits in another pool")
        provider = self._providers.now.find_offered(client, waiting.provider)
        proven = from_text(waiting.record)
        return Comer(
            pool=pool,
            client=client,
            caller=context.caller(client),
            provider=provider,
            mapped=provider.mapper.map(proven.claims, self._clock()),
            proven=proven,
        )
