"""How a sign-in may begin."""

import pytest

from gateway.endpoints.hosted_ui.flows.ways import FIRST, Way, offered_ways, typed_way
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.client import Branding, Client
from gateway.pool.pool import Pool
from gateway.pool.settings import FirstFactor, PoolSettings, SignInSettings
from gateway.pool.sign_in.values import (
    ChallengeName,
    Choice,
    PasskeyStart,
    TypedPassword,
)
from tests.pool.house import NOON, POOL_ID


def place(*factors: FirstFactor, name_first: bool = False) -> Place:
    sign_in = SignInSettings(first_factors=frozenset(factors))
    pool = Pool(POOL_ID, PoolSettings(name="people", sign_in=sign_in), NOON)
    branding = Branding(name_first=name_first)
    return Place(pool, Client("c" * 26, POOL_ID, "Shop", branding=branding))


def test_a_pool_offers_what_it_allows() -> None:
    """A passkey first: it is the easiest."""
    assert offered_ways(place(*FirstFactor)) == ["WEB_AUTHN", "EMAIL_OTP", "SMS_OTP"]
    assert offered_ways(place(FirstFactor.PASSWORD)) == []


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
    assert typed_way(Visit("POST", "/login", form=form), place(*factors)) == way


def test_the_name_may_come_first() -> None:
    """Then how to prove it is asked on the next page; a passkey needs no name."""
    here = place(*FirstFactor, name_first=True)

    assert offered_ways(here) == ["WEB_AUTHN"]
    visit = Visit("POST", "/login", form={"username": "ana", "password": "x"})
    assert typed_way(visit, here) == Way(Choice())
