"""Tokens of a pool: told apart by their keys, and good only while the person is let in."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.authentication.errors import (
    UnknownKeyError,
    WrongAlgorithmError,
    WrongSignatureError,
)
from gateway.authentication.pool import PoolVerifier
from gateway.authentication.verification_key import PublicKey
from gateway.config.document import Document
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.door import Door
from gateway.config.validation import Reader
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from gateway.model.waiting import WouldWaitError
from tests.authentication.issuer import NOON, private_key, token, unverified

POOL_ID = "us-east-1_Ab3dE6gH9"
URL = "https://gw.example"
ISSUER = f"{URL}/{POOL_ID}"
ANA = "0a1b2c3d-0000-4000-8000-000000000000"
FILE = f"kind = 'pool'\nid = 'people'\npool_id = '{POOL_ID}'\n"


class FakeBearers:
    """Two keys, and one person."""

    def __init__(self) -> None:
        self.lets_in = True
        self.asked: list[Mapping[str, Any]] = []

    def find_key(
        self, pool_id: str, kid: str
    ) -> tuple[TokenType, str, PublicKey] | None:
        assert pool_id == POOL_ID
        kinds = {
            "RS256-0": (TokenType.ACCESS_TOKEN, "RS256", 0),
            "RS256-1": (TokenType.ID_TOKEN, "RS256", 1),
        }
        if kid not in kinds:
            return None
        kind, algorithm, number = kinds[kid]
        return kind, algorithm, private_key("RS256", number).public_key()

    def profile(self, pool_id: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        assert pool_id == POOL_ID
        self.asked.append(claims)
        if not self.lets_in:
            raise CredentialError("not let in")
        return {"email": "ana@example.com", "username": "ana", "cognito:groups": ["a"]}


@pytest.fixture
def bearers() -> FakeBearers:
    return FakeBearers()


def verifier(bearers: FakeBearers, text: str = "") -> PoolVerifier:
    document = Document(path=Path("f"), name="f", raw=(FILE + text).encode())
    reader = Reader(document, Door(public_url=URL))
    settings = reader.read(PoolProvider, document.data)
    assert settings is not None
    return PoolVerifier(settings, bearers=bearers, skew=timedelta(seconds=30))


def claims(**changes: Any) -> dict[str, Any]:
    at = int(NOON.timestamp())
    found = {
        "iss": ISSUER,
        "sub": ANA,
        "iat": at,
        "exp": at + 3600,
        "jti": "1",
        "event_id": "origin",
    } | changes
    return {name: value for name, value in found.items() if value is not None}


def access(**changes: Any) -> str:
    said = {"client_id": "app", "token_use": "access", "scope": "openid"} | changes
    return token(claims(**said), algorithm="RS256", typ=None)


def id_token(**changes: Any) -> str:
    said = {"aud": "app", "token_use": "id"} | changes
    return token(claims(**said), algorithm="RS256", number=1, typ=None)


def verify(
    bearers: FakeBearers, text: str, settings: str = "", *, may_wait: bool = True
) -> VerifiedClaims:
    return verifier(bearers, settings).claims_for(
        unverified(text), now=NOON, may_wait=may_wait
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [(access(), TokenType.ACCESS_TOKEN), (id_token(), TokenType.ID_TOKEN)],
)
def test_either_token_leads_to_the_person(
    bearers: FakeBearers, text: str, kind: TokenType
) -> None:
    """With all that is known of them, whatever the token says."""
    verified = verify(bearers, text)

    assert (verified.provider, verified.subject) == ("people", ANA)
    assert (verified.issuer, verified.token_type) == (ISSUER, kind)
    assert verified.expires_at == NOON + timedelta(hours=1)
    assert verified.claims["email"] == "ana@example.com"
    assert verified.claims["cognito:groups"] == ["a"]
    assert verified.depends_on == f"pool_user/{POOL_ID}/{ANA}"


def test_what_the_token_says_counts_more(bearers: FakeBearers) -> None:
    """A trigger may have changed it."""
    verified = verify(bearers, id_token(**{"cognito:groups": ["b"]}))

    assert verified.claims["cognito:groups"] == ["b"]


def test_a_person_who_is_not_let_in_is_refused(bearers: FakeBearers) -> None:
    bearers.lets_in = False

    with pytest.raises(CredentialError):
        verify(bearers, access())


def test_nobody_waits_for_the_database_on_the_event_loop(bearers: FakeBearers) -> None:
    with pytest.raises(WouldWaitError):
        verify(bearers, access(), may_wait=False)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (access(iss=f"{URL}/us-east-1_Other0000"), UntrustedIssuerError),
        (token(claims(), algorithm="RS256", number=2), UnknownKeyError),
        (token(claims(), algorithm="RS256", kid=None), UnknownKeyError),
        (
            token(claims(), algorithm="RS256", number=2, kid="RS256-0"),
            WrongSignatureError,
        ),
        (token(claims(), algorithm="PS256", kid="RS256-0"), WrongAlgorithmError),
        (token(claims(), algorithm="ES256", kid="RS256-0"), WrongAlgorithmError),
        (access(token_use="id"), WrongTokenTypeError),
        (id_token(token_use="access"), WrongTokenTypeError),
        (access(exp=int(NOON.timestamp()) - 31), ExpiredCredentialError),
        (access(iat=None), MalformedCredentialError),
        (access(exp=int(NOON.timestamp()) + 90_000), CredentialError),
        (access(sub=None), MalformedCredentialError),
        (access(client_id=None), MalformedCredentialError),
        (id_token(aud=["app"]), MalformedCredentialError),
        (access(sub="app"), WrongTokenTypeError),
        (access(aud="https://orders.example"), WrongAudienceError),
    ],
)
def test_what_is_not_good_is_refused_before_anybody_is_looked_up(
    bearers: FakeBearers, text: str, error: type[CredentialError]
) -> None:
    """A machine's token, one bound to a key, one for another service among them."""
    with pytest.raises(error):
        verify(bearers, text)

    assert bearers.asked == []


@pytest.mark.parametrize("audience", ["app", URL, f"{URL}/", ["x", URL]])
def test_a_token_for_this_gateway_by_name_is_one(
    bearers: FakeBearers, audience: Any
) -> None:
    """RFC 8707; OpenID Connect's profile names the client itself."""
    verify(bearers, access(aud=audience, token_use=None))


@pytest.mark.parametrize(
    ("settings", "good", "bad", "error"),
    [
        (
            "accept.tokens = ['access_token']",
            access(),
            id_token(),
            WrongTokenTypeError,
        ),
        ("accept.tokens = ['id_token']", id_token(), access(), WrongTokenTypeError),
        (
            "accept.clients = ['app']",
            access(),
            access(client_id="other"),
            WrongAudienceError,
        ),
        (
            "accept.clients = ['app']",
            id_token(),
            id_token(aud="other"),
            WrongAudienceError,
        ),
    ],
)
def test_the_file_says_which_tokens_are_accepted(
    bearers: FakeBearers,
    settings: str,
    good: str,
    bad: str,
    error: type[CredentialError],
) -> None:
    verify(bearers, good, settings)
    with pytest.raises(error):
        verify(bearers, bad, settings)
