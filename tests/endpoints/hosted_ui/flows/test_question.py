"""What a sign-in asks, carried from page to page."""

import pytest

from gateway.endpoints.hosted_ui.errors import StaleStepError
from gateway.endpoints.hosted_ui.flows.question import Question
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.messenger import SentCode
from gateway.pool.settings import Address
from gateway.pool.sign_in.values import Asked, ChallengeName
from tests.endpoints.hosted_ui.visitor import Hotel

BROWSER = {"__Host-gateway-browser": "b" * 43}


@pytest.mark.parametrize(
    ("sent", "destination"),
    [
        (None, ""),
        (SentCode(Address.EMAIL, "ana@example.com"), "a***@e***"),
        (SentCode(Address.PHONE, "+14155552671"), "+*******2671"),
    ],
)
def test_a_question_comes_back_as_it_was(
    hotel: Hotel, sent: SentCode | None, destination: str
) -> None:
    """But for the address, of which nobody needs more than they know."""
    asked = Asked(
        ChallengeName.EMAIL_CODE,
        "session",
        None,
        sent=sent,
        choices=(ChallengeName.TOTP,),
        attributes=("name",),
        parameters={"k": "v"},
    )
    question = Question.of(asked, "ana")
    packed = question.packed(hotel.site, Visit("POST", "/login", cookies=BROWSER))
    visit = Visit("GET", "/login", {"step": packed}, cookies=BROWSER)

    assert Question.unpack(hotel.site, visit) == question
    assert question.destination == destination
    assert "session" not in repr(question)


def test_a_question_of_another_browser_is_none(hotel: Hotel) -> None:
    question = Question(ChallengeName.TOTP, "session", "ana")
    packed = question.packed(hotel.site, Visit("POST", "/login", cookies=BROWSER))

    for visit in (
        Visit("GET", "/login", {"step": packed}),
        Visit("GET", "/login", cookies=BROWSER),
    ):
        with pytest.raises(StaleStepError):
            Question.unpack(hotel.site, visit)
