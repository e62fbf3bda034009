"""A pool whose people may come from a provider that is made up, and says what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.providers.oidc import OidcProvider
from gateway.federation.attempts import Attempts
from gateway.federation.connected import ConnectedLogins
from gateway.federation.linking.identities import SameIdentity
from gateway.federation.linking.links import Links
from gateway.federation.linking.proofs import LinkProofs
from gateway.federation.people import People
from gateway.federation.profile_mapping import compile_profiles
from gateway.federation.providers import CurrentProviders, LoginProvider, LoginProviders
from gateway.federation.sessions import FederatedSessions
from gateway.federation.sign_ins import FederatedSignIns
from gateway.federation.single_logout import SingleLogout
from gateway.federation.values import UNINVITED, Attempt, Departure, ProvenLogin
from gateway.federation.waiting import WaitingLogins
from gateway.identity.mapper import compile_mappers
from gateway.keys.seal import Seal
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import GatewayError
from gateway.pool.pools import Pools
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.tools import PoolTools
from gateway.storage.cursors import Cursors
from tests.pool.house import NOON, POOL_ID

ISSUER = "https://corp.example"
SCOPES = ("openid", "profile", "email")
ANA = {
    "sub": "123",
    "email": "ana@corp.example",
    "email_verified": True,
    "name": "Ana Diaz",
    "given_name": "Ana",
}


@dataclass
class MadeUpParty:
    """Says what a test has it say."""

    provider: str = "corp"
    claims: Mapping[str, Any] = field(default_factory=lambda: ANA)
    scopes: tuple[str, ...] = SCOPES
    refusal: GatewayError | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    answers_uninvited: bool = False
    uninvited: list[bool] = field(default_factory=list)
    begun: list[Attempt] = field(default_factory=list)
    answers: list[Mapping[str, str]] = field(default_factory=list)

    def begin(self, attempt: Attempt) -> Departure:
        if self.refusal is not None:
            raise self.refusal
        self.begun.append(attempt)
        url = f"{ISSUER}/authorize?state={attempt.state}"
        return Departure(url, form=self.form, kept={"nonce was": attempt.nonce})

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        self.uninvited.append(UNINVITED in attempt.kept)
        if not self.uninvited[-1]:
            assert attempt.kept == {"nonce was": attempt.nonce}
        self.answers.append(answer)
        if self.refusal is not None:
            raise self.refusal
        return self.proven()

    def proven(self) -> ProvenLogin:
        """What it says about somebody."""
        return ProvenLogin(
            VerifiedClaims(
                provider=self.provider,
                issuer=ISSUER,
                subject=str(self.claims["sub"]),
                token_type=TokenType.ID_TOKEN,
                expires_at=NOON + timedelta(minutes=5),
                claims=self.claims,
            ),
            scopes=self.scopes,
        )


def provider_file(**changed: Any) -> ProviderFile:
    """Return the file of a provider."""
    told = {
        "kind": "oidc",
        "id": "corp",
        "label": "Corp",
        "issuer": ISSUER,
        "audiences": ["gateway"],
        **changed,
    }
    document = Document(path=Path("corp.toml"), name="corp.toml", raw=b"")
    return ProviderFile(document, (), OidcProvider.model_validate(told))


def login_provider(
    party: MadeUpParty | None = None, *, pool_id: str = POOL_ID, **changed: Any
) -> LoginProvider:
    """Return a provider that people may sign in with."""
    file = provider_file(**changed)
    settings = file.settings
    assert isinstance(settings, OidcProvider)
    return LoginProvider(
        settings=settings,
        name=settings.sign_in.name or settings.id,
        pool_id=pool_id,
        party=party or MadeUpParty(settings.id),
        mapper=compile_mappers([file])[settings.id],
        profile=compile_profiles([file])[settings.id],
    )


def federation(
    tools: PoolTools, sign_ins: SignIns, *, public_url: str
) -> FederatedSignIns:
    """Return what signs people in through providers; there are none yet."""
    seal, providers = tools.sealer, CurrentProviders()
    assert isinstance(seal, Seal)
    people = people_of(tools, providers)
    links = links_of(tools, providers)
    sessions = FederatedSessions(
        database=tools.database,
        providers=providers,
        pools=Pools(
            database=tools.database,
            cursors=Cursors(secret=b"c" * 32),
            clock=tools.clock,
            region="us-east-1",
        ),
        seal=seal,
        clock=tools.clock,
    )
    attempts = Attempts(database=tools.database, seal=seal, clock=tools.clock)
    return FederatedSignIns(
        providers=providers,
        attempts=attempts,
        waiting=WaitingLogins(
            database=tools.database,
            providers=providers,
            proofs=LinkProofs(database=tools.database, seal=seal, clock=tools.clock),
            people=people,
            clock=tools.clock,
        ),
        connected=ConnectedLogins(
            database=tools.database,
            providers=providers,
            people=people,
            links=links,
            clock=tools.clock,
        ),
        sessions=sessions,
        single_logout=SingleLogout(
            database=tools.database,
            providers=providers,
            sessions=sessions,
            attempts=attempts,
            public_url=public_url,
        ),
        people=people,
        sign_ins=sign_ins,
        clock=tools.clock,
        public_url=public_url,
    )


def links_of(tools: PoolTools, providers: CurrentProviders) -> Links:
    """Return what lets logins lead to people."""
    return Links(
        database=tools.database,
        same=SameIdentity(region="us-east-1", provider_of={POOL_ID: "pool"}.get),
        describe=providers.describe,
        clock=tools.clock,
    )


def people_of(tools: PoolTools, providers: CurrentProviders | None = None) -> People:
    """Return what makes people of the pool of those who come."""
    seal, providers = tools.sealer, providers or CurrentProviders()
    assert isinstance(seal, Seal)
    return People(
        database=tools.database,
        triggers=tools.triggers,
        links=links_of(tools, providers),
        seal=seal,
        clock=tools.clock,
    )


def use(sign_ins: FederatedSignIns, *providers: LoginProvider) -> None:
    """Let people sign in with these from now on."""
    sign_ins.providers.use(LoginProviders(providers))
