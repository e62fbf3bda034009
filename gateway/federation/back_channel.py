"""Providers that tell, without a browser, that somebody has signed out.

Reference: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

from sqlalchemy import Connection

from gateway.authentication.claim_rules import shown
from gateway.authentication.compact import UnverifiedToken, parse_compact
from gateway.authentication.logout_token import MAX_BYTES, LogoutNotice
from gateway.federation.providers import CurrentProviders, LoginProvider
from gateway.federation.sessions import FederatedSessions
from gateway.model.errors import ReplayedCredentialError, UntrustedIssuerError
from gateway.storage.database import Database
from gateway.storage.digests import digest_of
from gateway.storage.pools.replays import Replays

_PURPOSE: Final = "logout token"


@runtime_checkable
class HearsLogouts(Protocol):
    """A relying party whose provider tells when somebody signs out."""

    def is_issuer_of(self, token: UnverifiedToken) -> bool:
        """Whether a token says that it is the provider's."""
        ...

    def logout_notice(self, text: str) -> LogoutNotice:
        """Return who has signed out, or raise `CredentialError`."""
        ...


class BackChannel:
    """Hears providers. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        providers: CurrentProviders,
        sessions: FederatedSessions,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it works with.

        Args:
            database: Where it is kept what was heard.
            providers: Those of the files in force.
            sessions: Ends sessions.
            clock: The time.
        """
        self._database = database
        self._providers = providers
        self._sessions = sessions
        self._clock = clock

    def hear(self, text: str) -> int:
        """Sign out whom a logout token is about; return how many people that were.

        Args:
            text: The token, as it came.

        Raises:
            CredentialError: It is no good logout token, or was heard before.
            ProviderUnavailableError: The provider's keys cannot be had.
            StorageError: Nobody was signed out.
        """
        token = parse_compact(text, max_bytes=MAX_BYTES)
        provider, party = self._find(token)
        notice = party.logout_notice(text)
        digest = digest_of(f"{provider.id} {notice.token_id}", purpose=_PURPOSE)

        def work(connection: Connection) -> int | None:
            if not Replays(connection).is_first(digest, until=notice.expires_at):
                return None
            ended = self._sessions.end(
                connection,
                provider,
                subject=notice.subject,
                session_id=notice.session_id,
            )
            return len(ended)

        done = self._database.write(work)
        if done is None:
            raise ReplayedCredentialError("the logout token was heard before")
        return done

    def _find(self, token: UnverifiedToken) -> tuple[LoginProvider, HearsLogouts]:
        for provider in self._providers.now.all:
            party = provider.party
            if isinstance(party, HearsLogouts) and party.is_issuer_of(token):
                return provider, party
        raise UntrustedIssuerError(f"iss={shown(token.unverified_issuer)}")
