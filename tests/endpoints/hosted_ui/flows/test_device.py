"""A code that a device shows."""

import pytest

from gateway.oauth.authorizing.devices import Decision
from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, Hotel, Visitor
from tests.pool.house import PASSWORD


@pytest.fixture
def user_code(hotel: Hotel) -> str:
    """A device waits."""
    person(hotel.house, hotel.open())
    client = hotel.house.clients.get(CLIENT_ID)
    started = hotel.house.oauth.devices.begin(client, {"scope": "openid email"})
    hotel.device_code = started.device_code
    return started.user_code


def decision(hotel: Hotel) -> Decision:
    client = hotel.house.clients.get(CLIENT_ID)
    asked = hotel.house.database.write(
        lambda c: hotel.house.oauth.devices.ask(c, client, hotel.device_code)
    )
    assert asked is not None
    return asked.decision


@pytest.mark.parametrize(
    ("answer", "heading", "decided"),
    [
        ("yes", "Your device is connected", Decision.APPROVED),
        ("no", "Your device was not connected", Decision.DENIED),
        ("", "Your device was not connected", Decision.DENIED),
    ],
)
def test_a_person_lets_a_device_in_or_not(
    hotel: Hotel,
    visitor: Visitor,
    user_code: str,
    answer: str,
    heading: str,
    decided: Decision,
) -> None:
    """They type the code, sign in, and are asked whether it is theirs."""
    visitor.goto("/device", {})
    visitor.send(user_code=f" {user_code.lower()} ")
    assert visitor.heading == "Sign in"
    visitor.send(username="ana", password=PASSWORD)
    assert visitor.heading == "Let Shop on your device in?"
    assert "see your e-mail address" in visitor.text
    assert user_code in visitor.text.upper()

    visitor.send(answer=answer)

    assert visitor.heading == heading
    assert decision(hotel) is decided


def test_the_address_on_the_device_holds_the_code(
    visitor: Visitor, user_code: str
) -> None:
    """It is only filled in: the person looks at it, and sends it."""
    visitor.goto("/device", {"user_code": user_code})

    assert visitor.heading == "Connect a device"
    assert f'value="{user_code}"' in visitor.page.text


@pytest.mark.usefixtures("user_code")
def test_a_code_that_nobody_shows_is_none(visitor: Visitor) -> None:
    visitor.goto("/device", {})
    for typed in ("", "WXYZ-WXYZ"):
        visitor.send(user_code=typed)
        assert set(visitor.faults) == {"user_code"}
    visitor.goto("/device", {"client_id": CLIENT_ID, "user_code": "WXYZ-WXYZ"})
    assert set(visitor.faults) == {"user_code"}


def test_a_device_is_decided_about_once(visitor: Visitor, user_code: str) -> None:
    visitor.goto("/login", {"client_id": CLIENT_ID, "user_code": user_code})
    visitor.send(username="ana", password=PASSWORD)
    page = visitor.page
    visitor.send(answer="yes")
    visitor.page = page

    visitor.send(answer="yes")

    assert set(visitor.faults) == {"user_code"}


def test_who_is_signed_out_meanwhile_signs_in_again(
    visitor: Visitor, user_code: str
) -> None:
    visitor.goto("/login", {"client_id": CLIENT_ID, "user_code": user_code})
    visitor.send(username="ana", password=PASSWORD)
    visitor.client.cookies.delete("__Host-gateway-session")
    visitor.goto("/device", {"client_id": CLIENT_ID, "user_code": user_code})

    assert visitor.heading == "Sign in"


def test_a_device_of_another_application_is_not_this_one_s(
    hotel: Hotel, visitor: Visitor, user_code: str
) -> None:
    hotel.open(pool_id="us-east-1_Zb3dEfGh9", client_id="2" * 26)

    visitor.goto("/device", {"client_id": "2" * 26, "user_code": user_code})

    assert set(visitor.faults) == {"user_code"}


@pytest.mark.usefixtures("user_code")
def test_codes_are_not_guessed(visitor: Visitor) -> None:
    """After so many, the page is another one."""
    for _ in range(40):
        visitor.goto("/device", {})
        if visitor.send(user_code="WXYZ-WXYZ").status_code != 400:
            break

    assert visitor.page.status_code == 429
    assert visitor.heading == "Too many attempts"
