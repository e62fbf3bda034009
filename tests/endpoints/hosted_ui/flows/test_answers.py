"""From a form to an answer."""

import pytest

from gateway.endpoints.hosted_ui.flows.answers import read_answer
from gateway.endpoints.hosted_ui.flows.question import Question
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.errors import InvalidSessionError
from gateway.pool.sign_in.values import (
    Answer,
    ChallengeName,
    ChosenFactor,
    CustomAnswer,
    GivenAttributes,
    NewPassword,
    PasskeyAnswer,
    ProvenTotp,
    SendAgain,
    SetUpEmail,
    SetUpTotp,
    TypedCode,
    TypedPassword,
    TypedRecoveryCode,
)

T = Catalogues.load().choose(asked=["en"], accepted="")
C = ChallengeName
SECRET = {"totp_secret": "JBSWY3DPEHPK3PXP"}


def question(
    name: ChallengeName,
    *choices: ChallengeName,
    attributes: tuple[str, ...] = (),
    parameters: dict[str, str] | None = None,
) -> Question:
    return Question(
        name,
        "session",
        "ana",
        choices=choices,
        attributes=attributes,
        parameters=parameters or {},
    )


def sent(**form: str) -> Visit:
    return Visit("POST", "/login", form=form)


@pytest.mark.parametrize(
    ("asked", "visit", "answer"),
    [
        (question(C.PASSWORD), sent(password=" x "), TypedPassword(" x ")),
        (question(C.TOTP), sent(code=" 123 456 "), TypedCode("123456")),
        (question(C.EMAIL_CODE), sent(code="12345678"), TypedCode("12345678")),
        (question(C.SMS_CODE), sent(again="1"), SendAgain()),
        (question(C.FIRST_SMS_CODE), sent(again="1", code="1"), SendAgain()),
        (
            question(C.RECOVERY_CODE),
            sent(code=" ab cd "),
            TypedRecoveryCode("ab cd"),
        ),
        (question(C.PASSKEY), sent(credential="{}"), PasskeyAnswer("{}")),
        (question(C.CUSTOM), sent(answer=" x"), CustomAnswer(" x")),
        (
            question(C.SELECT_CHALLENGE, C.PASSWORD, C.PASSKEY),
            sent(choice="WEB_AUTHN"),
            ChosenFactor("WEB_AUTHN"),
        ),
        (
            question(C.SELECT_CHALLENGE, C.PASSWORD),
            sent(password="x"),
            ChosenFactor(C.PASSWORD, TypedPassword("x")),
        ),
        (
            question(C.SELECT_FACTOR, C.TOTP, C.SMS_CODE),
            sent(choice="SMS_MFA"),
            ChosenFactor("SMS_MFA"),
        ),
        (
            question(C.TOTP, C.TOTP, C.RECOVERY_CODE),
            sent(choice="RECOVERY_CODE", code="1"),
            ChosenFactor("RECOVERY_CODE"),
        ),
        (
            question(C.SET_UP_FACTOR, C.TOTP),
            sent(choice="SOFTWARE_TOKEN_MFA"),
            SetUpTotp(),
        ),
        (
            question(C.SET_UP_FACTOR, C.EMAIL_CODE),
            sent(choice="EMAIL_OTP"),
            SetUpEmail(),
        ),
        (
            question(C.SET_UP_FACTOR, parameters=SECRET),
            sent(code="123 456"),
            ProvenTotp("123456"),
        ),
        (
            question(C.NEW_PASSWORD, attributes=("name",)),
            sent(password="x", **{"attribute-name": " Ana ", "attribute-x": "y"}),
            NewPassword("x", {"name": "Ana"}),
        ),
        (
            question(C.MISSING_ATTRIBUTES, attributes=("phone_number",)),
            sent(**{"attribute-phone_number": "+49 30 901820"}),
            GivenAttributes({"phone_number": "+4930901820"}),
        ),
    ],
)
def test_a_form_gives_an_answer(asked: Question, visit: Visit, answer: Answer) -> None:
    """To what was asked, and to nothing else that stands in it."""
    assert read_answer(asked, visit, T) == answer


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (question(C.PASSWORD), "password"),
        (question(C.SELECT_CHALLENGE, C.PASSWORD), "password"),
        (question(C.TOTP), "code"),
        (question(C.RECOVERY_CODE), "code"),
        (question(C.PASSKEY), "credential"),
        (question(C.CUSTOM), "answer"),
        (question(C.SET_UP_FACTOR, parameters=SECRET), "code"),
        (question(C.NEW_PASSWORD), "password"),
        (question(C.MISSING_ATTRIBUTES, attributes=("name",)), "attribute-name"),
    ],
)
def test_what_is_empty_has_to_be_filled_in(asked: Question, field: str) -> None:
    found = read_answer(asked, sent(), T)

    assert isinstance(found, list | tuple)
    assert [fault.field for fault in found] == [field]


@pytest.mark.parametrize(
    ("asked", "visit"),
    [
        (question(C.TOTP), sent(choice="SMS_MFA")),
        (question(C.SET_UP_FACTOR), sent(code="1")),
        (question(C.DEVICE), sent(code="1")),
        (question(C.PASSWORD_SRP), sent()),
    ],
)
def test_what_no_page_asks_has_no_answer(asked: Question, visit: Visit) -> None:
    """A choice that there is not; a proof that a form cannot give."""
    with pytest.raises(InvalidSessionError):
        read_answer(asked, visit, T)


def test_a_code_that_was_not_sent_is_not_sent_again() -> None:
    """An authenticator makes its own."""
    found = read_answer(question(C.TOTP), sent(again="1"), T)

    assert isinstance(found, list)
    assert found[0].field == "code"
