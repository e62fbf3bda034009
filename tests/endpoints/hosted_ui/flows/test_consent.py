"""Asking whether an application may know what it asks for."""

import pytest

from tests.endpoints.hosted_ui.flows.people import person
from tests.endpoints.hosted_ui.visitor import QUERY, Hotel, Visitor
from tests.pool.house import PASSWORD

ASKED = {**QUERY, "scope": "openid email"}


@pytest.fixture
def asked(hotel: Hotel, visitor: Visitor) -> Visitor:
    """Somebody who has just signed in, and is asked."""
    person(hotel.house, hotel.open(consent=True))
    visitor.goto("/login", ASKED)
    visitor.send(username="ana", password=PASSWORD)
    return visitor


def test_a_person_sees_what_is_asked_for(asked: Visitor) -> None:
    """In words, and as whom."""
    assert asked.heading == "Allow Shop access?"
    assert "signed in as ana" in asked.text
    assert "see your e-mail address" in asked.text
    assert "see your profile" not in asked.text


def test_a_yes_goes_back_with_a_code_and_is_remembered(asked: Visitor) -> None:
    asked.send(answer="yes")
    assert asked.location["code"]

    asked.goto("/login", ASKED)

    assert asked.location["code"]
    asked.goto("/consent", ASKED)
    assert asked.location["code"]


def test_a_no_goes_back_with_an_error(asked: Visitor) -> None:
    """Whatever else the form says than yes."""
    page = asked.page
    for answer in ("no", "", "YES"):
        asked.page = page
        asked.send(answer=answer)

        assert asked.location["error"] == "access_denied"
        assert asked.location["state"] == "s3"
        assert "code" not in asked.location


def test_nobody_consents_for_somebody_else(asked: Visitor) -> None:
    """A form of another site has no token; one of another browser, the wrong one."""
    answer = asked.client.post("/consent", params=ASKED, data={"answer": "yes"})

    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_whoever_is_not_signed_in_does_that_first(hotel: Hotel) -> None:
    hotel.open(consent=True)
    visitor = Visitor(hotel)

    visitor.goto("/consent", ASKED)

    assert visitor.heading == "Sign in"


def test_a_request_that_cannot_be_trusted_is_no_question(asked: Visitor) -> None:
    asked.goto("/consent", {**ASKED, "redirect_uri": "https://evil.example/"})

    assert asked.page.status_code == 400
    assert "location" not in asked.page.headers
