"""Setting up a second factor in the middle of a sign-in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyotp
import pytest

from gateway.pool.codes import MAX_TRIES
from gateway.pool.errors import (
    CodeMismatchError,
    InvalidParameterError,
    InvalidSessionError,
    NameTakenError,
    WrongStateError,
)
from gateway.pool.factors.preferences import Preferences
from gateway.pool.messenger import SentCode
from gateway.pool.settings import Address, Alias, MfaMode, SignInSettings
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    ChosenFactor,
    Parameter,
    ProvenTotp,
    SetUpDone,
    SetUpEmail,
    SetUpTotp,
    SignedIn,
    TypedCode,
)
from tests.pool.house import House
from tests.pool.sign_in.desk import EMAIL, HOME, MAIL, TOTP, Desk, with_mfa

BOTH = (ChallengeName.TOTP, ChallengeName.EMAIL_CODE)


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house, with_mfa(MfaMode.ON, TOTP, MAIL))
    desk.person()
    return desk


def app_of(asked: Asked) -> pyotp.TOTP:
    """Return an authenticator that has scanned what was shown."""
    assert asked.parameters[Parameter.TOTP_URI].startswith("otpauth://totp/")
    return pyotp.TOTP(asked.parameters[Parameter.TOTP_SECRET])


def shown(desk: Desk, asked: Asked) -> str:
    return app_of(asked).at(desk.house.now)


def test_where_a_factor_is_demanded_it_is_set_up(desk: Desk) -> None:
    """And then it has been proven."""
    asked = desk.asked()
    assert (asked.name, asked.choices) == (ChallengeName.SET_UP_FACTOR, BOTH)

    scanned = desk.asked_then(asked, SetUpTotp())
    assert (scanned.name, scanned.choices) == (ChallengeName.SET_UP_FACTOR, BOTH)
    signed_in = desk.signed_in(scanned, ProvenTotp(shown(desk, scanned), "Phone"))

    assert signed_in.amr == ("pwd", "otp", "mfa")
    secrets = desk.house.secrets(signed_in.user)
    assert secrets.totp_name == "Phone"
    assert Preferences.of(secrets).on == {TOTP}
    assert desk.asked().name is ChallengeName.TOTP


def test_some_clients_go_on_in_a_step_of_its_own(desk: Desk) -> None:
    """As Cognito's do: the second session is good for nothing but that."""
    scanned = desk.asked_then(desk.asked(), SetUpTotp())
    with pytest.raises(InvalidSessionError):
        desk.answer(scanned, SetUpDone())
    proof = ProvenTotp(shown(desk, scanned), pauses=True)

    proven = desk.asked_then(scanned, proof)

    assert proven.name is ChallengeName.SET_UP_FACTOR
    with pytest.raises(InvalidSessionError):
        desk.answer(scanned, SetUpDone())
    assert desk.signed_in(proven, SetUpDone()).amr == ("pwd", "otp", "mfa")


def test_a_mistyped_code_may_be_typed_again(desk: Desk) -> None:
    """A few times; the secret stays the same."""
    scanned = desk.asked_then(desk.asked(), SetUpTotp())
    for _ in range(MAX_TRIES - 1):
        with pytest.raises(CodeMismatchError):
            desk.answer(scanned, ProvenTotp("x"))
    desk.signed_in(scanned, ProvenTotp(shown(desk, scanned)))


def test_another_secret_takes_the_place_of_the_one_before(desk: Desk) -> None:
    first = desk.asked_then(desk.asked(), SetUpTotp())
    second = desk.asked_then(first, SetUpTotp())

    with pytest.raises(CodeMismatchError):
        desk.answer(second, ProvenTotp(shown(desk, first)))
    desk.signed_in(second, ProvenTotp(shown(desk, second)))


def test_nothing_is_proven_before_it_was_shown(desk: Desk) -> None:
    with pytest.raises(WrongStateError):
        desk.answer(desk.asked(), ProvenTotp("123456"))


def test_of_two_who_set_one_up_at_once_one_is_let_in(desk: Desk) -> None:
    """Whoever has the password alone replaces no authenticator."""
    scanned = desk.asked_then(desk.asked(), SetUpTotp())
    proof = ProvenTotp(shown(desk, scanned))

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(
            threads.map(
                lambda _: desk.outcome(lambda: desk.answer(scanned, proof)), range(4)
            )
        )

    assert outcomes.count(None) == 1


def test_an_address_becomes_the_factor_by_a_code(desk: Desk) -> None:
    """It is proven by it, too."""
    asked = desk.asked_then(desk.asked(), SetUpEmail("ana@example.com"))

    assert asked.name is ChallengeName.EMAIL_CODE
    assert asked.sent == SentCode(Address.EMAIL, "ana@example.com")
    assert asked.choices == ()
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, ChosenFactor(ChallengeName.TOTP))
    with pytest.raises(CodeMismatchError):
        desk.answer(asked, TypedCode("x"))
    signed_in = desk.signed_in(asked, TypedCode(desk.house.mailbox.code))

    assert signed_in.amr == ("pwd", "otp", "mfa")
    assert signed_in.user == desk.house.user(desk.pool, signed_in.user.sub)
    assert signed_in.user.attributes == EMAIL
    assert Preferences.of(desk.house.secrets(signed_in.user)).on == {MAIL}
    again = desk.asked()
    assert again.name is ChallengeName.EMAIL_CODE
    assert isinstance(desk.answer(again, TypedCode(desk.house.mailbox.code)), SignedIn)


def test_the_address_that_is_known_need_not_be_typed(house: House) -> None:
    desk = Desk(house, with_mfa(MfaMode.ON, TOTP, MAIL))
    desk.person(email="ana@example.com", email_verified="false")

    asked = desk.asked_then(desk.asked(), SetUpEmail())

    assert asked.sent == SentCode(Address.EMAIL, "ana@example.com")


@pytest.mark.parametrize("email", ["", "no address", "a@b", "\ud800@example.com"])
def test_what_is_no_address_is_refused(desk: Desk, email: str) -> None:
    """The question stays open."""
    asked = desk.asked()

    with pytest.raises(InvalidParameterError):
        desk.answer(asked, SetUpEmail(email))
    desk.asked_then(asked, SetUpTotp())


def test_an_address_that_is_somebodys_name_is_not_taken(house: House) -> None:
    """The code stays good, for what it is worth."""
    aliases = SignInSettings(aliases=frozenset({Alias.EMAIL}))
    desk = Desk(house, with_mfa(MfaMode.ON, TOTP, MAIL, sign_in=aliases))
    desk.person()
    desk.person("bob", **EMAIL)
    asked = desk.asked_then(desk.asked(), SetUpEmail("ana@example.com"))

    with pytest.raises(NameTakenError):
        desk.answer(asked, TypedCode(desk.house.mailbox.code))


@pytest.mark.parametrize("kind", [TOTP, MAIL])
def test_only_what_the_pool_has_can_be_set_up(house: House, kind: object) -> None:
    desk = Desk(house, with_mfa(MfaMode.ON, TOTP if kind is TOTP else MAIL))
    desk.person()
    asked = desk.asked()

    refused = SetUpEmail("ana@example.com") if kind is TOTP else SetUpTotp()
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, refused)
    if kind is MAIL:
        with pytest.raises(InvalidSessionError):
            desk.answer(asked, ProvenTotp("123456"))


def test_it_is_set_up_for_the_person_alone(desk: Desk) -> None:
    """Whoever says to be somebody else is refused."""
    asked = desk.asked()

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, SetUpTotp(), replace(HOME, username="bob"))
