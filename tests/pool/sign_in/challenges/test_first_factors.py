"""The first factor, where it is open."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gateway.pool.errors import (
    InvalidParameterError,
    InvalidSessionError,
    NotAuthorizedError,
    UnknownUserError,
)
from gateway.pool.settings import (
    FirstFactor,
    MfaMode,
    PoolSettings,
    SignInSettings,
)
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Choice,
    ChosenFactor,
    SignedIn,
    SrpStart,
    TypedCode,
    TypedPassword,
)
from tests.pool.house import NOON, House
from tests.pool.sign_in.desk import EMAIL, MAIL, PHONE, RIGHT, TOTP, Desk, with_mfa
from tests.pool.sign_in.srp_client import SrpClient

PASSWORD, SRP = ChallengeName.PASSWORD, ChallengeName.PASSWORD_SRP
MAILED, TEXTED = ChallengeName.EMAIL_CODE, ChallengeName.FIRST_SMS_CODE
OPEN = SignInSettings(first_factors=frozenset(FirstFactor))
WRONG = TypedPassword("wrong")


def opened(house: House, *factors: FirstFactor) -> Desk:
    """Return a desk of a pool with these first factors; by default, with all."""
    allowed = frozenset(factors or FirstFactor)
    return Desk(
        house, PoolSettings(name="people", sign_in=replace(OPEN, first_factors=allowed))
    )


@pytest.fixture
def desk(house: House) -> Desk:
    desk = opened(house)
    desk.person(**EMAIL)
    return desk


def test_people_choose_among_what_they_have(house: House) -> None:
    """Of what the pool allows."""
    desk = opened(house)
    desk.person(**EMAIL, **PHONE)
    desk.person("bob", **{**EMAIL, "email_verified": "false"})
    house.person(desk.pool, "zoe", **PHONE)

    for name, choices in (
        ("ana", (PASSWORD, SRP, MAILED, TEXTED)),
        ("bob", (PASSWORD, SRP)),
        ("zoe", (TEXTED,)),
    ):
        asked = desk.asked(Choice(), name)
        assert asked.name is ChallengeName.SELECT_CHALLENGE
        assert asked.choices == choices


def test_nobodys_name_is_offered_what_people_mostly_have(house: House) -> None:
    """And so is the name of somebody who can prove nothing."""
    desk = opened(house)
    house.person(desk.pool, "bare")

    for name in ("nobody", "bare"):
        asked = desk.asked(Choice(), name)
        assert asked.choices == (PASSWORD, SRP, MAILED, TEXTED)
        assert asked.user is None
        with pytest.raises(NotAuthorizedError):
            desk.answer(asked, ChosenFactor(PASSWORD, RIGHT))
    desk.client = replace(desk.client, hides_users=False)
    with pytest.raises(UnknownUserError):
        desk.asked(Choice(), "nobody")


def test_a_pool_of_passkeys_alone_has_nothing_else_to_offer(house: House) -> None:
    desk = opened(house, FirstFactor.PASSKEY)

    asked = desk.asked(Choice(), "nobody")

    assert asked.choices == (ChallengeName.PASSKEY,)


def test_what_is_wanted_begins_at_once(desk: Desk) -> None:
    """With what proves it along, or without."""
    client = SrpClient(desk.pool.group)

    assert isinstance(desk.begin(Choice(PASSWORD, RIGHT)), SignedIn)
    assert desk.asked(Choice(PASSWORD)).name is PASSWORD
    assert desk.asked(Choice(SRP)).name is SRP
    asked = desk.asked(Choice(SRP, client.start))
    assert asked.name is ChallengeName.PASSWORD_VERIFIER
    assert isinstance(desk.answer(asked, client.proof(asked, NOON)), SignedIn)
    assert desk.asked(Choice(MAILED)).name is MAILED


@pytest.mark.parametrize(
    "wanted", [TEXTED, ChallengeName.PASSKEY, ChallengeName.TOTP, ChallengeName.CUSTOM]
)
def test_what_somebody_does_not_have_leads_to_a_choice(
    desk: Desk, wanted: ChallengeName
) -> None:
    asked = desk.asked(Choice(wanted))

    assert asked.name is ChallengeName.SELECT_CHALLENGE
    assert asked.choices == (PASSWORD, SRP, MAILED)


def test_a_choice_may_be_answered_at_once(desk: Desk) -> None:
    client = SrpClient(desk.pool.group)

    asked = desk.asked(Choice())
    assert desk.signed_in(asked, ChosenFactor(PASSWORD, RIGHT)).amr == ("pwd",)
    asked = desk.asked_then(desk.asked(Choice()), ChosenFactor(SRP, client.start))
    assert desk.signed_in(asked, client.proof(asked, NOON)).amr == ("pwd",)


def test_a_choice_may_be_answered_in_a_step_of_its_own(desk: Desk) -> None:
    client = SrpClient(desk.pool.group)

    asked = desk.asked_then(desk.asked(Choice()), ChosenFactor(PASSWORD))
    assert asked.choices == (PASSWORD, SRP, MAILED)
    assert desk.signed_in(asked, RIGHT).amr == ("pwd",)
    asked = desk.asked_then(desk.asked(Choice()), ChosenFactor(SRP))
    asked = desk.asked_then(asked, client.start)
    assert desk.signed_in(asked, client.proof(asked, NOON)).amr == ("pwd",)
    asked = desk.asked_then(desk.asked(Choice()), ChosenFactor(MAILED))
    code = TypedCode(desk.house.mailbox.code)
    assert desk.signed_in(asked, code).amr == ("otp",)


def test_a_choice_may_be_changed(desk: Desk) -> None:
    """As long as nothing was right."""
    asked = desk.asked(Choice(PASSWORD))
    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, WRONG)

    mailed = desk.asked_then(asked, ChosenFactor(MAILED))

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, RIGHT)
    again = desk.asked_then(mailed, ChosenFactor(PASSWORD))
    assert desk.signed_in(again, RIGHT).amr == ("pwd",)


def test_a_wrong_password_leaves_the_choice_open(desk: Desk) -> None:
    asked = desk.asked(Choice())
    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, ChosenFactor(PASSWORD, WRONG))

    desk.signed_in(asked, ChosenFactor(PASSWORD, RIGHT))


@pytest.mark.parametrize("name", ["", "WEB_AUTHN", "SOFTWARE_TOKEN_MFA", "\ud800"])
def test_what_is_not_offered_cannot_be_chosen(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidSessionError):
        desk.answer(desk.asked(Choice()), ChosenFactor(name))


def test_what_comes_along_has_to_fit(desk: Desk) -> None:
    """The question stays open."""
    start = SrpClient(desk.pool.group).start
    for name, along in (
        (PASSWORD, start),
        (SRP, RIGHT),
        (MAILED, RIGHT),
        (SRP, SrpStart("no number")),
    ):
        with pytest.raises(InvalidParameterError):
            desk.begin(Choice(name, along))
        asked = desk.asked(Choice())
        with pytest.raises(InvalidParameterError):
            desk.answer(asked, ChosenFactor(name, along))
        desk.signed_in(asked, ChosenFactor(PASSWORD, RIGHT))


def test_an_answer_to_another_question_is_none(desk: Desk) -> None:
    """A password is none where a code was asked for, though it could be chosen."""
    mailed = desk.asked(Choice(MAILED))

    for answer in (RIGHT, SrpClient(desk.pool.group).start):
        with pytest.raises(InvalidSessionError):
            desk.answer(mailed, answer)


def test_one_that_was_first_does_not_count_twice(house: House) -> None:
    """After a code by mail another factor is asked for."""
    desk = Desk(house, with_mfa(MfaMode.ON, TOTP, MAIL, sign_in=OPEN))
    desk.person(**EMAIL)

    asked = desk.asked(Choice(MAILED))
    then = desk.answer(asked, TypedCode(house.mailbox.code))

    assert isinstance(then, Asked)
    assert then.name is ChallengeName.SET_UP_FACTOR
    assert then.choices == (ChallengeName.TOTP,)


def test_of_two_choices_at_once_one_wins(desk: Desk) -> None:
    """Only one code is sent."""
    asked = desk.asked(Choice())

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(
            threads.map(
                lambda _: desk.outcome(
                    lambda: desk.answer(asked, ChosenFactor(MAILED))
                ),
                range(4),
            )
        )

    assert outcomes.count(None) == 1
    assert len(desk.house.mailbox.messages) == 1
