"""A forgotten password."""

import pytest

from gateway.model.user import UserStatus
from gateway.pool.pool import Pool
from gateway.pool.settings import FirstFactor, PoolSettings, SignInSettings
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import QUERY, Hotel, Visitor

NEW = "Another horse 2!"
PROVEN = {"attributes": {"email": "ana@example.com", "email_verified": "true"}}
BY_ADMINISTRATOR = PoolSettings(name="people", recovery=())
PASSWORDLESS = PoolSettings(
    name="people",
    sign_in=SignInSettings(first_factors=frozenset({FirstFactor.EMAIL_CODE})),
)


@pytest.fixture
def pool(hotel: Hotel) -> Pool:
    pool = hotel.open()
    person(hotel.house, pool, **PROVEN)
    return pool


@pytest.mark.usefixtures("pool")
def test_a_person_has_a_new_password(hotel: Hotel, visitor: Visitor) -> None:
    """From the sign-in page and back, with the query carried along."""
    visitor.goto("/login")
    assert 'href="/forgotPassword?client_id=' in visitor.page.text
    visitor.goto("/forgotPassword")
    visitor.send(username="ana")
    assert visitor.heading == "Choose a new password"
    assert "a***@e***" in visitor.text
    assert "ana@example.com" not in visitor.text

    visitor.send(code=hotel.house.mailbox.code, password=NEW)

    assert visitor.heading == "Sign in"
    assert "Your password is changed" in visitor.text
    assert "state=s3" in str(visitor.page.request.url)
    visitor.send(username="ana", password=NEW)
    assert visitor.signed_in is not None


@pytest.mark.usefixtures("pool")
def test_what_is_wrong_is_said(hotel: Hotel, visitor: Visitor) -> None:
    visitor.goto("/forgotPassword")
    visitor.send()
    assert set(visitor.faults) == {"username"}
    visitor.send(username="ana")
    code = hotel.house.mailbox.code

    visitor.send()
    assert set(visitor.faults) == {"code", "password"}
    visitor.send(code=code, password="short")
    assert set(visitor.faults) == {"password"}
    visitor.send(code=f"{(int(code) + 1) % 10**6:06}", password=NEW)
    assert set(visitor.faults) == {"code"}
    visitor.send(code=f" {code} ", password=NEW)
    assert visitor.heading == "Sign in"


@pytest.mark.usefixtures("pool")
def test_a_new_code_is_one_button(hotel: Hotel, visitor: Visitor) -> None:
    visitor.goto("/forgotPassword")
    visitor.send(username="ana")

    visitor.send(number=1)

    assert len(hotel.house.mailbox.messages) == 2
    visitor.send(code=hotel.house.mailbox.code, password=NEW)
    assert visitor.heading == "Sign in"


@pytest.mark.usefixtures("pool")
def test_nobody_looks_like_somebody(hotel: Hotel, visitor: Visitor) -> None:
    """A code that never comes, for a name that nobody has."""
    visitor.goto("/forgotPassword")
    visitor.send(username="bob")

    assert visitor.heading == "Choose a new password"
    assert "We sent a code to" in visitor.text
    assert not hotel.house.mailbox.messages
    visitor.send(code="123456", password=NEW)
    assert set(visitor.faults) == {"code"}


@pytest.mark.usefixtures("pool")
def test_the_second_page_stands_alone(hotel: Hotel, visitor: Visitor) -> None:
    """For whoever comes back to it with the code, in another browser."""
    visitor.goto("/forgotPassword")
    visitor.send(username="ana")
    visitor.goto("/confirmForgotPassword")

    visitor.send(username="ana", code=hotel.house.mailbox.code, password=NEW)

    assert visitor.heading == "Sign in"


@pytest.mark.usefixtures("pool")
def test_too_many_codes_have_to_wait(visitor: Visitor) -> None:
    for _ in range(6):
        visitor.goto("/forgotPassword")
        visitor.send(username="ana")

    assert visitor.page.status_code == 429
    assert "a lot in a short time" in visitor.text


@pytest.mark.parametrize("settings", [BY_ADMINISTRATOR, PASSWORDLESS])
def test_where_nobody_recovers_there_is_no_page(
    hotel: Hotel, visitor: Visitor, settings: PoolSettings
) -> None:
    """And no link to it."""
    hotel.open(settings)

    visitor.goto("/login")
    assert "forgotPassword" not in visitor.page.text
    for path in ("/forgotPassword", "/confirmForgotPassword"):
        visitor.goto(path)
        assert visitor.heading == "That is not possible here"


def test_who_has_to_replace_it_is_led_there(hotel: Hotel, visitor: Visitor) -> None:
    person(hotel.house, hotel.open(), status=UserStatus.RESET_REQUIRED)
    visitor.goto("/login", QUERY)

    visitor.send(username="ana", password="Correct horse 1!")

    assert visitor.heading == "Forgot your password?"
    assert "has to be replaced" in visitor.text
