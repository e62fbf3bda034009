"""The logins of somebody who has signed in: which there are, one more, one less.

To connect one more, somebody proves both in one browser: who they are here, by a sign-in of a
moment ago, and who they are there, by one that the provider is asked to make anew. If the login
has led to somebody of its own, who has no other way in, the two become one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.federation.attempts import Begun
from gateway.federation.errors import StaleAttemptError, UnknownProviderError
from gateway.federation.linking.links import Links, Source
from gateway.federation.people import Comer, People
from gateway.federation.providers import CurrentProviders, LoginProvider
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.pool.pool import Pool
from gateway.pool.sign_in.values import Context
from gateway.storage.database import Database


@dataclass(frozen=True, slots=True)
class Connected:
    """One login of somebody.

    Attributes:
        source: Provider and subject.
        label: What people call the provider; its id, if it is gone.
        kind: Of the provider; empty, if it is gone.
        created_at: Since when it leads to them.
        last_at: When they last came by it; `None` for never.
        may_go: Whether they may end it: there is another way in.
    """

    source: Source
    label: str
    kind: str
    created_at: datetime
    last_at: datetime | None
    may_go: bool


class ConnectedLogins:
    """Lists, makes and ends them. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        providers: CurrentProviders,
        people: People,
        links: Links,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it works with.

        Args:
            database: Where links are kept.
            providers: Those of the files in force.
            people: Makes links.
            links: Ends them.
            clock: The time.
        """
        self._database = database
        self._providers = providers
        self._people = people
        self._links = links
        self._clock = clock

    def of(self, user: User) -> Sequence[Connected]:
        """Return somebody's logins, in the order of providers.

        Raises:
            StorageError: Nobody knows.
        """
        logins = self._links.of(user)
        is_own = user.status is not UserStatus.EXTERNAL_PROVIDER
        found = []
        for login in logins:
            try:
                provider = self._providers.now.find(login.provider, user.pool_id)
                label, kind = provider.label, provider.settings.kind
            except UnknownProviderError:
                label, kind = login.provider, ""
            found.append(
                Connected(
                    Source(login.provider, login.subject),
                    label,
                    kind,
                    login.created_at,
                    login.last_at,
                    may_go=is_own or len(logins) > 1,
                )
            )
        return found

    def offered(self, client: Client) -> Sequence[LoginProvider]:
        """Return the providers that somebody may connect with."""
        return [each for each in self._providers.now.offered(client) if each.is_open]

    def find_offered(self, client: Client, provider_id: str) -> LoginProvider:
        """Return one of them.

        Raises:
            UnknownProviderError: None that somebody may connect with.
        """
        found = self._providers.now.find_offered(client, provider_id)
        if not found.is_open:
            raise UnknownProviderError("nobody connects with it")
        return found

    def connect(
        self,
        place: tuple[Pool, Client],
        begun: Begun,
        answer: Mapping[str, str],
        user: User | None,
        context: Context,
    ) -> User:
        """Let a login lead to whoever is signed in; return them.

        Args:
            place: Pool and client of the attempt.
            begun: One with which somebody has left to connect.
            answer: What the browser has brought, each name with its one value.
            user: Who is signed in with the browser now.
            context: What is known of the request.

        Raises:
            StaleAttemptError: Somebody else is signed in by now, or nobody.
            UnknownProviderError: Nobody connects with the provider any more.
            LoginTakenError: The login is somebody else's, who has a way in of their own.
            TooManyLoginsError: They have as many as one may.
            GatewayError: The provider vouches for nobody; as for `RelyingParty.finish`.
        """
        pool, client = place
        if user is None or (user.pool_id, user.sub) != (pool.id, begun.owner):
            raise StaleAttemptError("whoever has left is not signed in any more")
        provider = self.find_offered(client, begun.provider)
        proven = provider.party.finish(begun.attempt, begun.answer or answer)
        comer = Comer(
            pool=pool,
            client=client,
            caller=context.caller(client),
            provider=provider,
            mapped=provider.mapper.map(proven.claims, self._clock()),
            proven=proven,
        )
        return self._database.write(
            lambda connection: self._people.connect(
                connection, comer, user.sub, may_merge=True
            )
        )

    def disconnect(self, pool: Pool, user: User, source: Source) -> User:
        """Let a login lead to somebody no more; raises as `Links.unlink`."""
        return self._links.unlink(pool, user.sub, source)
