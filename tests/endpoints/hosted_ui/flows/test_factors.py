"""Signing in with more, or with something else, than a password."""

import json
import re
from datetime import timedelta
from html import unescape

import pyotp
import pytest

from gateway.model.user import User
from gateway.pool.factors.preferences import Wish
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
from tests.endpoints.hosted_ui.visitor import ORIGIN, Hotel, Visitor
from tests.pool.factors.authenticator import Authenticator
from tests.pool.house import PASSWORD

ALL = PoolSettings(
    name="people",
    sign_in=SignInSettings(first_factors=frozenset(FirstFactor)),
    mfa=MfaSettings(MfaMode.OPTIONAL, frozenset(SecondFactor)),
)
DEMANDING = PoolSettings(
    name="people", mfa=MfaSettings(MfaMode.ON, frozenset({SecondFactor.TOTP}))
)
PROVEN = {"email": "ana@example.com", "email_verified": "true"}
PHONE = Authenticator(host="id.example.com", origin=ORIGIN)


@pytest.fixture
def pool(hotel: Hotel) -> Pool:
    return hotel.open(ALL)


@pytest.fixture
def ana(hotel: Hotel, pool: Pool) -> User:
    return person(hotel.house, pool, attributes=PROVEN)


@pytest.fixture
def totp(hotel: Hotel, pool: Pool, ana: User) -> pyotp.TOTP:
    """Ana's authenticator app."""
    enrolment = hotel.factors.totp.associate(pool, ana)
    app = pyotp.TOTP(enrolment.secret)
    code = app.at(hotel.house.now)
    hotel.factors.totp.verify(pool, ana, code, address="192.0.2.1")
    wishes = {SecondFactor.TOTP: Wish(is_on=True, is_preferred=True)}
    hotel.factors.preferences.set(pool, ana, wishes)
    return app


def with_password(visitor: Visitor) -> None:
    visitor.goto("/login")
    visitor.send(username="ana", password=PASSWORD)


def test_an_authenticator_is_asked_for(
    hotel: Hotel, visitor: Visitor, totp: pyotp.TOTP, pool: Pool, ana: User
) -> None:
    """A wrong code may be corrected on the same page."""
    with_password(visitor)
    assert visitor.heading == "Enter the code"
    right = totp.at(hotel.house.now + timedelta(seconds=30))
    visitor.send(code=f"{(int(right) + 1) % 10**6:06}")
    assert set(visitor.faults) == {"code"}

    visitor.send(code=right)

    assert visitor.signed_in == hotel.house.user(pool, ana.sub)


def test_a_recovery_code_stands_in_for_it(
    hotel: Hotel, visitor: Visitor, totp: pyotp.TOTP, pool: Pool, ana: User
) -> None:
    assert totp.secret
    codes = hotel.factors.recovery_codes.make(pool, ana)
    with_password(visitor)
    visitor.send(choice="RECOVERY_CODE", number=1)
    assert visitor.heading == "Use a recovery code"
    visitor.send(code="wrong")
    assert set(visitor.faults) == {"code"}

    visitor.send(code=codes[0])

    assert visitor.signed_in is not None


@pytest.mark.usefixtures("ana")
def test_a_code_by_mail_is_enough(hotel: Hotel, visitor: Visitor) -> None:
    """And may be sent again."""
    visitor.goto("/login")
    visitor.send(username="ana", first="EMAIL_OTP")
    assert visitor.heading == "Check your e-mail"
    assert "a***@e***" in visitor.text
    first = hotel.house.mailbox.code
    visitor.send(again="1", number=1)
    assert len(hotel.house.mailbox.messages) == 2

    visitor.send(code=hotel.house.mailbox.code)

    assert visitor.signed_in is not None
    assert first


@pytest.mark.usefixtures("ana")
def test_somebody_unknown_sees_the_same(hotel: Hotel, visitor: Visitor) -> None:
    seen = []
    for name in ("ana", "nobody"):
        visitor.goto("/login")
        visitor.send(username=name, first="EMAIL_OTP")
        first = visitor.heading
        visitor.send(code="00000000")
        seen.append((first, visitor.page.status_code, visitor.faults))

    assert seen[0] == seen[1]
    assert len(hotel.house.mailbox.messages) == 1


def test_a_passkey_says_by_itself_whose_it_is(
    hotel: Hotel, visitor: Visitor, pool: Pool, ana: User
) -> None:
    """Nobody types a name."""
    options = hotel.factors.passkeys.registration_options(pool, ana)
    hotel.factors.passkeys.register(pool, ana, json.dumps(PHONE.make(options)))
    visitor.goto("/login")
    visitor.send(first="WEB_AUTHN")
    assert visitor.heading == "Use your passkey"
    match = re.search(r'data-options="([^"]*)"', visitor.page.text)
    assert match is not None

    visitor.send(credential=json.dumps(PHONE.use(unescape(match[1]))))

    assert visitor.signed_in is not None


@pytest.mark.usefixtures("pool")
def test_a_passkey_that_nobody_has_is_refused(visitor: Visitor) -> None:
    visitor.goto("/login")
    visitor.send(first="WEB_AUTHN")

    visitor.send(credential="{}")

    assert visitor.page.status_code == 400
    assert visitor.signed_in is None


def test_who_needs_a_second_factor_sets_one_up(hotel: Hotel, visitor: Visitor) -> None:
    person(hotel.house, hotel.open(DEMANDING))
    with_password(visitor)
    assert visitor.heading in {"Protect your account", "Set up an authenticator app"}
    if visitor.heading == "Protect your account":
        visitor.send(choice="SOFTWARE_TOKEN_MFA")
    assert visitor.heading == "Set up an authenticator app"
    match = re.search(r'class="secret">([^<]+)<', visitor.page.text)
    assert match is not None
    app = pyotp.TOTP(match[1].replace(" ", ""))

    visitor.send(code=app.at(hotel.house.now))

    assert visitor.signed_in is not None
