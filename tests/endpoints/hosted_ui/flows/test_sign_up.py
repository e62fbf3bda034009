"""Signing up, as people do it."""

import pytest

from gateway.model.user import UserStatus
from gateway.pool.attributes.schema import Schema
from gateway.pool.settings import (
    Address,
    FirstFactor,
    PoolSettings,
    SignInSettings,
    SignUpSettings,
)
from tests.endpoints.hosted_ui.visitor import REDIRECT, Hotel, Visitor
from tests.pool.house import PASSWORD

ANA = {
    "username": "ana",
    "attribute-email": "ana@example.com",
    "password": PASSWORD,
}
BY_ADDRESS = PoolSettings(
    name="addresses", sign_in=SignInSettings(addresses=frozenset({Address.EMAIL}))
)


def test_a_person_signs_up_and_confirms(hotel: Hotel, visitor: Visitor) -> None:
    """From the first page back to the application, with the query carried along."""
    pool = hotel.open()
    visitor.goto("/signup")
    assert visitor.heading == "Create your account"

    visitor.send(ANA)
    assert visitor.heading == "Confirm it is you"
    assert "ana@example.com" in visitor.text
    visitor.send(code=hotel.house.mailbox.code)

    user = hotel.house.user(pool, hotel.house.mailbox.messages[0].sub)
    assert user.status is UserStatus.CONFIRMED
    assert visitor.signed_in == user
    assert visitor.page.headers["location"].startswith(REDIRECT)
    assert visitor.location["state"] == "s3"


def test_with_an_address_for_a_name(hotel: Hotel, visitor: Visitor) -> None:
    """It is asked for once."""
    hotel.open(BY_ADDRESS)
    visitor.goto("/signup")
    assert "attribute-email" not in visitor.page.text

    visitor.send(username=" ana@example.com ", password=PASSWORD)

    assert visitor.heading == "Confirm it is you"


def test_what_is_wrong_is_said_and_nothing_is_lost(
    hotel: Hotel, visitor: Visitor
) -> None:
    """But the password, which is never sent back."""
    hotel.open(PoolSettings(name="people", schema=Schema.of(required=["name"])))
    visitor.goto("/signup")

    visitor.send(username="ana")
    assert visitor.page.status_code == 400
    assert set(visitor.faults) == {"attribute-name", "attribute-email", "password"}
    assert '<a href="#attribute-name">' in visitor.page.text
    assert "<title>Error: " in visitor.page.text

    visitor.send({**ANA, "attribute-name": "Ana"}, password="secret-ish")
    assert set(visitor.faults) == {"password"}
    assert 'value="ana@example.com"' in visitor.page.text
    assert "secret-ish" not in visitor.page.text

    complete = {**ANA, "attribute-name": "Ana"}
    visitor.send(complete, username="a b")
    assert set(visitor.faults) == {"username"}
    visitor.send({**complete, "attribute-email": "x"})
    assert set(visitor.faults) == {"attribute-email"}
    assert not hotel.house.mailbox.messages


def test_who_signs_in_without_a_password_needs_none(
    hotel: Hotel, visitor: Visitor
) -> None:
    """It may be left out then; where nobody has one, it is not asked for."""
    both = SignInSettings(
        first_factors=frozenset({FirstFactor.PASSWORD, FirstFactor.EMAIL_CODE})
    )
    hotel.open(PoolSettings(name="people", sign_in=both))
    visitor.goto("/signup")
    assert "Password (optional)" in visitor.text
    visitor.send({"attribute-email": "ana@example.com"}, username="ana")
    assert visitor.heading == "Confirm it is you"
    other = SignInSettings(first_factors=frozenset({FirstFactor.EMAIL_CODE}))
    hotel.open(
        PoolSettings(name="people", sign_in=other),
        pool_id="us-east-1_Zb3dEfGh9",
        client_id="2" * 26,
    )

    visitor.goto("/signup", {"client_id": "2" * 26})

    assert 'type="password"' not in visitor.page.text


def test_a_name_that_is_taken_is_said(hotel: Hotel, visitor: Visitor) -> None:
    hotel.open()
    visitor.goto("/signup")
    visitor.send(ANA)
    visitor.goto("/signup")

    visitor.send(ANA, username="ANA")

    assert "taken" in visitor.faults["username"]


def test_who_needs_an_administrator_is_told(hotel: Hotel, visitor: Visitor) -> None:
    """Nothing was sent, so there is nothing to type."""
    nothing = SignUpSettings(verified=frozenset())
    hotel.open(PoolSettings(name="people", sign_up=nothing))
    visitor.goto("/signup")

    visitor.send(username="ana", password=PASSWORD)

    assert visitor.heading == "Almost done"


@pytest.mark.parametrize("language", ["en", "de"])
def test_where_sign_up_is_closed_there_is_no_form(hotel: Hotel, language: str) -> None:
    closed = SignUpSettings(is_open=False)
    hotel.open(PoolSettings(name="people", sign_up=closed))
    visitor = Visitor(hotel, language=language)

    visitor.goto("/signup")

    assert visitor.page.status_code == 400
    assert "<form" not in visitor.page.text
    assert visitor.heading in {
        "That is not possible here",
        "Das ist hier nicht möglich",
    }


def test_an_attribute_that_is_not_asked_for_is_not_taken(
    hotel: Hotel, visitor: Visitor
) -> None:
    """Whatever somebody adds to the form."""
    pool = hotel.open()
    visitor.goto("/signup")

    visitor.send({**ANA, "attribute-email_verified": "true", "attribute-name": "X"})

    user = hotel.house.user(pool, hotel.house.mailbox.messages[0].sub)
    assert user.attributes == {"email": "ana@example.com", "email_verified": "false"}
