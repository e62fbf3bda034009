"""Every service of the pools' authorization server, built once at the start."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.authentication.proofs import DpopProofs
from gateway.authentication.seen import Seen
from gateway.config.settings.values import Rate
from gateway.keys.seal import Seal, StoreKey
from gateway.mint.pool_keys import PoolKeys
from gateway.oauth.address_limit import AddressLimit
from gateway.oauth.authorizing.authorizations import Authorizations
from gateway.oauth.authorizing.browser_sessions import BrowserSessions
from gateway.oauth.authorizing.codes import Codes
from gateway.oauth.authorizing.devices import Devices
from gateway.oauth.authorizing.implicit import ImplicitAnswers
from gateway.oauth.authorizing.logout import Logouts
from gateway.oauth.authorizing.permissions import Permissions
from gateway.oauth.authorizing.pushed_requests import PushedRequests
from gateway.oauth.clients.assertions import AssertionChecks
from gateway.oauth.clients.authentication import ClientAuthenticator
from gateway.oauth.clients.proofs import ProofChecks
from gateway.oauth.discovery import Endpoints
from gateway.oauth.grants.authorization_code import AuthorizationCodeGrant
from gateway.oauth.grants.client_credentials import ClientCredentialsGrant
from gateway.oauth.grants.device_code import DeviceCodeGrant
from gateway.oauth.grants.refresh_token import RefreshTokenGrant
from gateway.oauth.grants.token_exchange import TokenExchangeGrant
from gateway.oauth.inquiries.introspection import Introspections
from gateway.oauth.inquiries.revocation import Revocations
from gateway.oauth.inquiries.user_info import UserInfo
from gateway.oauth.issuer import Issuers
from gateway.oauth.issuing.bearers import Bearers
from gateway.oauth.issuing.pool_tokens import PoolTokens
from gateway.oauth.issuing.refresh_tokens import RefreshTokens
from gateway.oauth.issuing.trigger_claims import TriggerClaims
from gateway.oauth.issuing.verification import AccessTokens
from gateway.oauth.server import ClientGrant, ClientGrants
from gateway.pool.clients import Clients
from gateway.pool.pools import Pools
from gateway.pool.triggers.triggers import Triggers
from gateway.storage.database import Database

# How often one address may type a device's code: 25 billion codes are not tried like that.
TYPED_CODES = Rate(30, timedelta(minutes=10))
# How often one address may begin what is kept though nobody has proven anything: sign-ups,
# sign-ins, device codes, pushed requests. A whole office may share the address.
BEGINNINGS = Rate(600, timedelta(minutes=10))


# How far the clock of whoever shows a token to the proxy may be off. Each proof is remembered
# for twice that, and each request has one.
PROXY_LEEWAY = timedelta(minutes=1)

# One nonce is good at the token endpoint and at the proxy.
_NONCES = "dpop nonces, version 1"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the authorization server stands on.

    Attributes:
        database: Where everything is kept.
        store_key: Seals the signing keys; every other secret is derived from it.
        clock: The time.
        public_url: Where the gateway is reached, without a slash at the end.
        pools: The pools.
        clients: Their clients.
        triggers: Have a say in what tokens claim.
        monotonic_ns: Nanoseconds that pass.
    """

    database: Database
    store_key: StoreKey
    clock: Callable[[], datetime]
    public_url: str
    pools: Pools
    clients: Clients
    triggers: Triggers = field(default_factory=Triggers)
    monotonic_ns: Callable[[], int] = time.monotonic_ns


class OAuthServices:
    """What browsers, clients and our own pages ask the authorization server for.

    Attributes:
        endpoints: Where it is.
        issuers: What pools are called.
        keys: What pools sign with.
        tokens: Makes tokens.
        refresh_tokens: Begins and exchanges them.
        access_tokens: Checks access tokens.
        bearers: Knows the keys and the people behind tokens that the proxy is shown.
        sessions: Who is signed in at the pages.
        pushed: Requests that were sent ahead.
        codes: Authorization codes.
        authorizations: What comes next for a browser.
        devices: Devices without a keyboard that wait.
        beginnings: Bounds what an address may begin without proving anything.
        permissions: What people let clients do.
        logouts: Where a browser goes after a logout.
        authenticator: Which client asks.
        proofs: Which key a client holds.
        possession: Which key whoever shows a token to the proxy holds.
        grants: The token endpoint's, for clients.
        revocations: Takes tokens back.
        introspections: Tells services what tokens are.
        user_info: Tells clients about people.
    """

    def __init__(self, ground: Ground) -> None:
        """Build everything; nothing is read yet."""
        database, clock = ground.database, ground.clock
        self.endpoints = Endpoints(ground.public_url)
        self.issuers = Issuers(ground.public_url)
        self.keys = PoolKeys(
            database=database, seal=Seal(key=ground.store_key), clock=clock
        )
        self.tokens = self._tokens(ground)
        self.refresh_tokens = RefreshTokens(
            secret=ground.store_key.derive("refresh tokens, version 1"), clock=clock
        )
        self.access_tokens = AccessTokens(
            database=database,
            keys=self.keys,
            issuers=self.issuers,
            pools=ground.pools,
            clock=clock,
        )
        self.bearers = Bearers(database=database, keys=self.keys)
        self.sessions = BrowserSessions(database=database, clock=clock)
        self.codes = Codes(clock=clock)
        self.pushed = PushedRequests(
            database=database, clients=ground.clients, clock=clock
        )
        self.devices = self._devices(ground)
        self.beginnings = AddressLimit(
            rate=BEGINNINGS, monotonic_ns=ground.monotonic_ns
        )
        self.permissions = Permissions(
            database=database, clients=ground.clients, clock=clock
        )
        self.logouts = Logouts(clients=ground.clients, id_tokens=self.access_tokens)
        self.authorizations = self._authorizations(ground)
        self.proofs = self._proofs(ground)
        self.possession = self._possession(ground)
        self.authenticator = self._authenticator(ground)
        self.grants = ClientGrants(
            grants=self._grants(ground),
            authenticator=self.authenticator,
            proofs=self.proofs,
            endpoint=self.endpoints.address(self.endpoints.token),
        )
        self.revocations = Revocations(
            database=database, refresh_tokens=self.refresh_tokens, clock=clock
        )
        self.introspections = self._introspections(ground)
        self.user_info = self._user_info(ground)

    def _proofs(self, ground: Ground) -> ProofChecks:
        return ProofChecks(
            database=ground.database,
            secret=ground.store_key.derive(_NONCES),
            clock=ground.clock,
        )

    def _possession(self, ground: Ground) -> DpopProofs:
        return DpopProofs(
            secret=ground.store_key.derive(_NONCES),
            first=Seen(lifetime=2 * PROXY_LEEWAY).is_first,
            clock=ground.clock,
            leeway=PROXY_LEEWAY,
        )

    def _introspections(self, ground: Ground) -> Introspections:
        return Introspections(
            database=ground.database,
            access_tokens=self.access_tokens,
            refresh_tokens=self.refresh_tokens,
        )

    def _user_info(self, ground: Ground) -> UserInfo:
        return UserInfo(
            access_tokens=self.access_tokens,
            clients=ground.clients,
            proofs=self.proofs,
            endpoint=self.endpoints.address(self.endpoints.user_info),
        )

    def _tokens(self, ground: Ground) -> PoolTokens:
        return PoolTokens(
            keys=self.keys,
            issuers=self.issuers,
            clock=ground.clock,
            changes=TriggerClaims(triggers=ground.triggers, pools=ground.pools),
        )

    def _devices(self, ground: Ground) -> Devices:
        return Devices(
            database=ground.database,
            clients=ground.clients,
            secret=ground.store_key.derive("device codes, version 1"),
            limit=AddressLimit(rate=TYPED_CODES, monotonic_ns=ground.monotonic_ns),
            clock=ground.clock,
        )

    def _authorizations(self, ground: Ground) -> Authorizations:
        return Authorizations(
            database=ground.database,
            clients=ground.clients,
            issuers=self.issuers,
            pushed=self.pushed,
            codes=self.codes,
            implicit=ImplicitAnswers(
                database=ground.database, tokens=self.tokens, clock=ground.clock
            ),
            clock=ground.clock,
        )

    def _authenticator(self, ground: Ground) -> ClientAuthenticator:
        return ClientAuthenticator(
            clients=ground.clients,
            assertions=AssertionChecks(
                database=ground.database,
                issuers=self.issuers,
                endpoints=self.endpoints.for_clients,
                clock=ground.clock,
            ),
        )

    def _grants(self, ground: Ground) -> Sequence[ClientGrant]:
        database, clock = ground.database, ground.clock
        return [
            AuthorizationCodeGrant(
                database=database,
                codes=self.codes,
                refresh_tokens=self.refresh_tokens,
                tokens=self.tokens,
                clock=clock,
            ),
            RefreshTokenGrant(
                database=database,
                refresh_tokens=self.refresh_tokens,
                tokens=self.tokens,
            ),
            ClientCredentialsGrant(tokens=self.tokens),
            DeviceCodeGrant(
                database=database,
                devices=self.devices,
                refresh_tokens=self.refresh_tokens,
                tokens=self.tokens,
                clock=clock,
            ),
            TokenExchangeGrant(
                database=database,
                access_tokens=self.access_tokens,
                tokens=self.tokens,
            ),
        ]
