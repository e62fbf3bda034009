"""A relying party of a provider in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gateway.authentication.id_token import IdTokenVerifier
from gateway.authentication.logout_token import LogoutTokenVerifier
from gateway.authentication.opaque.api import Api
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.oidc_client import ClientSettings
from gateway.config.settings.references import SecretRef
from gateway.federation.oidc.client_auth import client_authentication
from gateway.federation.oidc.metadata import MetadataSource
from gateway.federation.oidc.party import OidcParty, OidcTools
from gateway.federation.values import Attempt
from tests.authentication.issuer import ISSUER, NOON, id_claims, keys_of, token
from tests.federation.oidc.endpoints import Endpoints, Given, json_answer

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
AUTHORIZE = f"{ISSUER}/authorize"
TOKEN = f"{ISSUER}/token"
USERINFO = f"{ISSUER}/userinfo"
PAR = f"{ISSUER}/par"
CALLBACK = "https://people.example/oauth2/idpresponse"

DOCUMENT: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": AUTHORIZE,
    "token_endpoint": TOKEN,
    "userinfo_endpoint": USERINFO,
}

ATTEMPT = Attempt(
    state="state-1", nonce="n-1", verifier="verifier-1", redirect_uri=CALLBACK
)
GOOD = {"code": "code-1", "state": "state-1"}


def secret(text: str) -> SecretRef:
    return SecretRef("env SECRET", text.encode())


def provider(**changes: Any) -> OidcProvider:
    settings = {
        "kind": "oidc",
        "id": "corp",
        "issuer": ISSUER,
        "client": {"id": "web", "secret": secret("s-1")},
        "accept": {"flows": ("login",)},
    }
    return OidcProvider.model_validate(settings | changes)


def id_token(**changes: Any) -> str:
    return token(id_claims(**{"aud": "web", "nonce": "n-1"} | changes), typ="JWT")


def tokens(**changes: Any) -> dict[str, Any]:
    """What the token endpoint answers; `None` leaves one out."""
    members = {
        "access_token": "at-1",
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": id_token(),
    } | changes
    return {name: value for name, value in members.items() if value is not None}


@dataclass
class House:
    """The relying party, and what it talks to.

    Attributes:
        party: The relying party.
        endpoints: The provider's.
        metadata: Knows them.
    """

    party: OidcParty
    endpoints: Endpoints
    metadata: MetadataSource
    now: datetime = NOON

    def departs(self, attempt: Attempt = ATTEMPT) -> dict[str, str]:
        """The query that a browser is sent away with."""
        return dict(parse_qsl(urlsplit(self.party.begin(attempt).url).query))

    def asked(self, url: str) -> list[dict[str, str]]:
        """The forms that were sent to a URL."""
        return [dict(form) for asked, form, _ in self.endpoints.asked if asked == url]


def house(
    settings: OidcProvider | None = None,
    *,
    document: Any = None,
    kind: type[OidcParty] = OidcParty,
    **answers: Given,
) -> House:
    """Build a relying party.

    Args:
        settings: The provider's file.
        document: Its discovery document.
        kind: Of the relying party.
        answers: What else its endpoints answer, by `token`, `userinfo` and `par`.
    """
    settings = settings or provider()
    client = settings.client
    assert isinstance(client, ClientSettings)
    given: dict[str, Given] = {
        DISCOVERY: json_answer(DOCUMENT if document is None else document),
        TOKEN: json_answer(tokens()),
        USERINFO: json_answer({"sub": "alice", "email": "alice@corp.example"}),
        PAR: json_answer({"request_uri": "urn:pushed:1", "expires_in": 60}, 201),
    }
    places = {"token": TOKEN, "userinfo": USERINFO, "par": PAR, "discovery": DISCOVERY}
    endpoints = Endpoints(
        given | {places[name]: each for name, each in answers.items()}
    )
    api = Api(settings.id, fetcher=endpoints)
    clock = _Clock()
    metadata = MetadataSource(settings, api=api, clock=clock)
    party = kind(
        settings,
        client,
        tools=OidcTools(
            api=api,
            metadata=metadata,
            authentication=client_authentication(client, clock=clock),
            verifier=IdTokenVerifier(
                settings, keys=keys_of("ES256"), skew=timedelta(seconds=30)
            ),
            logout=LogoutTokenVerifier(
                settings, keys=keys_of("ES256"), skew=timedelta(seconds=30)
            ),
            clock=clock,
        ),
    )
    built = House(party, endpoints, metadata)
    clock.read = lambda: built.now
    return built


class _Clock:
    def __init__(self) -> None:
        self.read: Callable[[], datetime] = lambda: NOON

    def __call__(self) -> datetime:
        return self.read()
