"""What an exchange goes through, as small classes that do as they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.config.settings.tokens import JwtProfile
from gateway.keys.keyring import KeyRing
from gateway.mint.app import AppMint
from gateway.model.access import AccessRequest
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.decision import Decision, Reason, StepTimes
from gateway.model.errors import CredentialError, RateLimitedError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.route import Route
from gateway.model.target import TargetRules
from gateway.oauth.errors import UnacceptableTokenError
from gateway.oauth.exchanging.exchanges import Stages, TokenExchanges
from gateway.oauth.exchanging.offers import Answer, Offer, Policies
from gateway.oauth.tokens import IssuedToken, TokenRequest

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ISSUER = "https://gw.example"
UPSTREAM = "https://orders.example"
ENDPOINT = f"{ISSUER}/oauth2/token"
ID = "urn:ietf:params:oauth:token-type:id_token"
GUEST = "urn:federation-gateway:token-type:guest"
IP = "192.0.2.1"


def identity(name: str, kind: IdentityKind = IdentityKind.AUTHENTICATED) -> Identity:
    return Identity(
        id=f"r:{name}",
        kind=kind,
        authenticated=kind is not IdentityKind.GUEST,
        provider="corp",
        provider_kind="oidc",
        subject=name,
    )


def claims(name: str, **more: Any) -> VerifiedClaims:
    kind = TokenType.GUEST if name == "guest" else TokenType.ID_TOKEN
    ends = NOON + timedelta(minutes=5)
    found = VerifiedClaims("corp", "https://corp", name, kind, ends, {"sub": name})
    return replace(found, **more)


SUBJECT = Subject(identity("ana"), expires_at=NOON + timedelta(minutes=5))


class Limit:
    def __init__(self) -> None:
        self.full = False
        self.taken: list[str] = []

    def take(self, ip: str) -> None:
        self.taken.append(ip)
        if self.full:
            raise RateLimitedError(retry_after=9)


def offer(audience: str = ISSUER, tags: tuple[str, ...] = (), **more: Any) -> Offer:
    route = Route(
        id="app",
        host="*",
        path="/oauth2/token/app",
        methods=frozenset({"POST"}),
        upstream="",
        audience=audience,
        profile="app",
        tags=tags,
    )
    settings: dict[str, Any] = {"scopes": frozenset({"a", "b"}), "limit": Limit()}
    return Offer(route=route, **(settings | more))


@dataclass
class Desk:
    """Everything, with what each part is to answer."""

    keyring: KeyRing
    offers: Sequence[Offer] = field(default_factory=lambda: [offer()])
    said: dict[str, VerifiedClaims] = field(default_factory=dict)
    decision: Decision = field(
        default_factory=lambda: Decision(allowed=True, reason=Reason.ALLOWED)
    )
    recorded: list[tuple[Answer, str]] = field(default_factory=list)
    upgraded: list[tuple[str, str]] = field(default_factory=list)
    refused_at: str = ""

    @property
    def types(self) -> frozenset[str]:
        return frozenset({ID, GUEST})

    def verify(self, token: str, token_type: str, provider: str) -> VerifiedClaims:
        assert token_type in self.types
        assert provider in {"", "corp"}
        if token not in self.said:
            raise CredentialError("no such token")
        return self.said[token]

    def resolve(self, claims: VerifiedClaims) -> Subject:
        if self.refused_at == "resolve":
            raise CredentialError("unmet")
        guest = claims.token_type is TokenType.GUEST
        kind = IdentityKind.GUEST if guest else IdentityKind.AUTHENTICATED
        return Subject(identity(claims.subject, kind), expires_at=claims.expires_at)

    def check(self, proofs: Sequence[str], *, method: str, uri: str) -> str:
        assert (method, uri) == ("POST", ENDPOINT)
        return proofs[0]

    def decide(self, access: AccessRequest, *, steps: StepTimes) -> Decision:
        return self.decision

    def foresee(self, claims: VerifiedClaims, guest: Subject) -> Subject:
        found = self.resolve(claims)
        return replace(found, identity=replace(found.identity, id=guest.identity.id))

    def make(self, subject: Subject, guest: Subject) -> None:
        if self.refused_at == "make":
            raise UnacceptableTokenError("too late")
        self.upgraded.append((subject.identity.id, guest.identity.id))

    def exchanges(self) -> TokenExchanges:
        return TokenExchanges(
            stages=Stages(
                tokens=self,
                resolver=self,
                proofs=self,
                policies=Policies(
                    engine=self,
                    rules=TargetRules(),
                    scheme="https",
                    host="gw.example",
                    new_id=lambda: "r1",
                ),
                upgrades=self,
                mint=AppMint(
                    keys=self.keyring,
                    issuer=ISSUER,
                    profiles={"app": JwtProfile(ttl=timedelta(minutes=10))},
                ),
                record=lambda answer, token_id: self.recorded.append(
                    (answer, token_id)
                ),
            ),
            offers=self.offers,
            issuer=ISSUER,
            endpoint=ENDPOINT,
            clock=lambda: NOON,
            max_token_bytes=8192,
        )

    def ask(self, **changes: str) -> IssuedToken:
        return self.prove((), **changes)

    def prove(self, proofs: tuple[str, ...], **changes: str) -> IssuedToken:
        parameters: Mapping[str, str] = {
            "subject_token": "ana",
            "subject_token_type": ID,
        }
        return self.exchanges().issue(
            TokenRequest({**parameters, **changes}, IP, proofs=proofs)
        )
