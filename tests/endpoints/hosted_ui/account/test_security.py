"""Second factors."""

import re

import pyotp
import pytest

from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.pool.settings import SecondFactor
from tests.endpoints.hosted_ui.visitor import Hotel, Visitor

_SECRET = re.compile(r'<code class="secret">([A-Z2-7 ]+)</code>')


def on(hotel: Hotel, pool: Pool, user: User) -> frozenset[SecondFactor]:
    return hotel.factors.preferences.get(pool, user).on


def code(hotel: Hotel, visitor: Visitor) -> str:
    """Return what an app shows that has scanned the page's picture."""
    match = _SECRET.search(visitor.page.text)
    assert match is not None
    return pyotp.TOTP(match[1].replace(" ", "")).at(hotel.house.now)


@pytest.fixture
def room(inside: Visitor) -> Visitor:
    inside.goto("/account/security", {})
    return inside


def test_an_authenticator_is_set_up(
    hotel: Hotel, pool: Pool, ana: User, room: Visitor
) -> None:
    """And recovery codes are shown, once."""
    room.goto("/account/authenticator", {})
    assert 'src="data:image/svg+xml;base64,' in room.page.text
    room.send(number=1)
    assert set(room.faults) == {"code"}
    right = code(hotel, room)
    room.send(code=f"{(int(right) + 1) % 10**6:06}", number=1)
    assert "not right" in room.faults["code"]
    assert code(hotel, room) == right

    room.send(code=f"{right[:3]} {right[3:]}", number=1)

    assert room.heading == "Your recovery codes"
    codes = re.findall(r"<li><code>([^<]+)</code>", room.page.text)
    assert len(set(codes)) == 10
    assert on(hotel, pool, ana) == {SecondFactor.TOTP}
    room.goto("/account/security", {})
    assert "10 codes left" in room.text
    assert codes[0] not in room.page.text


def test_a_second_authenticator_leaves_the_codes_alone(
    hotel: Hotel, pool: Pool, ana: User, room: Visitor
) -> None:
    hotel.factors.recovery_codes.make(pool, ana)
    room.goto("/account/authenticator", {})

    room.send(code=code(hotel, room), number=1)

    assert room.heading == "Security"
    assert "Saved." in room.text


def test_factors_are_switched_on_and_off_and_preferred(
    hotel: Hotel, pool: Pool, ana: User, room: Visitor
) -> None:
    room.goto("/account/authenticator", {})
    room.send(code=code(hotel, room), number=1)
    room.goto("/account/security", {})

    room.send(factor="EMAIL_OTP", wish="on", number=1)
    assert on(hotel, pool, ana) == {SecondFactor.TOTP, SecondFactor.EMAIL_CODE}
    room.send(factor="EMAIL_OTP", wish="prefer", number=1)
    chosen = hotel.factors.preferences.get(pool, ana)
    assert chosen.preferred is SecondFactor.EMAIL_CODE
    room.send(factor="SOFTWARE_TOKEN_MFA", wish="off", number=1)
    assert on(hotel, pool, ana) == {SecondFactor.EMAIL_CODE}
    room.send(factor="EMAIL_OTP", wish="off", number=1)
    assert on(hotel, pool, ana) == frozenset()


def test_what_cannot_prove_somebody_is_not_switched_on(
    hotel: Hotel, pool: Pool, ana: User, room: Visitor
) -> None:
    """A phone that nobody has proven; a factor that there is not."""
    room.send(factor="SMS_MFA", wish="on", number=1)
    assert room.page.status_code == 400
    assert "cannot be used" in room.text
    assert on(hotel, pool, ana) == frozenset()

    room.send(factor="TELEPATHY", wish="on", number=1)
    assert room.page.status_code == 404


def test_new_codes_replace_the_old_ones(room: Visitor) -> None:
    action = "/account/recovery-codes"
    forms = re.findall(r'<form[^>]* action="([^"]*)"', room.page.text)
    number = forms.index(action)

    room.send(number=number)
    first = set(re.findall(r"<li><code>([^<]+)</code>", room.page.text))
    room.goto("/account/security", {})
    room.send(number=number)
    second = set(re.findall(r"<li><code>([^<]+)</code>", room.page.text))

    assert len(first) == len(second) == 10
    assert not first & second


def test_a_seed_of_another_page_is_none(hotel: Hotel, room: Visitor) -> None:
    """The person proves the seed that they saw."""
    room.goto("/account/authenticator", {})

    room.send(step="made up", code=code(hotel, room), number=1)

    assert room.heading == "This page has expired"
