"""Why somebody of a provider lacks an attribute: what the provider said last, looked at again.

The claims of the last sign-in are put before the files as they are now, so that what is mended
in a file is seen before the person signs in again. Writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.federation.profile_mapping import ProfileMap
from gateway.federation.profiles import Reason, Source, profile_of, sent_claims
from gateway.federation.providers import LoginSettings
from gateway.federation.records import Record, Records
from gateway.identity.mapper import Mapper
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.client import Client
from gateway.model.errors import CredentialError
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.database import Database
from gateway.storage.pools.federated_logins import FederatedLogins, Login


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRules:
    """What the files say of one provider.

    Attributes:
        settings: Its file.
        mapper: From its claims to the gateway's terms.
        profile: From its claims to the pool's.
    """

    settings: LoginSettings
    mapper: Mapper
    profile: ProfileMap


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginReasons:
    """What is known of one login.

    Attributes:
        login: Who of which provider.
        record: What was said the last time.
        client: Through which client they signed in; one that may write what is usual if it
            is gone.
        refusal: Why the claims would let nobody in as the files are now; empty if they
            would, or if nothing is known.
        reasons: By attribute; empty if nothing is known.
    """

    login: Login
    record: Record
    client: Client
    refusal: str = ""
    reasons: Mapping[str, Reason]


class Clients(Protocol):
    """Knows the clients of all pools."""

    def find(self, client_id: str) -> Client | None:
        """Return a client."""


class SignInReasons:
    """Looks at last sign-ins. Blocks; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        records: Records,
        rules: Mapping[str, ProviderRules],
        clients: Clients,
        clock: Callable[[], datetime],
    ) -> None:
        """Take what it looks at.

        Args:
            database: Where logins are kept.
            records: Opens what was said.
            rules: What the files say, by the provider's id.
            clients: Knows what each may write.
            clock: The time.
        """
        self._database = database
        self._records = records
        self._rules = rules
        self._clients = clients
        self._clock = clock

    def of(self, pool: Pool, user: User) -> Sequence[LoginReasons]:
        """Return the reasons for each login that leads to somebody.

        Raises:
            StorageError: Nobody can be looked up.
            UnavailableError: What is kept was sealed with another key.
        """
        with self._database.reading() as connection:
            logins = FederatedLogins(connection).of_person(pool.id, user.sub)
        return [self._of(pool, user, login) for login in logins]

    def _of(self, pool: Pool, user: User, login: Login) -> LoginReasons:
        record = self._records.open(login)
        client = self._clients.find(record.client_id)
        client = client or Client(record.client_id, pool.id, record.client_id)
        rules = self._rules.get(login.provider)
        refusal, reasons = "", {}
        if rules is None:
            refusal = "no file has this provider for sign-ins any more"
        elif record.claims:
            try:
                reasons = dict(self._reasons(pool, user, record, client, rules))
            except CredentialError as error:
                refusal = error.detail
        return LoginReasons(
            login=login, record=record, client=client, refusal=refusal, reasons=reasons
        )

    def _reasons(
        self,
        pool: Pool,
        user: User,
        record: Record,
        client: Client,
        rules: ProviderRules,
    ) -> Mapping[str, Reason]:
        now = self._clock()
        # What is kept was verified when it came, and is opened by nobody else.
        claims = VerifiedClaims(
            provider=rules.settings.id,
            issuer=record.issuer,
            subject="",
            token_type=TokenType.ID_TOKEN,
            expires_at=now,
            claims=record.claims,
        )
        source = Source(
            mapped=rules.mapper.map(claims, now),
            said=rules.profile.values(record.claims, now),
            sent=sent_claims(record.claims),
            scopes=frozenset(record.scopes),
            settings=rules.settings.sign_in,
            vouched=record.vouched,
        )
        return profile_of(source, pool.settings.schema, client, user).reasons
