"""Wrong tokens with good signatures, from a server made for saying wrong things."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from gateway.authentication.errors import ForbiddenHeaderError, UnknownKeyError
from gateway.authentication.key_sources import KeySources
from gateway.authentication.oidc import OidcVerifier
from gateway.authentication.verifier import Verifier
from gateway.config.providers.oidc import OidcProvider
from gateway.model.claims import VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from tests.peers.processes import Programs

pytestmark = pytest.mark.peer

# The server has a clock of its own, so ours cannot stand still; these are far from it.
TOMORROW = int((datetime.now(UTC) + timedelta(days=1)).timestamp())
GOOD = {"aud": "gateway", "client_id": "app", "jti": "1", "sub": "alice", "nbf": None}
ACCESS_TOKEN = {"typ": "at+jwt"}


def _clock() -> datetime:
    return datetime.now(UTC)


class Mock:
    """A running oauth2-mock-server, and a verifier that trusts it."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        settings = OidcProvider.model_validate(
            {
                "kind": "oidc",
                "id": "mock",
                "issuer": issuer,
                "audiences": ("gateway",),
                "accept": {"tokens": ("at+jwt", "id_token")},
                "network": {
                    "allow_plain_http": True,
                    "allow_private_addresses": (ip_network("127.0.0.0/8"),),
                },
            }
        )
        keys = KeySources(clock=_clock).for_(settings)
        oidc = OidcVerifier(settings, keys=keys, skew=timedelta(seconds=30))
        self._verifier = Verifier(providers=[oidc], clock=_clock, max_token_bytes=8192)

    def token(self, payload: dict[str, Any], header: dict[str, Any]) -> str:
        """Return an access token with these claims changed; `None` removes one."""
        with httpx.Client(trust_env=False, base_url=self._issuer) as client:
            change = {"payload": GOOD | payload, "header": header}
            client.post("/__peer__/token", json=change).raise_for_status()
            answer = client.post("/token", data={"grant_type": "client_credentials"})
            assert answer.status_code == httpx.codes.OK, answer.text
            return str(answer.json()["access_token"])

    def verify(self, payload: dict[str, Any], header: dict[str, Any]) -> VerifiedClaims:
        text = self.token(payload, header)
        return self._verifier.verify(Credential(Scheme.BEARER, text))


@pytest.fixture(scope="module")
def mock(programs: Programs) -> Mock:
    return Mock(programs.node("oauth2_mock", "oidc/oauth2_mock.mjs").address)


def test_an_honest_token_verifies(mock: Mock) -> None:
    assert mock.verify({}, ACCESS_TOKEN).subject == "alice"


@pytest.mark.parametrize(
    ("payload", "header", "failure"),
    [
        ({"aud": "someone-else"}, {}, WrongAudienceError),
        ({"aud": []}, {}, MalformedCredentialError),
        ({"aud": ""}, {}, MalformedCredentialError),
        ({"aud": None}, {}, MalformedCredentialError),
        ({"iss": "https://evil.example"}, {}, UntrustedIssuerError),
        ({"iss": None}, {}, UntrustedIssuerError),
        ({"exp": 1}, {}, ExpiredCredentialError),
        ({"exp": TOMORROW - 2 * 86400}, {}, ExpiredCredentialError),
        ({"exp": str(TOMORROW)}, {}, MalformedCredentialError),
        ({"exp": True}, {}, MalformedCredentialError),
        ({"exp": None}, {}, MalformedCredentialError),
        ({"exp": TOMORROW + 10**9}, {}, CredentialError),
        ({"nbf": TOMORROW}, {}, ImmatureCredentialError),
        ({"iat": TOMORROW}, {}, ImmatureCredentialError),
        ({"sub": ""}, {}, MalformedCredentialError),
        ({"sub": 5}, {}, MalformedCredentialError),
        ({}, {"typ": "JWT"}, WrongTokenTypeError),
        ({}, {"typ": "guest+jwt"}, WrongTokenTypeError),
        ({}, {"kid": "unknown"}, UnknownKeyError),
        ({}, {"jku": "https://evil.example/jwks"}, ForbiddenHeaderError),
        ({}, {"jwk": {"kty": "oct", "k": "AAAA"}}, ForbiddenHeaderError),
        ({}, {"x5u": "https://evil.example/cert"}, ForbiddenHeaderError),
    ],
)
def test_a_token_with_one_fault_is_refused(
    mock: Mock,
    payload: dict[str, Any],
    header: dict[str, Any],
    failure: type[CredentialError],
) -> None:
    with pytest.raises(failure):
        mock.verify(payload, ACCESS_TOKEN | header)
