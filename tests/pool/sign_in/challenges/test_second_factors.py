"""The second factor: which one, and whether it is right."""

from datetime import timedelta

import pyotp
import pytest

from gateway.model.user import User
from gateway.pool.codes import MAX_TRIES
from gateway.pool.errors import (
    AttemptsExceededError,
    CodeMismatchError,
    ExpiredCodeError,
    InvalidSessionError,
)
from gateway.pool.settings import MfaMode
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Choice,
    ChosenFactor,
    Parameter,
    TypedCode,
    TypedRecoveryCode,
)
from tests.pool.house import House
from tests.pool.sign_in.desk import (
    EMAIL,
    HOME,
    MAIL,
    PHONE,
    SMS,
    TOTP,
    Desk,
    with_mfa,
    wrong,
)

STEP = timedelta(seconds=30)
ALL = (TOTP, SMS, MAIL)


class Phone:
    """Somebody with everything that the pool has."""

    def __init__(self, house: House, mode: MfaMode = MfaMode.OPTIONAL) -> None:
        self.desk = Desk(house, with_mfa(mode, *ALL))
        self.ana: User = self.desk.person(**EMAIL, **PHONE)
        totp = self.desk.factors.totp
        self._app = pyotp.TOTP(totp.associate(self.desk.pool, self.ana).secret)
        totp.verify(
            self.desk.pool,
            self.ana,
            self.code.code,
            address=HOME.address,
            name="Phone",
            is_first=True,
        )
        house.pass_time(STEP)

    @property
    def code(self) -> TypedCode:
        """What the authenticator shows now."""
        return TypedCode(self._app.at(self.desk.house.now))


@pytest.fixture
def phone(house: House) -> Phone:
    return Phone(house)


def choices(*names: ChallengeName) -> tuple[ChallengeName, ...]:
    return names


def test_an_authenticator_is_the_second_factor(phone: Phone) -> None:
    """The person is told which one."""
    asked = phone.desk.asked()

    assert asked.name is ChallengeName.TOTP
    assert asked.parameters == {Parameter.DEVICE_NAME: "Phone"}
    assert phone.desk.signed_in(asked, phone.code).amr == ("pwd", "otp", "mfa")


def test_a_wrong_code_may_be_followed_by_a_right_one(phone: Phone) -> None:
    """A few times; a used one is wrong as well."""
    desk = phone.desk
    used = phone.code
    desk.signed_in(desk.asked(), used)

    asked = desk.asked()
    with pytest.raises(ExpiredCodeError):
        desk.answer(asked, used)
    desk.house.pass_time(STEP)
    with pytest.raises(CodeMismatchError):
        desk.answer(asked, TypedCode(wrong(phone.code.code)))
    desk.signed_in(asked, phone.code)
    desk.house.pass_time(STEP)
    asked = desk.asked()
    for _ in range(MAX_TRIES):
        with pytest.raises(CodeMismatchError):
            desk.answer(asked, TypedCode("x"))
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, phone.code)
    with pytest.raises(AttemptsExceededError):
        desk.answer(desk.asked(), phone.code)


def test_of_several_one_may_choose(phone: Phone) -> None:
    """And change the choice, as long as none was right."""
    desk = phone.desk
    desk.prefer(phone.ana, *ALL)
    every = choices(
        ChallengeName.TOTP, ChallengeName.SMS_CODE, ChallengeName.EMAIL_CODE
    )

    asked = desk.asked()
    assert (asked.name, asked.choices) == (ChallengeName.SELECT_FACTOR, every)
    first = asked
    for name in (ChallengeName.SMS_CODE, ChallengeName.TOTP, ChallengeName.EMAIL_CODE):
        asked = desk.asked_then(asked, ChosenFactor(name))
        assert (asked.name, asked.choices) == (name, every)
    with pytest.raises(InvalidSessionError):
        desk.answer(first, ChosenFactor(ChallengeName.TOTP))
    code = TypedCode(desk.house.mailbox.code)
    assert desk.signed_in(asked, code).amr == ("pwd", "otp", "mfa")


def test_the_preferred_one_is_asked_for(phone: Phone) -> None:
    """The others may be chosen instead."""
    desk = phone.desk
    desk.prefer(phone.ana, *ALL, first=SMS)

    asked = desk.asked()

    assert asked.name is ChallengeName.SMS_CODE
    assert ChallengeName.TOTP in asked.choices
    asked = desk.asked_then(asked, ChosenFactor(ChallengeName.TOTP))
    desk.signed_in(asked, phone.code)


@pytest.mark.parametrize("name", ["", "SMS_OTP", "PASSWORD", "MFA_SETUP", "\ud800"])
def test_what_is_not_offered_cannot_be_chosen(phone: Phone, name: str) -> None:
    """Nor what is not switched on."""
    asked = phone.desk.asked()

    for refused in (name, ChallengeName.SMS_CODE):
        with pytest.raises(InvalidSessionError):
            phone.desk.answer(asked, ChosenFactor(refused))


def test_a_message_to_the_phone_shows_where_it_went(phone: Phone) -> None:
    desk = phone.desk
    desk.prefer(phone.ana, SMS, first=SMS)

    asked = desk.asked()

    assert isinstance(asked, Asked)
    assert asked.sent is not None
    assert asked.sent.masked == "+******3456"


def test_a_pool_may_do_without(house: House) -> None:
    """What people have set up is then not asked for."""
    phone = Phone(house, MfaMode.OFF)

    assert phone.desk.outcome(phone.desk.begin) is None


def test_a_recovery_code_takes_the_place_of_any(phone: Phone) -> None:
    """Chosen, or typed where another was asked for; each is good once."""
    desk = phone.desk
    desk.prefer(phone.ana, *ALL)
    codes = desk.factors.recovery_codes.make(desk.pool, phone.ana)

    asked = desk.asked()
    assert asked.choices[-1] is ChallengeName.RECOVERY_CODE
    signed_in = desk.signed_in(asked, TypedRecoveryCode(codes[0].upper()))
    assert signed_in.amr == ("pwd", "otp", "mfa")
    asked = desk.asked_then(desk.asked(), ChosenFactor(ChallengeName.SMS_CODE))
    desk.signed_in(asked, TypedRecoveryCode(codes[1]))
    asked = desk.asked_then(desk.asked(), ChosenFactor(ChallengeName.RECOVERY_CODE))
    assert asked.name is ChallengeName.RECOVERY_CODE
    with pytest.raises(CodeMismatchError):
        desk.answer(asked, TypedCode(codes[1]))
    desk.signed_in(asked, TypedCode(codes[2]))


def test_wrong_recovery_codes_are_counted(phone: Phone) -> None:
    """In the sign-in, and beyond it."""
    desk = phone.desk
    codes = desk.factors.recovery_codes.make(desk.pool, phone.ana)
    asked = desk.asked()
    for _ in range(MAX_TRIES):
        with pytest.raises(CodeMismatchError):
            desk.answer(asked, TypedRecoveryCode("wrong"))

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, TypedRecoveryCode(codes[0]))
    with pytest.raises(AttemptsExceededError):
        desk.answer(desk.asked(), TypedRecoveryCode(codes[0]))


def test_whoever_has_no_recovery_codes_types_none(phone: Phone) -> None:
    with pytest.raises(InvalidSessionError):
        phone.desk.answer(phone.desk.asked(), TypedRecoveryCode("0123456789"))


def test_a_recovery_code_is_no_first_factor(phone: Phone) -> None:
    desk = phone.desk
    (code, *_) = desk.factors.recovery_codes.make(desk.pool, phone.ana)

    with pytest.raises(InvalidSessionError):
        desk.answer(desk.asked(Choice()), TypedRecoveryCode(code))
