"""The page of each thing that a sign-in may ask."""

import re

import pytest

from gateway.endpoints.hosted_ui.flows.challenges import challenge_page
from gateway.endpoints.hosted_ui.flows.question import Question
from gateway.endpoints.hosted_ui.rendering import Fault
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.errors import InvalidSessionError
from gateway.pool.sign_in.values import ChallengeName
from tests.endpoints.hosted_ui.visitor import CLIENT_ID, QUERY, Hotel

C = ChallengeName
ASKED = [
    Question(C.SELECT_CHALLENGE, "s", "ana", choices=(C.PASSWORD, C.PASSKEY)),
    Question(C.SELECT_CHALLENGE, "s", "ana", choices=(C.PASSKEY, C.EMAIL_CODE)),
    Question(C.SELECT_FACTOR, "s", "ana", choices=(C.TOTP, C.SMS_CODE)),
    Question(C.SET_UP_FACTOR, "s", "ana", choices=(C.TOTP, C.EMAIL_CODE)),
    Question(C.SET_UP_FACTOR, "s", "ana", parameters={"totp_secret": "JBSWY3DP" * 4}),
    Question(C.PASSWORD, "s", "ana"),
    Question(C.PASSKEY, "s", "ana", parameters={"passkey_options": '{"a":"<&"}'}),
    Question(C.EMAIL_CODE, "s", "ana", destination="a***@e***"),
    Question(C.FIRST_SMS_CODE, "s", "ana", destination="+***1234"),
    Question(C.SMS_CODE, "s", "ana", destination="+***1234", choices=(C.TOTP,)),
    Question(C.TOTP, "s", "ana", choices=(C.TOTP, C.RECOVERY_CODE)),
    Question(C.RECOVERY_CODE, "s", "ana"),
    Question(C.NEW_PASSWORD, "s", "ana", attributes=("name",)),
    Question(C.MISSING_ATTRIBUTES, "s", "ana", attributes=("name", "phone_number")),
    Question(C.CUSTOM, "s", "ana", parameters={"question": "2 + 2?"}),
]


def page(hotel: Hotel, question: Question, language: str = "en") -> str:
    visit = Visit("GET", "/login", {**QUERY, "lang": language, "step": "sealed"})
    place = hotel.places[CLIENT_ID]
    return bytes(challenge_page(hotel.site, visit, place, question, ()).body).decode()


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.name)
def test_each_question_has_a_page(hotel: Hotel, question: Question) -> None:
    """In both languages, with nothing that is only a key."""
    hotel.open()

    for language in ("en", "de"):
        body = page(hotel, question, language)
        assert not re.search(r"\b(challenge|form|totp|way)\.[A-Za-z_]+", body)
        assert 'action="/login?' in body
        assert "step=sealed" in body
    assert page(hotel, question) != page(hotel, question, "de")


def test_questions_that_a_form_cannot_answer_have_none(hotel: Hotel) -> None:
    hotel.open()

    with pytest.raises(InvalidSessionError):
        page(hotel, Question(C.DEVICE, "s", "ana"))


def test_codes_fill_themselves_in(hotel: Hotel) -> None:
    """And number pads come up."""
    hotel.open()

    body = page(hotel, Question(C.TOTP, "s", "ana"))

    assert 'autocomplete="one-time-code"' in body
    assert 'inputmode="numeric"' in body


def test_a_password_manager_learns_whose_password_is_new(hotel: Hotel) -> None:
    hotel.open()

    body = page(hotel, Question(C.NEW_PASSWORD, "s", "ana"))

    assert 'value="ana" autocomplete="username"' in body
    assert 'autocomplete="new-password"' in body


def test_what_was_typed_stays_where_something_is_wrong(hotel: Hotel) -> None:
    hotel.open()
    form = {"attribute-name": "Ana", "password": "secret-ish"}
    visit = Visit("POST", "/login", QUERY, form)
    question = Question(C.NEW_PASSWORD, "s", "ana", attributes=("name", "gone"))

    response = challenge_page(
        hotel.site,
        visit,
        hotel.places[CLIENT_ID],
        question,
        [Fault("password", "no")],
    )

    body = bytes(response.body).decode()
    assert response.status_code == 400
    assert 'value="Ana"' in body
    assert "secret-ish" not in body
    assert "gone" not in body


def test_only_a_passkey_needs_the_script(hotel: Hotel) -> None:
    hotel.open()
    with_script = [q.name for q in ASKED if hotel.assets.script in page(hotel, q)]

    assert with_script == [C.PASSKEY]
