"""Signing in, as people do it."""

from dataclasses import replace

import pytest

from gateway.model.client import Branding
from gateway.model.user import UserStatus
from gateway.pool.settings import (
    FirstFactor,
    PoolSettings,
    SignInSettings,
    SignUpSettings,
)
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import QUERY, Hotel, Visitor
from tests.pool.house import PASSWORD

PASSWORDLESS = PoolSettings(
    name="people",
    sign_in=SignInSettings(first_factors=frozenset({FirstFactor.EMAIL_CODE})),
)


def test_a_person_signs_in(hotel: Hotel, visitor: Visitor) -> None:
    """With the name that the application expects, if it says one."""
    user = person(hotel.house, hotel.open())
    visitor.goto("/login", {**QUERY, "login_hint": "ana"})
    assert visitor.heading == "Sign in"
    assert 'value="ana"' in visitor.page.text
    assert "Continue to Shop" in visitor.text

    visitor.send(username=" ana ", password=PASSWORD)

    assert visitor.page.status_code == 303
    assert visitor.signed_in == user


def test_nothing_and_nobody_is_said_alike(hotel: Hotel, visitor: Visitor) -> None:
    """What is empty; and a wrong password as an unknown name."""
    person(hotel.house, hotel.open())
    visitor.goto("/login")
    visitor.send()
    assert set(visitor.faults) == {"username", "password"}

    seen = set()
    for name in ("ana", "nobody"):
        visitor.send(username=name, password="wrong")
        seen.add((visitor.page.status_code, visitor.faults["username"]))
        assert "wrong" not in visitor.page.text
        assert f'value="{name}"' in visitor.page.text
    assert len(seen) == 1
    assert visitor.signed_in is None


def test_somebody_new_chooses_a_password(hotel: Hotel, visitor: Visitor) -> None:
    """What a sign-in asks stands on a page that can be loaded again."""
    person(hotel.house, hotel.open(), status=UserStatus.FORCE_CHANGE_PASSWORD)
    visitor.goto("/login")

    visitor.send(username="ana", password=PASSWORD)
    assert visitor.heading == "Choose a new password"
    visitor.follow(str(visitor.page.request.url))
    assert visitor.heading == "Choose a new password"
    visitor.send()
    assert set(visitor.faults) == {"password"}
    visitor.send(password="short")
    assert "8 characters" in visitor.text
    visitor.send(password="Another horse 2!")

    assert visitor.signed_in is not None
    assert visitor.signed_in.status is UserStatus.CONFIRMED


def test_a_step_is_taken_once(hotel: Hotel, visitor: Visitor) -> None:
    """Going back to it says what to do."""
    person(hotel.house, hotel.open(), status=UserStatus.FORCE_CHANGE_PASSWORD)
    visitor.goto("/login")
    visitor.send(username="ana", password=PASSWORD)
    address = str(visitor.page.request.url)
    visitor.send(password="Another horse 2!")
    visitor.follow(address)

    visitor.send(password="Another horse 3!")

    assert visitor.heading == "This page has expired"
    assert 'href="/login?' in visitor.page.text


def test_who_has_not_confirmed_is_led_there(hotel: Hotel, visitor: Visitor) -> None:
    person(hotel.house, hotel.open(), status=UserStatus.UNCONFIRMED)
    visitor.goto("/login")

    visitor.send(username="ana", password=PASSWORD)

    assert visitor.heading == "Confirm it is you"
    assert "confirm your account first" in visitor.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"enabled": False}, "switched off"),
        ({"status": UserStatus.RESET_REQUIRED}, "has to be replaced"),
    ],
)
def test_who_is_not_let_in_learns_why(
    hotel: Hotel, visitor: Visitor, changes: dict[str, object], said: str
) -> None:
    """With the right password alone."""
    person(hotel.house, hotel.open(), **changes)
    visitor.goto("/login")

    visitor.send(username="ana", password=PASSWORD)

    assert said in visitor.text
    assert visitor.signed_in is None


def test_too_many_tries_have_to_wait(hotel: Hotel, visitor: Visitor) -> None:
    person(hotel.house, hotel.open())
    visitor.goto("/login")
    for _ in range(6):
        visitor.send(username="ana", password="wrong")

    visitor.send(username="ana", password=PASSWORD)

    assert "Too many attempts" in visitor.text
    assert visitor.page.status_code == 429
    assert int(visitor.page.headers["retry-after"]) >= 1


def test_a_page_offers_what_the_pool_has(hotel: Hotel, visitor: Visitor) -> None:
    """No password field where nobody has one; no sign-up where it is closed."""
    closed = replace(PASSWORDLESS, sign_up=SignUpSettings(is_open=False))
    hotel.open(closed)

    visitor.goto("/login")

    assert 'type="password"' not in visitor.page.text
    assert 'value="EMAIL_OTP"' in visitor.page.text
    assert "/signup" not in visitor.page.text
    visitor.send(first="EMAIL_OTP")
    assert set(visitor.faults) == {"username"}


def test_a_made_up_step_is_none(hotel: Hotel, visitor: Visitor) -> None:
    hotel.open()
    visitor.goto("/login", {**QUERY, "step": "v1.made.up"})
    assert visitor.heading == "This page has expired"


@pytest.mark.parametrize("factors", [{FirstFactor.PASSWORD}, set(FirstFactor)])
def test_the_name_may_come_first(
    hotel: Hotel, visitor: Visitor, factors: set[FirstFactor]
) -> None:
    """And the password on the next page, beside the other ways that there are."""
    sign_in = SignInSettings(first_factors=frozenset(factors))
    settings = PoolSettings(name="people", sign_in=sign_in)
    pool = hotel.open(settings, branding=Branding(name_first=True))
    person(hotel.house, pool)
    visitor.goto("/login")
    assert 'type="password"' not in visitor.page.text
    visitor.send(username="ana")
    assert 'type="password"' in visitor.page.text

    visitor.send(password=PASSWORD)

    assert visitor.signed_in is not None
