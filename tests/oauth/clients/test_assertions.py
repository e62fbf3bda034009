"""Assertions by which clients prove themselves with a key of their own."""

import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from jwt.algorithms import ECAlgorithm

from gateway.model.client import Client, ClientAuthentication
from gateway.oauth.clients.assertions import LEEWAY, MAX_LIFETIME, AssertionChecks
from gateway.oauth.errors import InvalidClientError
from gateway.storage.pools.replays import Replays
from tests.oauth.house import ISSUER, NOON, POOL_ID, URL, OAuthHouse

NOW = NOON.timestamp()
KEY = generate_private_key(SECP256R1())


def jwks(key: EllipticCurvePrivateKey) -> str:
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return json.dumps({"keys": [{**jwk, "kid": "k1", "alg": "ES256"}]})


CLIENT = Client(
    "signed",
    POOL_ID,
    "signed",
    authentication=ClientAuthentication.PRIVATE_KEY_JWT,
    jwks=jwks(KEY),
)


@pytest.fixture
def checks(house: OAuthHouse) -> AssertionChecks:
    return AssertionChecks(
        database=house.database,
        issuers=house.oauth.issuers,
        endpoints=[f"{URL}/oauth2/token"],
        clock=house.clock,
    )


def assertion(key: EllipticCurvePrivateKey = KEY, **changed: Any) -> str:
    claims = {
        "iss": "signed",
        "sub": "signed",
        "aud": ISSUER,
        "jti": "1",
        "iat": NOW,
        "exp": NOW + 60,
        **changed,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm="ES256", headers={"kid": "k1"})


def test_an_assertion_is_good_once(house: OAuthHouse, checks: AssertionChecks) -> None:
    """And remembered for as long as it would be good."""
    checks.check(CLIENT, assertion())
    with pytest.raises(InvalidClientError):
        checks.check(CLIENT, assertion())
    checks.check(CLIENT, assertion(jti="2"))

    with house.database.writing() as connection:
        assert Replays(connection).remove_expired(NOON + LEEWAY) == 0
        assert Replays(connection).remove_expired(NOON + MAX_LIFETIME) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": f"{URL}/oauth2/token"},
        {"aud": [ISSUER]},
        {"exp": NOW - 29},
        {"exp": NOW + 630},
        {"iat": None},
        {"iat": NOW + 30},
        {"jti": "j" * 256},
    ],
)
def test_at_the_bounds_it_is_good(
    checks: AssertionChecks, changed: dict[str, Any]
) -> None:
    checks.check(CLIENT, assertion(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"aud": None},
        {"aud": "https://evil.example"},
        {"aud": [ISSUER, "https://evil.example"]},
        {"aud": []},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": NOW - 30},
        {"exp": NOW + 631},
        {"iat": NOW + 31},
        {"nbf": NOW + 31},
        {"iat": "now"},
        {"jti": None},
        {"jti": ""},
        {"jti": 1},
        {"jti": "j" * 257},
    ],
)
def test_beyond_them_it_is_not(
    checks: AssertionChecks, changed: dict[str, Any]
) -> None:
    with pytest.raises(InvalidClientError):
        checks.check(CLIENT, assertion(**changed))


def test_nobody_else_signs_for_the_client(checks: AssertionChecks) -> None:
    """Nor does the client with an algorithm or key that was not registered."""
    forged = assertion(generate_private_key(SECP256R1()))
    symmetric = jwt.encode({"sub": "signed"}, "k" * 32, algorithm="HS256")

    for each in (forged, symmetric, "no.jwt", "x" * 10_000):
        with pytest.raises(InvalidClientError):
            checks.check(CLIENT, each)


def test_a_client_without_a_usable_key_is_refused(checks: AssertionChecks) -> None:
    with pytest.raises(InvalidClientError):
        checks.check(replace(CLIENT, jwks="{}"), assertion())
