"""Confirming a sign-up: by code, by link, with a new code."""

from urllib.parse import urlencode

import pytest

from gateway.endpoints.hosted_ui.carried import LIFETIME
from gateway.model.user import UserStatus
from gateway.pool.pool import Pool
from gateway.pool.sign_up import SignUp
from tests.endpoints.hosted_ui.visitor import QUERY, Hotel, Visitor
from tests.pool.house import PASSWORD

ANA = SignUp("ana", PASSWORD, {"email": "ana@example.com"})


@pytest.fixture
def pool(hotel: Hotel) -> Pool:
    return hotel.open()


@pytest.fixture
def code(hotel: Hotel, pool: Pool) -> str:
    """Somebody has signed up, elsewhere."""
    hotel.sign_ups.sign_up(pool, ANA)
    return hotel.house.mailbox.code


def status(hotel: Hotel, pool: Pool) -> UserStatus:
    return hotel.house.user(pool, hotel.house.mailbox.messages[0].sub).status


def test_the_code_is_good_in_any_browser(
    hotel: Hotel, pool: Pool, code: str, visitor: Visitor
) -> None:
    """With the name; and however it is written in groups."""
    visitor.goto("/confirm")
    visitor.send(username="ana", code=f"{code[:3]} {code[3:]}")

    assert status(hotel, pool) is UserStatus.CONFIRMED


def test_what_is_missing_or_wrong_is_said(code: str, visitor: Visitor) -> None:
    visitor.goto("/confirm")
    visitor.send()
    assert set(visitor.faults) == {"username", "code"}

    wrong = f"{(int(code) + 1) % 10**6:06}"
    visitor.send(username="ana", code=wrong)

    assert "not right" in visitor.faults["code"]


def test_nobody_learns_who_is_known(
    hotel: Hotel, pool: Pool, code: str, visitor: Visitor
) -> None:
    """Not of an unknown name, nor of one that is confirmed."""
    hotel.sign_ups.confirm(pool, "ana", code)
    answers = []
    for name in ("ana", "nobody"):
        visitor.goto("/confirm")
        visitor.send(username=name, code=code)
        answers.append((visitor.page.status_code, visitor.faults))
        visitor.goto("/resendcode")
        visitor.send(username=name)
        answers.append((visitor.page.status_code, {"": visitor.text}))

    assert answers[:2] == answers[2:]
    assert "on its way" in visitor.text
    assert len(hotel.house.mailbox.messages) == 1


@pytest.mark.usefixtures("code")
def test_a_new_code_goes_to_whoever_waits(
    hotel: Hotel, pool: Pool, visitor: Visitor
) -> None:
    """The page does not say where to: whoever asks may be a stranger."""
    visitor.goto("/resendcode")
    visitor.send()
    assert set(visitor.faults) == {"username"}

    visitor.send(username="ana")

    assert visitor.heading == "Confirm it is you"
    assert "example.com" not in visitor.text
    visitor.send(code=hotel.house.mailbox.code)
    assert status(hotel, pool) is UserStatus.CONFIRMED


def test_who_signed_up_here_asks_for_a_new_code_with_one_button(
    hotel: Hotel, pool: Pool, visitor: Visitor
) -> None:
    visitor.goto("/signup")
    visitor.send(
        {"attribute-email": "ana@example.com"}, username="ana", password=PASSWORD
    )

    visitor.send(number=1)

    assert "on its way" in visitor.text
    assert "ana@example.com" in visitor.text
    assert len(hotel.house.mailbox.messages) == 2
    visitor.send(code=hotel.house.mailbox.code)
    assert status(hotel, pool) is UserStatus.CONFIRMED


def test_who_confirms_twice_here_goes_on(
    hotel: Hotel, pool: Pool, visitor: Visitor
) -> None:
    visitor.goto("/signup")
    visitor.send(
        {"attribute-email": "ana@example.com"}, username="ana", password=PASSWORD
    )
    page = visitor.page
    hotel.sign_ups.confirm(pool, "ana", hotel.house.mailbox.code)
    visitor.page = page

    visitor.send(code="123456")

    assert visitor.heading == "Sign in"
    assert "is confirmed" in visitor.text


def test_the_link_asks_before_it_confirms(
    hotel: Hotel, pool: Pool, code: str, visitor: Visitor
) -> None:
    """Programs that look at mail open links."""
    link = {
        "client_id": QUERY["client_id"],
        "user_name": "ana",
        "confirmation_code": code,
    }
    visitor.goto("/confirmUser", link)
    assert status(hotel, pool) is UserStatus.UNCONFIRMED

    visitor.send()

    assert status(hotel, pool) is UserStatus.CONFIRMED
    assert code not in str(visitor.page.request.url)
    visitor.goto("/confirmUser", link)
    visitor.send()
    assert visitor.heading == "The link is not valid any more"


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize("missing", ["user_name", "confirmation_code"])
def test_half_a_link_confirms_nobody(visitor: Visitor, missing: str) -> None:
    link = {**QUERY, "user_name": "ana", "confirmation_code": "1"}
    del link[missing]

    visitor.goto("/confirmUser", link)

    assert visitor.page.status_code == 400


@pytest.mark.usefixtures("pool")
def test_a_page_of_another_browser_or_of_yesterday_is_over(
    hotel: Hotel, visitor: Visitor
) -> None:
    """Its address alone opens nothing."""
    visitor.goto("/signup")
    visitor.send(
        {"attribute-email": "ana@example.com"}, username="ana", password=PASSWORD
    )
    address = str(visitor.page.request.url)
    stranger = Visitor(hotel)

    stranger.follow(address)
    assert stranger.heading == "This page has expired"
    assert "example.com" not in stranger.text.replace("shop.example", "")

    assert visitor.follow(address).status_code == 200
    hotel.house.pass_time(LIFETIME)
    visitor.follow(address)
    assert visitor.heading == "This page has expired"
    visitor.follow(f"/confirm?{urlencode({**QUERY, 'step': 'x'})}")
    assert visitor.heading == "This page has expired"
