"""How a sign-in may begin."""

import pytest

from gateway.endpoints.hosted_ui.flows.ways import FIRST, Way, offered_ways, typed_way
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.pool import Pool
from gateway.pool.settings import FirstFactor, PoolSettings, SignInSettings
from gateway.pool.sign_in.values import (
    ChallengeName,
    Choice,
    PasskeyStart,
    TypedPassword,
)
from tests.pool.house import NOON, POOL_ID


def pool(*factors: FirstFactor) -> Pool:
    sign_in = SignInSettings(first_factors=frozenset(factors))
    return Pool(POOL_ID, PoolSettings(name="people", sign_in=sign_in), NOON)


def test_a_pool_offers_what_it_allows() -> None:
    """A passkey first: it is the easiest."""
    assert offered_ways(pool(*FirstFactor)) == ["WEB_AUTHN", "EMAIL_OTP", "SMS_OTP"]
    assert offered_ways(pool(FirstFactor.PASSWORD)) == []


@pytest.mark.parametrize(
    ("form", "factors", "way"),
    [
        (
            {"password": "x"},
            (FirstFactor.PASSWORD,),
            Way(TypedPassword("x"), needs_password=True),
        ),
        (
            {FIRST: "PASSWORD", "password": "x"},
            tuple(FirstFactor),
            Way(TypedPassword("x"), needs_password=True),
        ),
        (
            {FIRST: "EMAIL_OTP", "password": "x"},
            tuple(FirstFactor),
            Way(Choice(ChallengeName.EMAIL_CODE)),
        ),
        (
            {FIRST: "EMAIL_OTP"},
            (FirstFactor.PASSWORD,),
            Way(TypedPassword(""), needs_password=True),
        ),
        (
            {FIRST: "WEB_AUTHN"},
            tuple(FirstFactor),
            Way(PasskeyStart(), needs_name=False),
        ),
        ({FIRST: "WEB_AUTHN"}, (FirstFactor.EMAIL_CODE,), Way(Choice())),
        ({}, (FirstFactor.EMAIL_CODE,), Way(Choice())),
        ({FIRST: "nonsense"}, (FirstFactor.EMAIL_CODE,), Way(Choice())),
    ],
)
def test_a_form_asks_for_a_way(
    form: dict[str, str], factors: tuple[FirstFactor, ...], way: Way
) -> None:
    """One that the pool has; whatever else stands in it."""
    assert typed_way(Visit("POST", "/login", form=form), pool(*factors)) == way
