"""What the tests of the mint share: a real key ring, a subject, a decision, a route."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jwt
import pytest

from gateway.config.settings.tokens import JwtProfile
from gateway.keys.keyring import KeyRing
from gateway.keys.ring import RotationPlan
from gateway.keys.seal import StoreKey
from gateway.mint.minter import Minter
from gateway.model.decision import Decision, Reason
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.route import Route

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ISSUER = "https://gw.example.com"
PLAN = RotationPlan("ES256", timedelta(days=30), timedelta(0), timedelta(hours=1))
STORE_KEY = StoreKey(bytes(range(100, 132)))

PROFILES = {
    "api": JwtProfile(ttl=timedelta(seconds=60)),
    "other": JwtProfile(ttl=timedelta(seconds=60)),
    "once": JwtProfile(reuse=0.0),
    "header": JwtProfile(header="x-caller"),
}
ANA = Identity(
    id="us-east-1:8f1d3c1e-1111-4222-8333-444455556666",
    kind=IdentityKind.AUTHENTICATED,
    authenticated=True,
    provider="corp",
    provider_kind="oidc",
)
SUBJECT = Subject(identity=ANA, expires_at=NOON + timedelta(hours=1))
ALLOWED = Decision(
    allowed=True,
    reason=Reason.ALLOWED,
    claims=MappingProxyType({"roles": ["customer"]}),
    digest="digest",
)
ROUTE = Route(
    id="orders-read",
    host="*",
    path="/v1/orders",
    methods=frozenset({"GET"}),
    upstream="orders",
    audience="https://orders.internal",
    profile="api",
)


def open_ring(directory: Path, plan: RotationPlan = PLAN) -> KeyRing:
    return KeyRing.open(directory, store_key=STORE_KEY, plan=plan, clock=lambda: NOON)


def read(token: str | bytes, keyring: KeyRing) -> dict[str, Any]:
    """Return header and payload, verified with nothing but the published keys."""
    text = token.decode() if isinstance(token, bytes) else token
    text = text.removeprefix("Bearer ")
    jwks = jwt.PyJWKSet.from_dict(keyring.public_jwks())
    key = jwks[jwt.get_unverified_header(text)["kid"]]
    # Time stands still in these tests, and the library looks at a real clock.
    return jwt.decode_complete(
        text,
        key,
        algorithms=[key.algorithm_name],
        options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
    )


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return open_ring(tmp_path / "keys")


@pytest.fixture
def minter(keyring: KeyRing) -> Minter:
    return Minter(keys=keyring, issuer=ISSUER, profiles=PROFILES)


@pytest.fixture(scope="session")
def ring_of_session(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """For property tests, whose examples share it."""
    return open_ring(tmp_path_factory.mktemp("mint") / "keys")


@pytest.fixture(scope="session")
def minter_of_session(ring_of_session: KeyRing) -> Minter:
    """For property tests, whose examples share its cache."""
    return Minter(keys=ring_of_session, issuer=ISSUER, profiles=PROFILES)
