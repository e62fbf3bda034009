"""Codes that are sent in the middle of a sign-in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gateway.pool.codes import DIGITS, FIRST_FACTOR_DIGITS, MAX_TRIES
from gateway.pool.errors import (
    AttemptsExceededError,
    CodeMismatchError,
    ExpiredSessionError,
    InvalidSessionError,
    LimitExceededError,
)
from gateway.pool.limits import IN_AN_HOUR, WINDOW, Limited
from gateway.pool.messenger import SentCode
from gateway.pool.settings import (
    Address,
    FirstFactor,
    MfaMode,
    NoticeKind,
    PoolSettings,
    SignInSettings,
)
from gateway.pool.sign_in.values import (
    ChallengeName,
    Choice,
    SendAgain,
    TypedCode,
)
from gateway.pool.throttling import FREE_TRIES, LONGEST_WAIT
from tests.pool.house import House
from tests.pool.sign_in.desk import EMAIL, HOME, MAIL, PHONE, SMS, Desk, with_mfa
from tests.pool.sign_in.desk import wrong as another

MAILED = Choice(ChallengeName.EMAIL_CODE)
TEXTED = Choice(ChallengeName.FIRST_SMS_CODE)
TO_ANA = SentCode(Address.EMAIL, "ana@example.com")
OPEN = PoolSettings(
    name="people", sign_in=SignInSettings(first_factors=frozenset(FirstFactor))
)


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house, OPEN)
    desk.person(**EMAIL, **PHONE)
    return desk


@pytest.fixture
def second(house: House) -> Desk:
    """Return a desk that asks for a code by mail after the password."""
    desk = Desk(house, with_mfa(MfaMode.ON, MAIL))
    desk.person(**EMAIL)
    return desk


def code(desk: Desk) -> TypedCode:
    return TypedCode(desk.house.mailbox.code)


def wrong(desk: Desk) -> TypedCode:
    return TypedCode(another(desk.house.mailbox.code))


def test_a_code_lets_somebody_in_who_has_no_password(desk: Desk) -> None:
    """By mail or to the phone: eight digits, since they are all that is asked for."""
    for choice, name, sent, amr in (
        (MAILED, ChallengeName.EMAIL_CODE, TO_ANA, ("otp",)),
        (
            TEXTED,
            ChallengeName.FIRST_SMS_CODE,
            SentCode(Address.PHONE, "+4930123456"),
            ("sms",),
        ),
    ):
        asked = desk.asked(choice)
        assert (asked.name, asked.sent) == (name, sent)
        message = desk.house.mailbox.messages[-1]
        assert (message.kind, message.to) == (NoticeKind.SIGN_IN, sent)
        assert len(message.code) == FIRST_FACTOR_DIGITS
        assert desk.signed_in(asked, code(desk)).amr == amr


def test_a_code_is_the_second_factor(second: Desk) -> None:
    asked = second.asked()

    assert (asked.name, asked.sent) == (ChallengeName.EMAIL_CODE, TO_ANA)
    message = second.house.mailbox.messages[-1]
    assert message.kind is NoticeKind.SECOND_FACTOR
    assert len(message.code) == DIGITS
    assert second.signed_in(asked, code(second)).amr == ("pwd", "otp", "mfa")


def test_a_message_to_the_phone_is_the_second_factor(house: House) -> None:
    desk = Desk(house, with_mfa(MfaMode.ON, SMS))
    desk.person(**PHONE)

    asked = desk.asked()

    assert asked.name is ChallengeName.SMS_CODE
    assert desk.signed_in(asked, code(desk)).amr == ("pwd", "sms", "mfa")


def test_a_mistyped_code_may_be_typed_again(desk: Desk) -> None:
    """A few times."""
    asked = desk.asked(MAILED)
    for _ in range(MAX_TRIES - 1):
        with pytest.raises(CodeMismatchError):
            desk.answer(asked, wrong(desk))
    desk.signed_in(asked, code(desk))

    asked = desk.asked(MAILED)
    for _ in range(MAX_TRIES):
        with pytest.raises(CodeMismatchError):
            desk.answer(asked, wrong(desk))
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, code(desk))


def test_a_code_is_good_once_and_for_its_sign_in(desk: Desk) -> None:
    one, two = desk.asked(MAILED), desk.asked(MAILED)
    last = code(desk)

    with pytest.raises(CodeMismatchError):
        desk.answer(one, last)
    desk.signed_in(two, last)
    with pytest.raises(InvalidSessionError):
        desk.answer(two, last)


def test_a_code_ends_with_its_session(desk: Desk) -> None:
    asked = desk.asked(MAILED)
    desk.house.pass_time(desk.client.lifetimes.session)

    with pytest.raises(ExpiredSessionError):
        desk.answer(asked, code(desk))


def test_of_two_who_type_a_code_at_once_one_is_let_in(desk: Desk) -> None:
    asked = desk.asked(MAILED)

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(
            threads.map(
                lambda _: desk.outcome(lambda: desk.answer(asked, code(desk))),
                range(4),
            )
        )

    assert sorted(map(str, outcomes)) == sorted(
        [*[str(InvalidSessionError)] * 3, str(None)]
    )


def test_another_code_takes_the_place_of_the_one_before(second: Desk) -> None:
    asked = second.asked()
    first = code(second)
    again = second.asked_then(asked, SendAgain())
    while code(second) == first:
        again = second.asked_then(again, SendAgain())

    assert (again.name, again.sent) == (asked.name, asked.sent)
    with pytest.raises(InvalidSessionError):
        second.answer(asked, first)
    with pytest.raises(CodeMismatchError):
        second.answer(again, first)
    assert second.signed_in(again, code(second)).amr == ("pwd", "otp", "mfa")


@pytest.mark.parametrize(
    ("choice", "limit"),
    [(MAILED, Limited.SIGN_IN_CODE), (None, Limited.SECOND_FACTOR_CODE)],
)
def test_there_are_so_many_messages_in_an_hour(
    house: House, choice: Choice | None, limit: Limited
) -> None:
    """A refused one leaves the sign-in as it was; other networks have their own."""
    settings = replace(OPEN, mfa=with_mfa(MfaMode.ON, MAIL).mfa) if not choice else OPEN
    desk = Desk(house, settings)
    desk.person(**EMAIL)
    asked = desk.asked(choice) if choice else desk.asked()
    for _ in range(IN_AN_HOUR[limit] - 1):
        asked = desk.asked_then(asked, SendAgain())

    with pytest.raises(LimitExceededError):
        desk.answer(asked, SendAgain())
    with pytest.raises(LimitExceededError):
        desk.asked(choice) if choice else desk.asked()
    desk.asked_then(asked, SendAgain(), replace(HOME, address="198.51.100.1"))
    house.pass_time(WINDOW)
    desk.asked(choice) if choice else desk.asked()


def test_whoever_has_the_password_does_not_guess_codes_without_end(
    second: Desk,
) -> None:
    """The right password does not take back what was missed."""
    for _ in range(FREE_TRIES):
        asked = second.asked()
        with pytest.raises(CodeMismatchError):
            second.answer(asked, wrong(second))

    asked = second.asked()
    with pytest.raises(AttemptsExceededError):
        second.answer(asked, code(second))
    second.house.pass_time(LONGEST_WAIT)
    second.signed_in(second.asked(), code(second))


def test_a_code_to_nobody_is_never_right(desk: Desk) -> None:
    """It looks as if one was sent; it is missed as often."""
    asked = desk.asked(MAILED, "anx")

    assert asked.sent is not None
    assert asked.sent.masked[:5] == "a***@"
    assert asked.user is None
    assert not desk.house.mailbox.messages
    for _ in range(MAX_TRIES):
        with pytest.raises(CodeMismatchError):
            desk.answer(asked, TypedCode("12345678"))
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, TypedCode("12345678"))
    again = desk.asked_then(desk.asked(MAILED, "anx"), SendAgain())
    assert again.sent == asked.sent


def test_only_a_code_can_be_sent_again(desk: Desk) -> None:
    asked = desk.asked(Choice())

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, SendAgain())
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, TypedCode("12345678"))


def test_a_message_that_cannot_be_kept_keeps_the_sign_in_from_going_on(
    desk: Desk,
) -> None:
    """All of it or nothing: no session without its message."""
    asked = desk.asked(MAILED)
    desk.house.mailbox.is_broken = True
    with pytest.raises(OSError, match="queue"):
        desk.answer(asked, SendAgain())
    desk.house.mailbox.is_broken = False

    desk.signed_in(asked, code(desk))


def test_not_even_the_code_that_was_not_sent_is_right(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who guesses it learns nothing: there is nobody to be let in."""
    monkeypatch.setattr("gateway.pool.codes.secrets.randbelow", lambda _: 12345678)
    right = TypedCode("12345678")

    desk.signed_in(desk.asked(MAILED), right)
    with pytest.raises(CodeMismatchError):
        desk.answer(desk.asked(MAILED, "anx"), right)
