"""Somebody who is signed in, in a pool that has everything."""

import pytest

from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    FirstFactor,
    MfaMode,
    MfaSettings,
    PoolSettings,
    SecondFactor,
    SignInSettings,
)
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor
from tests.pool.house import PASSWORD

EVERYTHING = PoolSettings(
    name="people",
    sign_in=SignInSettings(first_factors=frozenset(FirstFactor)),
    mfa=MfaSettings(MfaMode.OPTIONAL, frozenset(SecondFactor)),
)
PROVEN = {"email": "ana@example.com", "email_verified": "true"}


@pytest.fixture
def pool(hotel: Hotel) -> Pool:
    return hotel.open(EVERYTHING)


@pytest.fixture
def ana(hotel: Hotel, pool: Pool) -> User:
    return person(hotel.house, pool, attributes=PROVEN)


@pytest.fixture
def inside(ana: User, visitor: Visitor) -> Visitor:
    """Ana's browser, in her account; she was offered a passkey before."""
    visitor.client.cookies.set("__Host-gateway-passkey-offer", "1")
    visitor.goto("/login", {"client_id": CLIENT_ID})
    visitor.send(username=ana.username, password=PASSWORD)
    assert visitor.heading == "Your profile"
    return visitor
