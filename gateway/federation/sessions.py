"""Sessions here that came of a session at a provider, and the end of either.

Whoever signs out at the provider is signed out here: of everything that was issued to them
until then, in all browsers and applications, and everywhere within two seconds. Whoever signs
out here is sent to the provider to sign out there too, where its file says so.

References: OpenID Connect Back-Channel Logout 1.0; RP-Initiated Logout 1.0. SAML's single
logout is `gateway.federation.single_logout`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from gateway.federation.errors import UnknownProviderError
from gateway.federation.providers import CurrentProviders, LoginProvider
from gateway.federation.values import ProvenLogin, SignsOut, UpstreamSession
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.pool.profiles import keep_profile
from gateway.storage.database import Database
from gateway.storage.pools.federated_logins import FederatedLogins
from gateway.storage.pools.federated_session_table import FEDERATED_SESSION
from gateway.storage.pools.federated_sessions import (
    StoredFederatedSession,
    StoredFederatedSessions,
)
from gateway.storage.pools.users import Users
from gateway.storage.sealed import Seal, SealedColumn

# As long as a client's refresh tokens may be good at the usual settings.
LIFETIME: Final = timedelta(days=30)


class Pools(Protocol):
    """Knows the pools."""

    def find(self, pool_id: str) -> Pool | None:
        """Return a pool."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A provider at which somebody signs out too.

    Attributes:
        label: What people call it.
        url: Where the browser goes; empty if it cannot be asked now.
        form: What it posts there; nothing if it is sent by a redirect.
    """

    label: str
    url: str = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)


class FederatedSessions:
    """Keeps them, and ends them. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        providers: CurrentProviders,
        pools: Pools,
        seal: Seal,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it works with.

        Args:
            database: Where everything is kept.
            providers: Those of the files in force.
            pools: Which pools there are.
            seal: Makes what nobody can read in the database.
            clock: The time.
        """
        self._database = database
        self._providers = providers
        self._pools = pools
        self._sealed = SealedColumn(FEDERATED_SESSION.c.rest, seal=seal)
        self._clock = clock

    def keep(self, user: User, proven: ProvenLogin, subject: str, sign_in: str) -> None:
        """Keep that somebody has signed in by way of a provider.

        Args:
            user: Who.
            proven: What the provider says.
            subject: Its name for them.
            sign_in: The sign-in's own name.

        Raises:
            StorageError: It was not kept.
        """
        rest = {
            "session_id": proven.session_id,
            "id_token": proven.id_token,
            "extra": dict(proven.session),
        }
        provider = proven.claims.provider
        plain = json.dumps(rest, separators=(",", ":")).encode()
        stored = StoredFederatedSession(
            sign_in=sign_in,
            pool_id=user.pool_id,
            sub=user.sub,
            provider=provider,
            subject=subject,
            upstream=_digest(provider, proven.session_id),
            browser_session=None,
            rest=self._sealed.seal(plain, sign_in),
            expires_at=self._clock() + LIFETIME,
        )
        self._database.write(lambda each: StoredFederatedSessions(each).add(stored))

    def bind(self, sign_in: str, browser_session: str) -> None:
        """Keep which browser's session has come of a sign-in, if it came from elsewhere.

        Raises:
            StorageError: It was not kept.
        """
        with self._database.reading() as connection:
            # Most sign-ins come from nowhere else, and change nothing here.
            if not StoredFederatedSessions(connection).has(sign_in):
                return
        self._database.write(
            lambda each: StoredFederatedSessions(each).bind(sign_in, browser_session)
        )

    def way_out(self, browser_session: str, *, back: str, state: str) -> WayOut | None:
        """Return where somebody signs out too who signs out here.

        Args:
            browser_session: Which session ends.
            back: Where the provider sends the browser back to.
            state: What it repeats then.

        Returns:
            The way; `None` if the sign-in came from no provider, from one whose file does
            not say so, or from one that cannot be asked now: nobody is kept from signing
            out here.

        Raises:
            StorageError: Nobody knows.
        """
        found = self.left_there(browser_session)
        if found is None:
            return None
        provider, session = found
        party = provider.party
        if not isinstance(party, SignsOut):
            return None
        try:
            url = party.sign_out(session, back=back, state=state)
        except GatewayError:
            return None
        return WayOut(provider.label, url) if url else None

    def left_there(
        self, browser_session: str
    ) -> tuple[LoginProvider, UpstreamSession] | None:
        """Return the session at a provider that ends with one here.

        Args:
            browser_session: Which session ends.

        Returns:
            It and its provider; `None` if the sign-in came from no provider, or from one
            whose file does not say so.

        Raises:
            StorageError: Nobody knows.
        """
        with self._database.reading() as connection:
            stored = StoredFederatedSessions(connection).of_browser(browser_session)
        if stored is None:
            return None
        try:
            provider = self._providers.now.find(stored.provider, stored.pool_id)
        except UnknownProviderError:
            return None
        if provider.settings.sign_in.sign_out != "there":
            return None
        return provider, self._open(stored)

    def end(
        self,
        connection: Connection,
        provider: LoginProvider,
        *,
        subject: str,
        session_id: str,
    ) -> Sequence[User]:
        """Sign out whoever has signed out at a provider; return them as they were.

        Everything that was issued to them is good no more, whatever session it came of: a
        provider that ends one session has its reasons.

        Args:
            connection: One that may write.
            provider: The provider.
            subject: Its name for them; empty if it names a session alone.
            session_id: Its name for the session; empty if it names a person alone.
        """
        kept = StoredFederatedSessions(connection)
        upstream = _digest(provider.id, session_id)
        found = list(kept.of_upstream(provider.id, upstream)) if upstream else []
        if not upstream:
            found = list(kept.of_subject(provider.id, subject))
        elif subject:
            # With both, both have to fit (section 2.6).
            found = [each for each in found if each.subject == subject]
        people = {each.sub for each in found}
        if subject and not upstream:
            login = FederatedLogins(connection).find(
                provider.pool_id, provider.id, subject
            )
            people |= {login.sub} if login else set()
        for session in found:
            kept.remove(session.sign_in)
        return [
            user
            for sub in sorted(people)
            if (user := self._sign_out(connection, provider.pool_id, sub))
        ]

    def _sign_out(self, connection: Connection, pool_id: str, sub: str) -> User | None:
        pool = self._pools.find(pool_id)
        user = Users(connection).find(pool_id, sub)
        if pool is None or user is None:
            return None
        after = replace(user, signed_out_at=self._clock())
        keep_profile(connection, pool, user, after)
        return user

    def _open(self, stored: StoredFederatedSession) -> UpstreamSession:
        rest = json.loads(self._sealed.open(stored.rest, stored.sign_in))
        return UpstreamSession(
            subject=stored.subject,
            session_id=rest["session_id"],
            id_token=rest["id_token"],
            extra=rest["extra"],
        )


def sweep(connection: Connection, now: datetime) -> int:
    """Forget sign-ins that nobody asks for any more; return how many there were."""
    return StoredFederatedSessions(connection).remove_expired(now)


def _digest(provider: str, session_id: str) -> bytes | None:
    if not session_id:
        return None
    return hashlib.sha256(f"{provider}\0{session_id}".encode()).digest()
